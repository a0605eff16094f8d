"""Programs in the background: started once, known by pid and start time, stopped until gone."""

import dataclasses
import hashlib
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable

from .settings import Trouble, data_folder, listed_ports, port, port_variable

BOOT_ID = pathlib.Path("/proc/sys/kernel/random/boot_id")


@dataclasses.dataclass(frozen=True)
class Program:
    """One program of the site. It is started again when its command, its environment, the program file
    or one of `files` (what it reads only at start) is no longer what it was started with."""

    name: str
    command: list[str]
    ports: list[int]
    ready: Callable[[], bool]
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    files: list[pathlib.Path] = dataclasses.field(default_factory=list)
    stop_signal: int = signal.SIGTERM

    @property
    def log(self) -> pathlib.Path:
        return data_folder() / "logs" / f"{self.name}.log"

    def identity(self) -> str:
        """Changes when a restart is needed."""
        digest = hashlib.sha256(json.dumps([self.command, sorted(self.environment.items())]).encode())
        for part in self.command:
            if part.startswith("/") and os.path.isfile(part):
                status = os.stat(part)
                digest.update(f"{part} {status.st_mtime_ns} {status.st_size}".encode())
        for file in self.files:
            digest.update(file.read_bytes())
        return digest.hexdigest()


@dataclasses.dataclass(frozen=True)
class Record:
    """A process that was started: a pid alone may belong to another process by now."""

    name: str
    pid: int
    started: int
    boot: str
    identity: str
    stop_signal: int

    def alive(self) -> bool:
        return self.boot == boot_id() and start_time(self.pid) == self.started


def records_folder() -> pathlib.Path:
    return data_folder() / "run"


def records() -> list[Record]:
    """What was started and not yet stopped; some of it may have died."""
    return [Record(**json.loads(path.read_text())) for path in records_folder().glob("*.json")]


def record_of(name: str) -> Record | None:
    path = records_folder() / f"{name}.json"
    return Record(**json.loads(path.read_text())) if path.exists() else None


def start(program: Program) -> None:
    """Starts the program in the background and notes it. Trouble, when one of its ports is taken."""
    for number in program.ports:
        check_free(number, program.name)
    program.log.parent.mkdir(parents=True, exist_ok=True)
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS")
                   if name in os.environ}
    with program.log.open("ab") as log:
        child = subprocess.Popen(program.command, env=environment | program.environment, stdin=subprocess.DEVNULL,
                                 stdout=log, stderr=log, start_new_session=True, cwd="/")
    write_record(Record(program.name, child.pid, start_time(child.pid) or 0, boot_id(), program.identity(),
                        int(program.stop_signal)))


def write_record(record: Record) -> None:
    path = records_folder() / f"{record.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(dataclasses.asdict(record)))
    new.replace(path)


def wait_ready(program: Program, limit_s: float = 60) -> None:
    """Returns once the started program is ready. Trouble, with the end of its log, when it dies or takes too long."""
    record = record_of(program.name)
    deadline = time.monotonic() + limit_s
    while not program.ready():
        reap(record.pid)
        if not record.alive():
            raise Trouble(f"{program.name} stopped while it started\n{log_end(program)}")
        if time.monotonic() > deadline:
            raise Trouble(f"{program.name} is not ready after {limit_s:.0f} s\n{log_end(program)}")
        time.sleep(0.02)


def stop(record: Record, limit_s: float = 20) -> None:
    """Asks the process to stop and returns when it, and what it started, is gone. The last word is SIGKILL."""
    if record.alive():
        send(record.pid, record.stop_signal)
        if not wait_gone(record, limit_s):
            print(f"  {record.name} did not stop within {limit_s:.0f} s and is killed")
            send(record.pid, signal.SIGKILL)
            wait_gone(record, limit_s)
    if record.boot == boot_id():
        for pid in group_members(record.pid):  # what it started and left behind
            send(pid, signal.SIGKILL)
            wait_end(pid, limit_s)
    (records_folder() / f"{record.name}.json").unlink(missing_ok=True)


def send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass  # gone by itself, which is what was wanted
    except PermissionError:
        raise Trouble(f"process {pid} belongs to another user: stop it as that user, or as root") from None


def wait_gone(record: Record, limit_s: float) -> bool:
    wait_end(record.pid, limit_s)
    return not record.alive()


def wait_end(pid: int, limit_s: float) -> None:
    """Returns when the process has ended, or after the limit."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        select.select([descriptor], [], [], limit_s)
    finally:
        os.close(descriptor)
    reap(pid)


def reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass  # not our child: an earlier command started it


def start_time(pid: int) -> int | None:
    """Clock ticks from boot to the start of the process; None when there is none, or only its remains."""
    fields = stat_fields(pid)
    return int(fields[19]) if fields and fields[0] not in "ZX" else None


def group_members(group: int) -> list[int]:
    pids = (int(path.name) for path in pathlib.Path("/proc").iterdir() if path.name.isdigit())
    return [pid for pid in pids if (fields := stat_fields(pid)) and int(fields[2]) == group and fields[0] not in "ZX"]


def working_in(folder: pathlib.Path) -> list[int]:
    """The processes whose current folder this is, as far as they can be seen."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cwd"):
        try:
            if os.readlink(path) == str(folder):
                found.append(int(path.parts[2]))
        except OSError:
            continue
    return found


def stat_fields(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name, which may hold blanks: state, parent, group ..."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def boot_id() -> str:
    return BOOT_ID.read_text().strip()


def log_end(program: Program, lines: int = 15) -> str:
    text = program.log.read_text(errors="replace").splitlines() if program.log.exists() else []
    return "\n".join(f"    {line}" for line in text[-lines:]) + f"\n  the whole log: {program.log}"


def check_free(number: int, name: str) -> None:
    """Trouble when somebody listens on the port, naming who and the remedy."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
            return
        except OSError:
            pass
    holder = listener(number)
    who = f"process {holder} ({command_line(holder)})" if holder else "a process of another user"
    variable = next((port_variable(listed) for listed in listed_ports() if port(listed) == number), "SERAI_PORT_<NAME>")
    raise Trouble(f"port {number}, which {name} needs, is taken by {who}.\n"
                  f"  Stop that, or choose another port: {variable}=<port> make run")


def listener(number: int) -> int | None:
    """The process that listens on a TCP port, if it can be seen."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == number:
                sockets.add(f"socket:[{fields[9]}]")
    for path in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(path) in sockets:
                return int(path.parts[2])
        except OSError:
            continue
    return None


def command_line(pid: int) -> str:
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "gone"
