#!/usr/bin/python3
"""Checks that the folders still show the architecture (docs/architecture.md). Runs in a second: `make tidy`.

  tools/tidy.py [FOLDER]     the repository to look at; this one when not named

Prints a line for each problem, `file:line: what is wrong; what to do instead`, and exits 1 when there is any.
Warnings begin with `warning:` and fail nothing.
"""

import fnmatch
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

import yaml

INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]')

# A library is included only where its one owner lives; everybody else goes through that owner.
OWNERS = {  # what an include begins with: (owner, what to include instead)
    "pistache/": (["chassis/src/transport.cpp"], "chassis/http.h"),
    "rapidjson/": (["chassis/src/json.cpp"], "chassis/json.h"),
    "pqxx/": (["chassis/include/chassis/db.h", "chassis/src/db*.cpp", "chassis/src/listener.cpp"], "chassis/db.h"),
    "libpq": (["chassis/src/db*.cpp", "chassis/src/listener.cpp"], "chassis/db.h"),
    "prometheus/": (["chassis/src/metrics.cpp"], "chassis/metrics.h"),
    "nats/": (["chassis/src/nats_stream.cpp"], "chassis/events.h"),
    "curl/": (["chassis/src/client*.cpp", "chassis/src/transfer.*"], "chassis/client.h"),
    "jansson": (["chassis/src/auth*.cpp"], "chassis/auth.h"),
    "openssl/": (["chassis/src/auth*.cpp", "chassis/src/certificate.cpp", "chassis/src/ec_key.cpp"], "chassis/auth.h"),
    "sodium": (["chassis/src/auth*.cpp", "chassis/src/id.cpp", "chassis/src/password.cpp"], "chassis/auth.h"),
    "spdlog/": (["chassis/src/log.cpp"], "chassis/log.h"),
    "mustache": (["services/frontend/src/page.cpp"], "page.h"),
    "kainjow/": (["services/frontend/src/page.cpp"], "page.h"),
}

# Inside a service the end of a file's name is its layer. A layer includes only the layers named here,
# and not the parts of the chassis named there.
LAYERS = {
    "domain": {"domain"},
    "json": {"domain", "json"},
    "store": {"domain", "events", "store"},  # what a transaction changed is published in it
    "routes": {"domain", "json", "routes"},
    "events": {"domain", "json", "events"},
    "saga": {"domain", "json", "events", "saga"},
    "main": {"domain", "json", "store", "routes", "events", "saga", "main"},
}
CHASSIS_NOT_FOR = {
    "domain": {"app.h", "client.h", "db.h", "http.h", "idempotency.h", "json.h", "listener.h", "migrate.h", "router.h"},
    "json": {"app.h", "client.h", "db.h", "idempotency.h", "listener.h", "migrate.h", "router.h"},
    "store": {"app.h", "client.h", "http.h", "migrate.h", "router.h"},
    "routes": {"app.h", "listener.h", "migrate.h", "router.h"},
    "events": {"app.h", "http.h", "router.h", "migrate.h"},
    "saga": {"app.h", "client.h", "http.h", "idempotency.h", "listener.h", "migrate.h", "router.h"},
    "main": set(),
}
PURPOSE = {
    "domain": "types, rules and the promise", "json": "the wire", "store": "the SQL", "routes": "the HTTP face",
    "events": "what is published and consumed", "saga": "steps over several services", "main": "a dozen lines of wiring",
}

TOP = {"chassis", "services", "charts", "k8s", "dashboards", "Dockerfiles", "tests", "tools", "docs", "cmake",
       "build", "data", "README.md", "Makefile", "CMakeLists.txt", "CMakePresets.json", "LICENSE"}
SERVICE_FILES = ["README.md", "CMakeLists.txt", "openapi.yaml", "src/main.cpp", "tests"]
SERVICE_NAME = re.compile(r"[a-z]{2,20}")
VAGUE = {"util", "utils", "common", "helper", "helpers", "manager", "misc", "shared"}
MIGRATION = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
MAIN_LINES_MAX = 60
LINES_MAX = 400

# Written in parts, so that this file may be checked like any other.
LEFTOVER = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}~-])/(" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me/[a-z]+"]) + r")/")
TEXT = {".h", ".cpp", ".py", ".sh", ".yaml", ".yml", ".md", ".sql", ".txt", ".cfg", ".mustache", ".css", ".js", ".json",
        ".cmake", ".tpl", ".mk", ".Dockerfile", ""}


