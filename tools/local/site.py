"""The whole site: which programs, with which settings, started and stopped in which order."""

import concurrent.futures
import fcntl
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import yaml

from . import keys, nats, postgres, process
from .process import Program
from .settings import (ROOT, Trouble, calls, data_folder, has_database, has_events, port, program, program_variable,
                       public_url, services)

CUSTOMER = os.environ.get("SEED_CUSTOMER", "ada@example.com:caravan-of-tea-42")
ADMIN = os.environ.get("SEED_ADMIN", "admin@example.com:keeper-of-the-serai-42")
DRAIN_MS = "200"  # no load balancer needs time to notice here
REQUESTS_PER_MINUTE_MAX = "1000000"  # a load test comes from one address; user still slows guessing


def answers(url: str) -> Callable[[], bool]:
    """A check that the address answers 2xx or 3xx; of the gateway, with the certificate verified."""
    def check() -> bool:
        context = ssl.create_default_context(cafile=keys.gateway_certificate().parent / "ca.crt") \
            if url.startswith("https:") else None
        try:
            with urllib.request.urlopen(url, timeout=5, context=context):
                return True
        except (urllib.error.URLError, OSError):
            return False
    return check


# Their database belongs to a role of its own, so that the one they work as cannot change all that it has written.
OWNED_APART = {"payment"}


def owner_password(service: str) -> str:
    """The name of the secret, or nothing when the service's role owns its database."""
    return f"{service}-owner-password" if service in OWNED_APART else ""


def database_sql(service: str) -> str:
    owner = owner_password(service)
    return postgres.database_sql(service, keys.secret(f"{service}-database-password"), keys.secret(owner) if owner else "")


def database_server() -> postgres.Server:
    return postgres.Server(data_folder() / "postgres", port("postgres"), keys.secret("postgres-password"))


def nats_server() -> nats.Server:
    return nats.Server(data_folder() / "nats", port("nats"), keys.secret("nats-password"))


def special_settings(service: str) -> dict[str, str]:
    """What one service needs besides what all get."""
    bank_key = str(keys.secret_file("bank-key"))
    return {
        "user": {"KEYS_DIR": str(keys.signing_keys()[0]), "SEED_CUSTOMER": CUSTOMER, "SEED_ADMIN": ADMIN},
        "payment": {"BANK_KEY_FILE": bank_key},
        "bank": {"MERCHANT_KEY_FILE": bank_key, "FAULTS": "on"},
        "audit": {"TLS_CERT": str(keys.gateway_certificate())},
    }.get(service, {})


def service_program(service: str) -> Program:
    address = f"http://127.0.0.1:{port(service)}"
    settings = {
        "HOST": "127.0.0.1", "PORT": str(port(service)), "PUBLIC_URL": public_url(), "DRAIN_MS": DRAIN_MS,
        "INTERNAL_TOKEN_FILE": str(keys.secret_file("internal-token")),
    }
    for called in calls().get(service, []):
        settings[f"{called.upper()}_URL"] = f"http://127.0.0.1:{port(called)}"
    if has_database(service):
        settings |= {
            "DATABASE_HOST": "127.0.0.1", "DATABASE_PORT": str(port("postgres")), "DATABASE_NAME": service,
            "DATABASE_USER": service, "DATABASE_PASSWORD_FILE": str(keys.secret_file(f"{service}-database-password")),
        }
        if owner := owner_password(service):
            settings |= {"DATABASE_OWNER_USER": f"{service}_owner",
                         "DATABASE_OWNER_PASSWORD_FILE": str(keys.secret_file(owner))}
    files = []
    if has_events(service):
        files = [keys.kept("nats-url", nats_server().url())]
        settings["NATS_URL_FILE"] = str(files[0])
    settings |= {name: os.environ[name] for name in ("LOG_LEVEL", "WORKERS") if name in os.environ}
    return Program(service, [str(program(service))], ports=[port(service)], ready=answers(f"{address}/ready"),
                   environment=settings | special_settings(service) | chosen_settings(service), files=files)


