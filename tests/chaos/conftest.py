"""A site of this folder's own, whose programs may be killed and between whose services traffic can be held."""

import dataclasses
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]
from crossing import Roads  # noqa: E402
from local import postgres, settings as local_settings  # noqa: E402
from program import Api, access_token, tool  # noqa: E402

# Short, so that what a dead process held is taken up soon.
LEASES = {"SERAI_SET_ORDER_SAGA_LEASE_MS": "4000", "SERAI_SET_ORDER_SAGA_STEP_MS": "2000",
          "SERAI_SET_ORDER_SAGA_RETRY_MAX_MS": "1000", "SERAI_SET_ORDER_WORKERS": "24", "SERAI_SET_PAYMENT_WORKERS": "24"}


@dataclasses.dataclass
class Site:
    """A running site: its address and data, and its programs by name."""

    environment: dict[str, str]
    settings: dict[str, str]
    roads: Roads

    def admin(self) -> Api:
        api = Api(self.settings["BASE"], self.settings["CA"])
        token = access_token(self.settings, "01980000-0000-7000-8000-0000000000ad", "customer admin")
        api.http.headers["Authorization"] = f"Bearer {token}"
        return api

    def kill(self, program: str) -> None:
        """kill -9, so that it can put nothing in order."""
        os.kill(json.loads((self.data / "run" / f"{program}.json").read_text())["pid"], signal.SIGKILL)

    def mend(self) -> None:
        """Starts what died, as an operator would: `make run`."""
        done = tool("run", **self.environment)
        assert done.returncode == 0, done.stdout + done.stderr

    @property
    def data(self) -> pathlib.Path:
        return pathlib.Path(self.environment["SERAI_DATA"])


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="serai-chaos-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
    names = list(local_settings.listed_ports())
    ports = dict(zip(names, postgres.free_ports(len(names))))
    roads = Roads()

    def road(called: str) -> str:
        return roads.lay(f"http://127.0.0.1:{ports[called]}")

    environment = {local_settings.port_variable(name): str(number) for name, number in ports.items()} | LEASES | {
        "SERAI_DATA": str(folder / "data"), "SERAI_SET_ORDER_PRODUCT_URL": road("product"),
        "SERAI_SET_ORDER_PAYMENT_URL": road("payment"), "SERAI_SET_PAYMENT_BANK_URL": road("bank")}
    try:
        done = tool("run", **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        lines = (folder / "data/demo.env").read_text().splitlines()
        settings = dict(line.split("=", 1) for line in lines) | {"SERAI_DATA": environment["SERAI_DATA"]}
        yield Site(environment, settings, roads)
    finally:
        roads.release()
        keep_logs(folder / "data/logs")
        tool("stop", "--remove-data", **environment)
        shutil.rmtree(folder, ignore_errors=True)


def keep_logs(logs: pathlib.Path) -> None:
    """What the programs logged is worth more than the rest when a test failed."""
    kept = ROOT / "build" / "test-results" / "chaos-logs"
    shutil.rmtree(kept, ignore_errors=True)
    if logs.exists():
        shutil.copytree(logs, kept)