class Repository:
    def __init__(self, root: pathlib.Path):
        self.root = root
        self.files = list(self.listed())

    def listed(self) -> Iterator[pathlib.PurePath]:
        """Every file that is or would be committed, relative to the root."""
        if (self.root / ".git").exists():
            names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True,
                                   cwd=self.root, capture_output=True, text=True).stdout.split("\0")
            yield from (pathlib.PurePath(name) for name in sorted(set(names)) if name and (self.root / name).is_file())
        else:
            yield from (path.relative_to(self.root) for path in sorted(self.root.rglob("*")) if path.is_file())

    def read(self, file: pathlib.PurePath) -> str:
        return (self.root / file).read_text(errors="replace")

    def services(self) -> list[str]:
        return sorted({file.parts[1] for file in self.files if file.parts[0] == "services" and len(file.parts) > 2})

    def compiled(self, service: str) -> bool:
        """Whether the service is C++ of ours; the gateway is configuration of another program."""
        return any(file.parts[:3] == ("services", service, "src") for file in self.files)


def layer(name: str) -> str:
    stem = pathlib.PurePath(name).stem
    end = stem.rsplit("_", 1)[-1]
    return "main" if stem == "main" else end if end in LAYERS and end != stem else "domain"


def problems(repository: Repository) -> Iterator[str]:
    for check in (check_folders, check_services, check_includes, check_migrations, check_runbooks, check_words):
        yield from check(repository)


def check_folders(repository: Repository) -> Iterator[str]:
    for top in sorted({file.parts[0] for file in repository.files}):
        if top not in TOP and not top.startswith("."):
            yield f"{top}: not a place of the layout; put it where docs/architecture.md says, or change that first"
    for file in repository.files:
        for part in (*file.parts[:-1], file.stem):
            if VAGUE & set(part.lower().replace("-", "_").split("_")):
                yield f"{file}: `{part}` says nothing; name it after what it does"


def check_services(repository: Repository) -> Iterator[str]:
    services = repository.services()
    for name in services:
        if not SERVICE_NAME.fullmatch(name):
            yield f"services/{name}: one lower-case word names a service everywhere; rename the folder"
        if repository.compiled(name):
            for needed in SERVICE_FILES:
                if not (repository.root / "services" / name / needed).exists():
                    yield f"services/{name}: {needed} is missing; `make new-service` writes one to learn from"
            if publishes(repository, name) != (repository.root / "services" / name / "events.yaml").exists():
                yield (f"services/{name}: events.yaml and `chassis::publish` in src/ go together; say there what is told, "
                       "as AsyncAPI, or remove it")
        elif not (repository.root / "services" / name / "README.md").exists():
            yield f"services/{name}: README.md is missing; say what the service promises"
    yield from check_chart(repository, services)
    ports = pathlib.PurePath("tools/ports.txt")
    if ports in repository.files:
        listed = {line.split()[0] for line in repository.read(ports).splitlines() if line.strip() and line[0] != "#"}
        for name in services:
            if name not in listed:
                yield f"{ports}: {name} is missing; add a line with a free port"


def publishes(repository: Repository, service: str) -> bool:
    """Whether the service tells events."""
    return any(file.parts[:3] == ("services", service, "src") and file.stem.endswith("_events") and
               "chassis::publish(" in repository.read(file) for file in repository.files)


def check_chart(repository: Repository, services: list[str]) -> Iterator[str]:
    """The folders of services/ are the list of services; the chart and the call graph follow it."""
    chart, values = repository.root / "charts/serai/Chart.yaml", repository.root / "charts/serai/values.yaml"
    if chart.exists():
        entries = yaml.safe_load(chart.read_text()).get("dependencies") or []
        aliases = {entry.get("alias") for entry in entries if entry.get("name") == "service"}
        for name in sorted(set(services) - aliases):
            yield f"charts/serai/Chart.yaml: {name} is missing; add the line with alias: {name}"
        for name in sorted(aliases - set(services)):
            yield f"charts/serai/Chart.yaml: alias {name} has no folder in services/; remove it or add the service"
    if values.exists():
        calls = (yaml.safe_load(values.read_text()).get("global") or {}).get("calls") or {}
        for name in sorted(set(services) - set(calls)):
            yield f"charts/serai/values.yaml: {name} is missing in global.calls; add whom it calls, or []"
        named = set(calls).union(*(called or [] for called in calls.values()))
        for name in sorted(named - set(services)):
            yield f"charts/serai/values.yaml: global.calls names {name}, which is no folder of services/"


def check_includes(repository: Repository) -> Iterator[str]:
    for file in repository.files:
        if file.suffix not in (".h", ".cpp") or file.parts[0] not in ("chassis", "services"):
            continue
        for number, line in enumerate(repository.read(file).splitlines(), 1):
            if match := INCLUDE.match(line):
                for text in check_include(repository, file, match[1]):
                    yield f"{file}:{number}: {text}"