def chosen_settings(service: str) -> dict[str, str]:
    """Settings that whoever starts the site chose for one service: SERAI_SET_ORDER_WORKERS=24 is WORKERS of order."""
    prefix = f"SERAI_SET_{service.upper()}_"
    return {name.removeprefix(prefix): value for name, value in os.environ.items() if name.startswith(prefix)}


def gateway_program() -> Program:
    start = pathlib.Path(os.environ.get(program_variable("gateway"), ROOT / "services/gateway/gateway"))
    folder = start.parent
    settings = {
        "HTTPS_BIND": f"127.0.0.1:{port('gateway')}", "HTTP_BIND": f"127.0.0.1:{port('gateway-http')}",
        "METRICS_BIND": f"127.0.0.1:{port('gateway-metrics')}", "TLS_CERT": str(keys.gateway_certificate()),
        "JWT_KEYS_DIR": str(keys.signing_keys()[1]), "PUBLIC_URL": public_url(), "DRAIN_MS": "0",
        "INTERNAL_TOKEN_FILE": str(keys.secret_file("internal-token")), "RATE_LIMIT": REQUESTS_PER_MINUTE_MAX,
        "GUESS_LIMIT": REQUESTS_PER_MINUTE_MAX, "COSTLY_LIMIT": REQUESTS_PER_MINUTE_MAX, "CHECK_INTERVAL": "1s", "HARD_STOP": "5s", "HSTS_SECONDS": "300",
        "RUN_DIR": str(data_folder() / "run"),
    }
    for service in services():
        settings |= {f"{service.upper()}_ADDRESS": f"127.0.0.1:{port(service)}", f"{service.upper()}_SLOTS": "1"}
    page = answers(f"https://localhost:{port('gateway')}/")
    known = (folder / "haproxy.cfg").read_text()  # an earlier gateway knows fewer services
    called = {name for name in calls().get("gateway", []) if name in services() and f"{name.upper()}_ADDRESS" in known}
    return Program("gateway", [str(start)], environment=settings,
                   ports=[port("gateway"), port("gateway-http"), port("gateway-metrics")],
                   ready=lambda: gateway_sees(called) and page(),
                   files=[path for path in sorted(folder.rglob("*")) if path.is_file() and "tests" not in path.parts])


