"""The chart of an earlier version, installed beside the site, is upgraded to this one; people, orders and goods stay."""

import base64
import contextlib
import json
import os
import pathlib
import secrets
import socket
import subprocess
from collections.abc import Iterator

import pytest
import yaml
from conftest import ADMIN, CLUSTER, MADE, SHOPPERS_WORD, run, until
from program import Api, Shopper, new_product

ROOT = pathlib.Path(__file__).resolve().parents[2]
BESIDE = "serai-before"


def told(*command: str) -> str:
    done = run(*command, timeout=280)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()}"
    return done.stdout


@pytest.fixture
def earlier_chart() -> pathlib.Path:
    """The charts of CHART_BASE, or of the last tag."""
    version = os.environ.get("CHART_BASE") or run("git", "-C", str(ROOT), "describe", "--tags", "--abbrev=0").stdout.strip()
    if not version:
        pytest.skip("no version was ever tagged: CHART_BASE=<commit> names the chart to upgrade from")
    folder = MADE / "chart-before"
    folder.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(["git", "-C", str(ROOT), "archive", version, "charts"], capture_output=True)
    assert packed.returncode == 0, packed.stderr.decode()
    subprocess.run(["tar", "--extract", "--directory", str(folder), "--recursive-unlink"], input=packed.stdout, check=True)
    return folder / "charts/serai"


@pytest.fixture
def port() -> Iterator[int]:
    """Where the site beside is reached, and a namespace for it, which goes in the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told("kubectl", "create", "namespace", BESIDE)
    try:
        yield port
    finally:
        run("helm", "--namespace", BESIDE, "uninstall", "serai", "--wait", timeout=120)
        run("kubectl", "delete", "namespace", BESIDE, "--wait=false")


@contextlib.contextmanager
def reached(port: int) -> Iterator[Api]:
    """The site beside, through the gateway that is there now."""
    data = json.loads(told("kubectl", "--namespace", BESIDE, "get", "secret", "serai-certificate", "--output=json"))["data"]
    authority = MADE / "ca-before.crt"
    authority.write_bytes(base64.b64decode(data["ca.crt"]))
    forward = subprocess.Popen(["kubectl", "--namespace", BESIDE, "port-forward", "service/gateway", f"{port}:8443"],
                               stdout=subprocess.PIPE, text=True)
    try:
        assert "Forwarding" in forward.stdout.readline()
        yield Api(f"https://localhost:{port}", str(authority), timeout=20)
    finally:
        forward.terminate()
        forward.wait(10)


def install(chart: pathlib.Path, port: int) -> None:
    """The images are today's; one copy of each, without Prometheus, on no port of the nodes."""
    values = yaml.safe_load((ROOT / f"build/k8s/{CLUSTER}/values.yaml").read_text())
    values["global"]["publicUrl"] = f"https://localhost:{port}"
    values["gateway"]["service"] = {"type": "ClusterIP", "nodePorts": {"https": None, "http": None}}
    values["prometheus"] = {"enabled": False}
    file = MADE / "values-before.yaml"
    file.write_text(yaml.safe_dump(values))
    told("helm", "--namespace", BESIDE, "upgrade", "--install", "serai", str(chart), "--values", str(file), "--wait",
         "--timeout=240s")


def volumes() -> dict[str, str]:
    items = json.loads(told("kubectl", "--namespace", BESIDE, "get", "pvc", "--output=json"))["items"]
    return {item["metadata"]["name"]: item["metadata"]["uid"] for item in items}


def test_an_upgrade_from_the_previous_chart_keeps_the_data(earlier_chart, port, say):
    install(earlier_chart, port)
    email = f"shopper-{secrets.token_hex(6)}@example.com"
    with reached(port) as api:
        made = api.send("POST", "/api/v1/users", json={"email": email, "password": SHOPPERS_WORD, "name": "A Shopper"})
        assert made.status_code == 201, made.text
        admin = Api(api.base, api.certificate).sign_in(":".join(ADMIN))
        bell, shopper = new_product(admin, stock=3), Shopper(api.sign_in(f"{email}:{SHOPPERS_WORD}"), made.json()["id"])
        assert shopper.buy(bell["id"]).status_code in (201, 202)
        orders = shopper.ended_orders()
        assert [order["status"] for order in orders] == ["confirmed"]
    before = volumes()
    install(ROOT / "charts/serai", port)
    with reached(port) as api:
        shopper = Shopper(api.sign_in(f"{email}:{SHOPPERS_WORD}"), made.json()["id"])
        assert shopper.orders() == orders
        assert api.get(f"/api/v1/products/{bell['id']}").json()["stock"] == 2
        assert shopper.cancel(orders[0]["id"]).status_code in (200, 202)
        until("the goods back on the shelf", lambda: api.get(f"/api/v1/products/{bell['id']}").json()["stock"] == 3)
    assert len(before) >= 5 and before.items() <= volumes().items()
    say(f"{len(before)} databases kept, one order of before cancelled afterwards")