def check_include(repository: Repository, file: pathlib.PurePath, included: str) -> Iterator[str]:
    """Yields what is wrong with one #include in one source file."""
    for library, (owners, instead) in OWNERS.items():
        if included.startswith(library) and not any(fnmatch.fnmatch(str(file), owner) for owner in owners):
            if not {"tests", "testing", "bench"} & set(file.parts):  # these compare with, or reach under, the owner
                yield f"only {owners[0]} includes <{included}>; include \"{instead}\" instead"
    if file.parts[0] == "chassis":
        if included.startswith(("services/", "..")) or included.split("/")[0] in repository.services():
            yield f"the chassis knows no service; move what {included} gives into the chassis or the service"
        return
    if included.startswith(("..", "services/")) or included.split("/")[0] in repository.services():
        yield f"{included} is outside this service; call another service over HTTP or by events"
        return
    if file.parts[2] != "src":
        return
    here = layer(file.name)
    if included.startswith("chassis/"):
        if included.removeprefix("chassis/") in CHASSIS_NOT_FOR[here]:
            yield f"a {here} file ({PURPOSE[here]}) does not include {included}; move that part to the layer it belongs to"
    elif included.endswith(".h") and "/" not in included and (repository.root / file).with_name(included).exists():
        there = layer(included)
        if there not in LAYERS[here]:
            yield f"a {here} file ({PURPOSE[here]}) does not include {included} ({PURPOSE[there]}); turn the arrow round"


def check_migrations(repository: Repository) -> Iterator[str]:
    folders: dict[pathlib.PurePath, list[str]] = {}
    for file in repository.files:
        if file.parent.name == "migrations":
            folders.setdefault(file.parent, []).append(file.name)
    for folder, names in folders.items():
        numbers = []
        for name in sorted(names):
            if match := MIGRATION.fullmatch(name):
                numbers.append(int(match[1]))
            else:
                yield f"{folder}/{name}: a migration is called 0001_what_it_does.sql; rename it"
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{folder}: numbers {numbers} have a gap or a double; number them 0001, 0002 ... in the order they land"


def check_runbooks(repository: Repository) -> Iterator[str]:
    """Whom an alert wakes must find what to do, and a test must have shown that it fires."""
    folders = {pathlib.PurePath("docs/runbooks"): ".md", pathlib.PurePath("tests/watching/alerts"): ".yaml"}
    alerts = {}
    for file in repository.files:
        if file.parent == pathlib.PurePath("dashboards/rules"):
            for group in yaml.safe_load(repository.read(file))["groups"]:
                alerts |= {rule["alert"]: (file, rule) for rule in group["rules"] if "alert" in rule}
    for folder, end in folders.items():
        pages = {file.stem for file in repository.files if file.parent == folder} - {"README"}
        for name in sorted(alerts.keys() - pages):
            yield f"{alerts[name][0]}: the alert {name} has no {folder}/{name}{end}; write it like the others there"
        for name in sorted(pages - alerts.keys()):
            yield f"{folder}/{name}{end}: there is no alert {name}; remove it, or name it as the alert is called now"
    for name, (file, rule) in alerts.items():
        if rule.get("annotations", {}).get("runbook") != f"docs/runbooks/{name}.md":
            yield f"{file}: {name} does not lead to its page; add the annotation runbook: docs/runbooks/{name}.md"
        index = repository.root / "docs/runbooks/README.md"
        if not index.exists() or f"({name}.md)" not in index.read_text():
            yield f"docs/runbooks/README.md: {name} is missing; add its line to the table"


def check_words(repository: Repository) -> Iterator[str]:
    for file in repository.files:
        if file.suffix not in TEXT:
            continue
        lines = repository.read(file).splitlines()
        for number, line in enumerate(lines, 1):
            if match := LEFTOVER.search(line):
                yield f"{file}:{number}: leftover {match[1]}; finish it, or open an issue and say so without the word"
            if match := MACHINE_PATH.search(line):
                yield f"{file}:{number}: {match[0]}... is a path of one machine; make it relative or a setting"
        if file.name == "main.cpp" and len(lines) > MAIN_LINES_MAX:
            yield f"{file}: {len(lines)} lines; main.cpp only wires, move the rest to the layer it belongs to"


def warnings(repository: Repository) -> Iterator[str]:
    for file in repository.files:
        if file.suffix in (".h", ".cpp", ".py", ".sh", ".tpl") and (count := repository.read(file).count("\n")) > LINES_MAX:
            yield f"warning: {file}: {count} lines; which two things is it really?"


def main() -> int:
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    repository = Repository(root)
    found = list(problems(repository))
    print("\n".join([*warnings(repository), *found, *(["tidy"] if not found else [])]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