def gateway_sees(names: set[str]) -> bool:
    """Whether the gateway's own checks have found each of these services ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port('gateway-metrics')}/metrics", timeout=5) as answer:
            metrics = answer.read().decode()
    except (urllib.error.URLError, OSError):
        return False
    return all(re.search(rf'^haproxy_backend_active_servers\{{proxy="{name}"\}} [1-9]', metrics, re.MULTILINE)
               for name in names)


def prometheus_program() -> Program:
    """Prometheus with the rules and pages of dashboards/, as the chart gives them to the one in a cluster."""
    folder, boards = data_folder() / "prometheus", ROOT / "dashboards"
    folder.mkdir(parents=True, exist_ok=True)
    targets = {service: port(service) for service in services()} | {"gateway": port("gateway-metrics")}
    configuration = folder / "prometheus.yml"
    told = {
        "global": {"scrape_interval": "5s"},
        "rule_files": [str(boards / "rules/*.yaml")],
        "scrape_configs": [{"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{number}"],
                                                                  "labels": {"site": "local"}}]}
                           for name, number in targets.items()],
    }
    if alertmanager := os.environ.get("ALERTMANAGER"):  # host:port of one that you run
        told["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
    configuration.write_text(yaml.safe_dump(told))
    address = f"127.0.0.1:{port('prometheus')}"
    return Program("prometheus", [shutil.which("prometheus") or "/usr/bin/prometheus",
                                  f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}",
                                  f"--web.listen-address={address}", "--storage.tsdb.retention.time=7d",
                                  f"--web.console.templates={boards / 'consoles'}",
                                  f"--web.console.libraries={boards / 'consoles'}"],
                   ports=[port("prometheus")], ready=answers(f"http://{address}/-/ready"),
                   files=[configuration, *sorted((boards / "rules").glob("*.yaml"))])


def up(only: list[str] | None = None) -> list[str]:
    """Starts what is not running or has changed, loads the demo data, returns the names of what was started.
    With `only`, these services and the databases, NATS where they have events, and nothing else."""
    with locked():
        chosen = [service for service in services() if only is None or service in only]
        with_databases = [service for service in chosen if has_database(service)]
        programs = [service_program(service) for service in chosen]
        server = database_server()
        server.create()
        server.forget_crash()
        stores = [server.program()] + ([nats_server().program()] if any(map(has_events, chosen)) else [])
        started = start_all(stores)
        server.run_sql(postgres.CLOSE_SHARED_SQL + "".join(database_sql(service) for service in with_databases))
        started += start_all(programs)
        seed(with_databases)
        if only is None:
            started += start_all([prometheus_program(), gateway_program()])
        write_demo_settings()
        return started


def start_all(programs: list[Program]) -> list[str]:
    """Starts those that are not running as they should, side by side; once all are ready, returns their names."""
    since = time.monotonic()
    fresh = []
    for wanted in programs:
        record = process.record_of(wanted.name)
        if record and record.alive() and record.identity in (wanted.identity(), ""):
            continue
        if record:
            say(f"{wanted.name}: " + ("changed, restarting" if record.alive() else "had stopped, starting again"))
            process.stop(record)
        process.start(wanted)
        fresh.append(wanted.name)
    for wanted in programs:
        process.wait_ready(wanted)
        if wanted.name in fresh:
            say(f"{wanted.name} is ready after {time.monotonic() - since:.1f} s")
    return fresh


def seed(names: list[str]) -> None:
    """Loads the demo data of each service whose program has not loaded it yet; twice would change nothing."""
    def load(name: str) -> None:
        wanted = service_program(name)
        mark = data_folder() / "run" / f"{name}.seeded"
        if mark.exists() and mark.read_text() == wanted.identity():
            return
        since = time.monotonic()
        done = subprocess.run([*wanted.command, "seed"], env=os.environ | wanted.environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode and "there is no command seed" not in done.stdout:
            raise Trouble(f"`{name} seed` failed:\n{done.stdout.strip()[-2000:]}")
        mark.write_text(wanted.identity())
        say(f"{name} has its demo data after {time.monotonic() - since:.1f} s")

    with concurrent.futures.ThreadPoolExecutor() as side_by_side:
        list(side_by_side.map(load, names))


def down(only: list[str] | None = None) -> list[str]:
    """Stops everything that was started, or only what is named, the callers before the called; returns the names."""
    with locked():
        order = ["postgres", "nats", *services(), "prometheus", "gateway"]
        started = {record.name: record for record in process.records()}
        if unknown := set(only or []) - set(started):
            raise Trouble(f"{', '.join(sorted(unknown))} is not running; these are: {', '.join(sorted(started))}")
        stopped = []
        for name in sorted(only or started, key=lambda name: order.index(name) if name in order else len(order), reverse=True):
            if started[name].alive():
                stopped.append(name)
            process.stop(started[name])
        return stopped


def remove_data() -> None:
    with locked():
        folder = data_folder()
        try:
            shutil.rmtree(folder, ignore_errors=False)
        except PermissionError as error:
            raise Trouble(f"{error.filename} belongs to another user: run this as that user, or with sudo") from None


def write_demo_settings() -> None:
    """data/demo.env: what scripts need to use the running site."""
    (data_folder() / "demo.env").write_text(
        f"BASE={public_url()}\nBANK={public_url()}/bank\nCUSTOMER={CUSTOMER}\nADMIN={ADMIN}\n"
        f"PROMETHEUS=http://127.0.0.1:{port('prometheus')}\nCA={data_folder() / 'tls/ca.crt'}\n")


@contextmanager
def locked() -> Iterator[None]:
    """One `make run` or `make stop` at a time; the second waits."""
    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def say(text: str) -> None:
    print(f"  {text}", flush=True)
