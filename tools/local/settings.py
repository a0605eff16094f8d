"""Where things are: folders, ports, which services exist and who calls whom."""

import os
import pathlib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Trouble(Exception):
    """Something a person can mend; the text says what is wrong and what to do."""


def data_folder() -> pathlib.Path:
    """Everything the running site keeps; SERAI_DATA puts it elsewhere."""
    return pathlib.Path(os.environ.get("SERAI_DATA", ROOT / "data")).absolute()


def program(name: str) -> pathlib.Path:
    """The compiled program of a service, of the preset in SERAI_PRESET (release), or the one that SERAI_PROGRAM_<NAME>
    names, as of another version."""
    if chosen := os.environ.get(program_variable(name)):
        return pathlib.Path(chosen)
    preset = os.environ.get("SERAI_PRESET", "release")
    path = ROOT / "build" / preset / "bin" / name
    if not path.exists():
        raise Trouble(f"{path.relative_to(ROOT)} is not built: make build PRESET={preset}")
    return path


def program_variable(name: str) -> str:
    """The environment variable that names another program for a service."""
    return "SERAI_PROGRAM_" + name.upper()


def services() -> list[str]:
    """The C++ services: each folder of services/ with a CMakeLists.txt, the called before their callers."""
    names = sorted(path.parent.name for path in ROOT.glob("services/*/CMakeLists.txt"))
    graph = calls()
    ordered: list[str] = []

    def add(name: str, above: tuple[str, ...]) -> None:
        for called in graph.get(name, []):
            if called in names and called not in above:  # a circle is allowed: any order then
                add(called, (*above, name))
        if name not in ordered:
            ordered.append(name)

    for name in names:
        add(name, (name,))
    return ordered


def shared_values() -> dict:
    """`global` of charts/serai/values.yaml: what is said once for this machine and for clusters."""
    values = ROOT / "charts/serai/values.yaml"
    return (yaml.safe_load(values.read_text()).get("global") or {}) if values.exists() else {}


def calls() -> dict[str, list[str]]:
    """caller -> the services it calls."""
    return {caller: list(called or []) for caller, called in (shared_values().get("calls") or {}).items()}


def has_events(service: str) -> bool:
    """Whether the service tells or hears events, and so needs NATS."""
    return service in (shared_values().get("events") or [])


def has_database(service: str) -> bool:
    return any((ROOT / "services" / service).glob("migrations/*.sql"))


def port(name: str) -> int:
    """The port of a program on 127.0.0.1; tools/ports.txt lists them, SERAI_PORT_<NAME> overrides."""
    chosen = os.environ.get(port_variable(name)) or listed_ports().get(name)
    if chosen is None:
        raise Trouble(f"{name} has no port: add a line for it to tools/ports.txt")
    return int(chosen)


def port_variable(name: str) -> str:
    """The environment variable that moves this port."""
    return "SERAI_PORT_" + name.upper().replace("-", "_")


def listed_ports() -> dict[str, str]:
    lines = (ROOT / "tools/ports.txt").read_text().splitlines()
    return dict(line.split() for line in lines if line.strip() and not line.startswith("#"))


def public_url() -> str:
    return os.environ.get("PUBLIC_URL", f"https://localhost:{port('gateway')}")
