"""PostgreSQL's image, and what the chart does so that the official one can take its place."""

import contextlib
import subprocess
import uuid
from collections.abc import Iterator

import pytest
from image import REPOSITORY, ROOT

SECRET = r"it's $ecret\n"
ROLES = {"POSTGRES_DB": "payment", "POSTGRES_USER": "payment_owner", "POSTGRES_SERVICE_USER": "payment"}

# What the official image does at its first start, in its order; the server and its programs are Debian's in both.
FIRST_START = r"""
printf '%s\n' "$PGPASSWORD" >"$POSTGRES_SERVICE_PASSWORD_FILE"
initdb --pgdata=/tmp/data --username="$POSTGRES_USER" --auth-host=scram-sha-256 $POSTGRES_INITDB_ARGS >/dev/null
postgres -D /tmp/data -c listen_addresses=127.0.0.1 -c unix_socket_directories=/run/postgresql >/dev/null 2>&1 &
until pg_isready --quiet --username="$POSTGRES_USER"; do kill -0 $!; done
psql --username "$POSTGRES_USER" --dbname postgres --quiet --command "CREATE DATABASE \"$POSTGRES_DB\""
for script in /docker-entrypoint-initdb.d/*.sh; do "$script" >/dev/null; done
ask() { psql --no-psqlrc --tuples-only --no-align --dbname "$POSTGRES_DB" "$@" 2>&1; }
ask --username "$POSTGRES_USER" --command "SELECT rolname, rolsuper FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1"
ask --username "$POSTGRES_USER" --command "SELECT pg_get_userbyid(datdba), datcollate FROM pg_database WHERE datname = '$POSTGRES_DB'"
ask --host 127.0.0.1 --username "$POSTGRES_SERVICE_USER" --command "CREATE TABLE mine ()"
"""


def docker(*words: str) -> str:
    told = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout.strip()


def settings(**named: str) -> list[str]:
    return [f"--env={name}={value}" for name, value in named.items()]


@pytest.fixture
def volume() -> Iterator[str]:
    name = f"serai-test-{uuid.uuid4().hex[:8]}"
    docker("volume", "create", name)
    yield name
    docker("volume", "rm", name)


@contextlib.contextmanager
def server(volume: str, password: str) -> Iterator[str]:
    """One that runs as in the cluster, and whose end is sudden."""
    name = docker("run", "--detach", "--network=none", "--read-only", "--cap-drop=ALL", "--tmpfs=/tmp",
                  "--tmpfs=/run/postgresql:uid=65532", f"--volume={volume}:/var/lib/postgresql",
                  *settings(**ROLES, POSTGRES_PASSWORD="the owner's", POSTGRES_SERVICE_PASSWORD=password),
                  f"{REPOSITORY}/postgres:latest")
    try:
        docker("exec", name, "sh", "-c", "until pg_isready -q -U payment_owner; do :; done")
        yield name
    finally:
        docker("rm", "--force", name)


def ask(server: str, role: str, sql: str, **environment: str) -> str:
    told = subprocess.run(["docker", "exec", *settings(**environment), server, "psql", "-XAtU", role, "-d", "payment",
                           *(["-h", "127.0.0.1"] if environment else []), "-c", sql], capture_output=True, text=True, timeout=60)
    return (told.stdout + told.stderr).strip()


def test_a_server_that_was_killed_starts_again_with_its_data_and_the_passwords_of_now(volume):
    with server(volume, "an old one") as running:
        assert "permission denied for schema public" in ask(running, "payment", "CREATE TABLE mine ()", PGPASSWORD="an old one")
        ask(running, "payment_owner", "CREATE TABLE records (id int); GRANT INSERT, SELECT ON records TO payment; "
                                      "INSERT INTO records VALUES (7)")
    with server(volume, SECRET) as running:
        assert ask(running, "payment", "SELECT id FROM records", PGPASSWORD=SECRET) == "7"
        assert "permission denied for table records" in ask(running, "payment", "DELETE FROM records", PGPASSWORD=SECRET)
        assert "authentication failed" in ask(running, "payment", "SELECT 1", PGPASSWORD="an old one")
        assert ask(running, "postgres", "SELECT rolname FROM pg_roles WHERE rolsuper") == "postgres"


def test_the_official_image_makes_a_role_that_owns_nothing():
    told = docker("run", "--rm", "--network=none", f"--volume={ROOT}/charts/service/files:/docker-entrypoint-initdb.d:ro",
                  *settings(**ROLES, POSTGRES_INITDB_ARGS="--locale=C.UTF-8", PGPASSWORD=SECRET,
                            POSTGRES_SERVICE_PASSWORD_FILE="/tmp/password"),
                  "--entrypoint=sh", f"{REPOSITORY}/postgres:latest", "-c", FIRST_START + "true")
    assert told.splitlines()[:3] == ["payment|f", "payment_owner|t", "payment_owner|C.UTF-8"], told
    assert "permission denied for schema public" in told, told
