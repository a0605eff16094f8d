"""`make run` and `make stop`, on a site of this file's own."""

import json
import os
import pathlib
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import urllib.parse

import pytest
from conftest import ROOT, Api, tool, wait_until

sys.path.insert(0, str(ROOT / "tools"))
from local import postgres, settings as local_settings  # noqa: E402


@pytest.fixture(scope="module")
def own():
    """The environment of a site of its own, and its folder."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="serai-own-"))
    folder.chmod(0o755)
    names = list(local_settings.listed_ports())
    ports = dict(zip(names, postgres.free_ports(len(names))))
    environment = {local_settings.port_variable(name): str(number) for name, number in ports.items()}
    yield environment | {"SERAI_DATA": str(folder / "data")}, ports, folder / "data"
    tool("stop", "--remove-data", **environment, SERAI_DATA=str(folder / "data"))
    shutil.rmtree(folder, ignore_errors=True)


def pids(data: pathlib.Path) -> dict[str, int]:
    return {path.stem: json.loads(path.read_text())["pid"] for path in (data / "run").glob("*.json")}


def members(groups: set[int]) -> list[str]:
    """The processes of these process groups, with their command lines."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) in groups and fields[0] not in "ZX":
                found.append((path / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def run(environment: dict[str, str]) -> str:
    done = tool("run", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_run_says_where_the_site_is_and_how_to_stop_it(own):
    environment, ports, data = own
    said = run(environment)
    assert f"https://localhost:{ports['gateway']}" in said and "make stop" in said
    demo = dict(line.split("=", 1) for line in (data / "demo.env").read_text().splitlines())
    assert demo["BASE"] == f"https://localhost:{ports['gateway']}"
    for name in ("CUSTOMER", "ADMIN"):
        email, password = demo[name].split(":", 1)
        assert email in said and password in said
        Api(demo["BASE"], demo["CA"]).sign_in(demo[name])


def test_run_again_leaves_everything_as_it_is(own):
    environment, _, data = own
    before = pids(data)
    assert "already running" in run(environment)
    assert pids(data) == before


@pytest.mark.parametrize("name", ["product", "nats"])
def test_run_starts_again_only_what_died(own, name):
    environment, _, data = own
    before = pids(data)
    os.kill(before[name], signal.SIGKILL)
    assert f"{name}: had stopped, starting again" in run(environment)
    after = pids(data)
    assert {name for name in before if before[name] != after[name]} == {name}


def test_nats_answers_only_who_has_its_password(own):
    _, ports, data = own
    url = urllib.parse.urlsplit((data / "secrets/nats-url").read_text().strip())
    assert (url.scheme, url.hostname, url.port) == ("nats", "127.0.0.1", ports["nats"])

    def said(options: dict) -> str:
        with socket.create_connection((url.hostname, url.port), timeout=5) as connection:
            connection.sendall(f"CONNECT {json.dumps({'verbose': False} | options)}\r\nPING\r\n".encode())
            lines = connection.makefile()
            return lines.readline()[:5] + lines.readline().strip()

    assert said({"user": url.username, "pass": url.password}) == "INFO PONG"
    assert "Authorization Violation" in said({"user": url.username, "pass": "guess"})
    assert "Authorization Violation" in said({})


def test_a_crash_of_everything_is_no_obstacle(own):
    environment, _, data = own
    for pid in pids(data).values():
        os.kill(pid, signal.SIGKILL)
    run(environment)
    run(environment)


def tool_output(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip()


def test_each_service_opens_its_own_database_only(own):
    _, ports, data = own
    services = [name for name in local_settings.services() if local_settings.has_database(name)]
    assert len(services) >= 2
    for role in services:
        password = (data / f"secrets/{role}-database-password").read_text().strip()
        for database in (*services, "postgres", "template1"):
            server = postgres.Server(data / "postgres", ports["postgres"], password)
            query = ["psql", "-XAtc", "SELECT 1"]
            answer = tool_output(query, server.environment() | {"PGUSER": role, "PGDATABASE": database})
            assert (answer == "1") == (database == role), f"{role} at {database}: {answer}"


def test_secrets_are_for_their_owner_alone(own):
    data = own[2]
    files = [path for folder in ("secrets", "keys", "tls") for path in (data / folder).rglob("*") if path.is_file()]
    private = [path for path in files if path.suffix not in (".crt",) and path.parent.name != "gateway"]
    assert private
    assert {str(path): oct(path.stat().st_mode) for path in private if stat.S_IMODE(path.stat().st_mode) != 0o600} == {}


def test_everything_listens_on_this_machine_alone(own):
    listening = set()
    started = pids(own[2])
    assert "nats" in started
    wanted = {port for name, port in own[1].items() if name.split("-")[0] in started}
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            address, _, port = line.split()[1].rpartition(":")
            if line.split()[3] == "0A" and int(port, 16) in wanted:
                listening.add((address, int(port, 16)))
    assert listening == {("0100007F", port) for port in wanted}


def test_stop_leaves_no_process_and_keeps_the_data(own, newcomer):
    environment, ports, data = own
    demo = dict(line.split("=", 1) for line in (data / "demo.env").read_text().splitlines())
    assert Api(demo["BASE"], demo["CA"]).send("POST", "/api/v1/users", json=newcomer).status_code == 201
    groups = set(pids(data).values())
    stopped = tool("stop", **environment)
    assert stopped.returncode == 0, stopped.stderr
    assert members(groups) == []
    for port in ports.values():
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert "Nothing was running" in tool("stop", **environment).stdout
    run(environment)
    Api(demo["BASE"], demo["CA"]).sign_in(f"{newcomer['email']}:{newcomer['password']}")


def test_a_taken_port_is_named_with_the_remedy(own):
    environment, ports, data = own
    assert tool("stop", **environment).returncode == 0
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", ports["product"]))
        other.listen()
        refused = tool("run", **environment)
        assert refused.returncode == 1
        assert f"port {ports['product']}" in refused.stderr and f"process {os.getpid()}" in refused.stderr
        assert "SERAI_PORT_PRODUCT=<port> make run" in refused.stderr
    run(environment)


def test_clean_data_leaves_nothing(own):
    environment, _, data = own
    groups = set(pids(data).values())
    removed = tool("stop", "--remove-data", **environment)
    assert removed.returncode == 0, removed.stderr
    assert not data.exists()
    wait_until(lambda: members(groups) == [], "every process to be gone")
    again = tool("stop", "--remove-data", **environment)
    assert again.returncode == 0
