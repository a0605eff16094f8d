"""A private PostgreSQL: its own folder, its own port on 127.0.0.1, never as root, never the system's."""

import dataclasses
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import stat
import subprocess
import tempfile

from . import process
from .process import Program
from .settings import Trouble

# What a database on a developer's machine needs: room for every service's connections, no JIT start-up cost.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "jit": "off",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
# For a database that lives as long as one test run: nothing needs to survive a crash.
THROW_AWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def binaries() -> pathlib.Path:
    """The folder of the newest PostgreSQL on this machine."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return pathlib.Path(os.path.realpath(on_path)).parent
    raise Trouble("PostgreSQL is not installed: make install")


@dataclasses.dataclass(frozen=True)
class Server:
    folder: pathlib.Path
    port: int
    password: str  # of the superuser, postgres

    def environment(self) -> dict[str, str]:
        """For psql and the like, as the superuser."""
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres", "PGDATABASE": "postgres",
                "PGPASSWORD": self.password, "PGCONNECT_TIMEOUT": "2"}

    def url(self) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    def create(self, sync: bool = True) -> None:
        """Makes the folder's database cluster unless it is there."""
        version_file = self.folder / "PG_VERSION"
        if version_file.exists():
            self.check_version(version_file.read_text().strip())
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        owner = self.owner()
        if owner:
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        with tempfile.NamedTemporaryFile("w") as password_file:
            if owner:
                os.chown(password_file.name, owner.pw_uid, owner.pw_gid)
            password_file.write(self.password + "\n")
            password_file.flush()
            command = [*self.as_owner(), str(binaries() / "initdb"), "-D", str(self.folder), "-U", "postgres",
                       "--auth=scram-sha-256", f"--pwfile={password_file.name}", "--encoding=UTF8", "--locale=C.UTF-8"]
            done = subprocess.run(command + ([] if sync else ["--no-sync"]), text=True, capture_output=True, cwd="/")
        if done.returncode:
            raise Trouble(f"initdb failed in {self.folder}:\n{done.stderr.strip()}")

    def check_version(self, made_by: str) -> None:
        here = binaries().parent.name
        if here.isdigit() and made_by != here:
            raise Trouble(f"{self.folder} was made by PostgreSQL {made_by}, installed is {here}.\n"
                          f"  Install postgresql-{made_by}, or start afresh: make clean-data")

    def program(self, throw_away: bool = False) -> Program:
        options = OPTIONS | {"port": str(self.port)} | (THROW_AWAY if throw_away else {})
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        death = ["--pdeathsig", "INT"] if throw_away else []
        return Program("postgres",
                       [*self.as_owner(death), str(binaries() / "postgres"), "-D", str(self.folder), *settings],
                       ports=[self.port], ready=self.ready, stop_signal=signal.SIGINT)

    def ready(self) -> bool:
        return subprocess.run([str(binaries() / "pg_isready"), "-q"], env=self.environment(), cwd="/").returncode == 0

    def run_sql(self, text: str, database: str = "postgres") -> str:
        """Runs SQL as the superuser; Trouble when any of it fails."""
        done = subprocess.run([str(binaries() / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-"], input=text,
                              text=True, capture_output=True, cwd="/",
                              env=self.environment() | {"PGDATABASE": database, "PGOPTIONS": "-c client_min_messages=error"})
        if done.returncode:
            raise Trouble(f"PostgreSQL refused:\n{done.stderr.strip()}")
        return done.stdout.strip()

    def forget_crash(self) -> None:
        """Clears what a crash left in the way of a start: children that still end, and a postmaster.pid that may
        name a process which is no PostgreSQL any more."""
        record = process.record_of("postgres")
        if record and record.alive():
            return
        file = self.folder / "postmaster.pid"
        pid = int(file.read_text().split()[0]) if file.exists() else 0
        if pid and str(self.folder) in process.command_line(pid):  # started by a run that could not note it
            process.write_record(process.Record("postgres", pid, process.start_time(pid) or 0, process.boot_id(), "",
                                                int(signal.SIGINT)))
            return
        for child in process.working_in(self.folder):
            process.wait_end(child, 10)
        file.unlink(missing_ok=True)

    def owner(self) -> pwd.struct_passwd | None:
        """Whom PostgreSQL runs as when we are root, which it refuses: who owns the folder, else postgres or nobody."""
        if os.geteuid() != 0:
            return None
        if self.folder.exists() and (uid := self.folder.stat().st_uid) != 0:
            return pwd.getpwuid(uid)
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise Trouble("there is no user `postgres` or `nobody` to run PostgreSQL as, and it refuses root")

    def as_owner(self, options: list[str] | None = None) -> list[str]:
        """The words before a command that make it run as owner()."""
        owner = self.owner()
        words = ["/usr/bin/setpriv", *(options or [])]
        if owner:
            words += [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
            if not reachable(self.folder, owner):
                # A checkout in root's home: other users may not pass, so this one process gets the right to.
                right = right_to_pass(self.folder)
                words += [f"--inh-caps=+{right}", f"--ambient-caps=+{right}"]
        return [*words, "--"] if len(words) > 1 else []


def right_to_pass(folder: pathlib.Path) -> str:
    """The least capability we may hand on that passes closed folders; containers often lack the first."""
    line = next(line for line in pathlib.Path("/proc/self/status").read_text().splitlines() if line.startswith("CapBnd"))
    bounds = int(line.split()[1], 16)
    for name, bit in (("dac_read_search", 2), ("dac_override", 1)):
        if bounds >> bit & 1:
            return name
    raise Trouble(f"PostgreSQL runs as another user than root, who cannot reach {folder}.\n"
                  f"  Move the checkout out of root's home, or let others pass: chmod o+x {folder.parents[2]}")


def reachable(folder: pathlib.Path, user: pwd.struct_passwd) -> bool:
    """Whether the user may pass every folder above this one."""
    for above in folder.absolute().parents:
        status = above.stat()
        bit = (stat.S_IXUSR if status.st_uid == user.pw_uid else
               stat.S_IXGRP if status.st_gid == user.pw_gid else stat.S_IXOTH)
        if not status.st_mode & bit:
            return False
    return True


def role_sql(role: str, password: str) -> str:
    return f"""
      SELECT 'CREATE ROLE "{role}" LOGIN' WHERE NOT EXISTS (
        SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec
      ALTER ROLE "{role}" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}';
    """


def database_sql(service: str, password: str, owner_password: str = "") -> str:
    """A database and a role of the same name that nobody else can open; the same again changes nothing. With a
    second password the database belongs to another role, <service>_owner, and the first may only enter."""
    owner = f"{service}_owner" if owner_password else service
    return f"""
      {role_sql(service, password)}
      {role_sql(owner, owner_password) if owner_password else ""}
      SELECT 'CREATE DATABASE "{service}" OWNER "{owner}"' WHERE NOT EXISTS (
        SELECT FROM pg_database WHERE datname = '{service}') \\gexec
      REVOKE ALL ON DATABASE "{service}" FROM PUBLIC;
      GRANT CONNECT ON DATABASE "{service}" TO "{service}";
    """


CLOSE_SHARED_SQL = "REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;"


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now, below those the kernel hands out by itself to clients."""
    free: list[int] = []
    while len(free) < count:
        number = random.randrange(12_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", number))
            except OSError:
                continue
        if number not in free:
            free.append(number)
    return free
