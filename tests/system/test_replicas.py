"""Three copies of a service that start at the same moment on an empty database migrate it once."""

import dataclasses
import pathlib
import secrets
import subprocess
import sys

import pytest
from conftest import ROOT, wait_until

sys.path.insert(0, str(ROOT / "tools"))
from local import postgres, site  # noqa: E402

COPIES = 3


@dataclasses.dataclass
class Copy:
    """One of them, and what it logs."""

    process: subprocess.Popen
    ready: object
    log: pathlib.Path


@pytest.fixture
def copies(service, tmp_path, settings):
    """They get a database and roles of their own, and no NATS: the running site's copies are not disturbed."""
    name, owner = f"{service}_{secrets.token_hex(4)}", bool(site.owner_password(service))
    server, password = site.database_server(), secrets.token_hex(8)
    server.run_sql(postgres.database_sql(name, password, password if owner else ""))
    program = site.service_program(service)
    ports = postgres.free_ports(COPIES + 1)
    environment = {key: value for key, value in program.environment.items()
                   if not key.endswith(("DATABASE_PASSWORD_FILE", "OWNER_PASSWORD_FILE", "NATS_URL_FILE"))}
    environment |= {"DATABASE_NAME": name, "DATABASE_USER": name, "DATABASE_PASSWORD": password,
                    "NATS_URL": f"nats://127.0.0.1:{ports.pop()}", "LOG_LEVEL": "info"}
    if owner:
        environment |= {"DATABASE_OWNER_USER": f"{name}_owner", "DATABASE_OWNER_PASSWORD": password}
    started = []
    try:
        for number in ports:
            log = tmp_path / f"{number}.log"
            with log.open("w") as out:
                started.append(Copy(subprocess.Popen(program.command, env=environment | {"PORT": str(number)}, stdout=out,
                                                     stderr=subprocess.STDOUT, cwd="/"),
                                    site.answers(f"http://127.0.0.1:{number}/ready"), log))
        yield started, server, name
    finally:
        for copy in started:
            copy.process.terminate()
        for copy in started:
            copy.process.wait(30)
        server.run_sql(f'DROP DATABASE "{name}" WITH (FORCE); DROP ROLE "{name}";' +
                       (f'DROP ROLE "{name}_owner";' if owner else ""))


@pytest.mark.parametrize("service", ["product", "payment"])  # payment's database belongs to another role
def test_three_copies_that_start_together_migrate_once(service, copies):
    started, server, database = copies
    for copy in started:
        wait_until(lambda: copy.ready() or copy.process.poll() is not None, f"a ready copy of {service}", 60)
        assert copy.process.poll() is None, copy.log.read_text()[-2000:]
    files = sorted(path.name for folder in (f"services/{service}", "chassis")
                   for path in ROOT.glob(f"{folder}/migrations/*.sql"))
    applied = server.run_sql("SELECT name FROM chassis.migrations ORDER BY name", database).splitlines()
    assert sorted(applied) == files
    told = [line for copy in started for line in copy.log.read_text().splitlines() if '"migration applied"' in line]
    assert len(told) == len(files), "\n".join(told)
