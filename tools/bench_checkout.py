#!/usr/bin/python3
"""Measures checkouts on a site of its own, and how soon an event is applied: prints rows of a Markdown table.

tools/bench runs it by `tools/with_site tools/bench_checkout.py [--quick]`, on the release build, with PostgreSQL's fsync on.
What PostgreSQL alone would reach is found by logging the statements of some checkouts in each database, and having pgbench
run the same statements, with the same parameters and as many clients, on copies of the databases.
"""

import argparse
import concurrent.futures
import dataclasses
import http.client
import json
import os
import pathlib
import re
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from local import postgres, site  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests"))
from program import Api, Shopper, access_token, new_product  # noqa: E402

CLIENTS = 8
DATABASES = ("order", "product", "payment", "bank")
LOG_START = re.compile(r"^\S+ \S+ \S+ \[(\d+)\] (?:\S+?@(\S+) )?(\w+):  (.*)$", re.DOTALL)
EXECUTED = re.compile(r"duration: [\d.]+ ms  (?:execute ([^:]+)|statement): (.*)$", re.DOTALL)
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
BEGINS, ENDS = ("BEGIN", "START TRANSACTION"), ("COMMIT", "ROLLBACK", "END")


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


# --- checkouts


@dataclasses.dataclass
class Order:
    """One checkout that is ready to be asked for: who asks, with which key and body."""

    user_id: str
    key: str
    headers: dict[str, str]
    body: str


def ready_orders(settings: dict[str, str], count: int, products: list[dict]) -> list[Order]:
    """As many buyers, each with a cart of one piece and a card's token."""
    def ready(number: int) -> Order:
        buyer = Shopper.new(settings)
        product = products[number % len(products)]
        body = buyer.order_of(buyer.put_in_cart(product["id"])["total"])
        key = uuid.uuid4().hex
        headers = {"Authorization": buyer.api.http.headers["Authorization"], "Content-Type": "application/json",
                   "Idempotency-Key": key}
        buyer.api.http.close()
        return Order(buyer.user_id, key, headers, json.dumps(body))
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        return list(threads.map(ready, range(count)))


def post_all(settings: dict[str, str], asks: list[tuple[str, dict[str, str], str]]) -> tuple[float, list[dict]]:
    """POSTs all through the gateway with CLIENTS kept connections; seconds it took, and the answers in order."""
    host, port = settings["BASE"].removeprefix("https://").split(":")
    trust = ssl.create_default_context(cafile=settings["CA"])

    def client(mine: list[tuple[str, dict[str, str], str]]) -> list[dict]:
        connection = http.client.HTTPSConnection(host, int(port), context=trust, timeout=30)
        answers = []
        for path, headers, body in mine:
            while True:  # what is accepted is asked for again, with the same key, until it is done
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status not in (202, 503):
                    break
            if answer.status not in (200, 201):
                raise SystemExit(f"bench: {path} answered {answer.status} {text[:300]!r}")
            answers.append(json.loads(text))
        return answers

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as threads:
        began = time.monotonic()
        parts = list(threads.map(client, [asks[number::CLIENTS] for number in range(CLIENTS)]))
        took = time.monotonic() - began
    answers: list[dict] = [{}] * len(asks)
    for number, part in enumerate(parts):
        answers[number::CLIENTS] = part
    return took, answers


def place_all(settings: dict[str, str], orders: list[Order]) -> tuple[float, list[dict]]:
    return post_all(settings, [("/api/v1/orders", order.headers, order.body) for order in orders])


# --- the same statements by pgbench


@dataclasses.dataclass
class Executed:
    """One statement as PostgreSQL ran it."""

    name: str  # of the prepared statement; empty for plain SQL
    sql: str
    parameters: list[str]  # literals
    place: int = 0  # in the log

    def line(self) -> str:
        flat = " ".join(self.sql.split()) if not self.name else ""
        return f"{flat.rstrip(';')};" if not self.name else f"EXECUTE {quoted(self.name)}" + (
            f"({', '.join(self.parameters)});" if self.parameters else ";")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def logged(log: pathlib.Path, since: int) -> dict[str, dict[str, list[Executed]]]:
    """database -> backend -> the statements it ran after this offset of the server's log."""
    with log.open("rb") as file:
        file.seek(since)
        lines = file.read().decode(errors="replace").splitlines()
    entries: list[str] = []
    for line in lines:
        if line.startswith("\t") and entries:
            entries[-1] += "\n" + line[1:]
        else:
            entries.append(line)
    found: dict[str, dict[str, list[Executed]]] = {}
    just_ran: set[str] = set()
    for place, entry in enumerate(entries):
        parsed = LOG_START.match(entry)
        if not parsed or not parsed[2]:
            continue
        backend, database, level, text = parsed.groups()
        ran = found.setdefault(database, {}).setdefault(backend, [])
        if level == "DETAIL":
            if text.startswith("parameters: ") and backend in just_ran:
                ran[-1].parameters = [value for _, value in PARAMETER.findall(text)]
            continue
        just_ran.discard(backend)  # a detail belongs to the line before it, which may be a parse or a bind
        if executed := EXECUTED.match(text):
            ran.append(Executed(executed[1] or "", executed[2], [], place))
            just_ran.add(backend)
    return found


def transactions(ran: list[Executed]) -> list[list[Executed]]:
    """The statements of one backend, those of a transaction together."""
    groups: list[list[Executed]] = []
    inside = False
    for statement in ran:
        word = statement.sql.lstrip().upper()
        if not inside:
            groups.append([])
        groups[-1].append(statement)
        if word.startswith(BEGINS):
            inside = True
        elif word.startswith(ENDS):
            inside = False
    return groups


def owner_of(transaction: list[Executed], owners: dict[str, int]) -> int | None:
    """Whose checkout a transaction belongs to, by any id of it among the parameters."""
    for statement in transaction:
        for value in statement.parameters:
            for word in re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}", value):
                if word in owners:
                    return owners[word]
    return None


def spread(backends: dict[str, list[Executed]], owners: dict[str, int]) -> tuple[list[list[Executed]], int]:
    """For each client of pgbench its statements, each checkout's with one client and in order; and how many they are.
    The relay's are left out: it marks events of several checkouts at once, beside them, and there is one of it."""
    clients: list[list[Executed]] = [[] for _ in range(CLIENTS)]
    kept = 0
    for transaction in sorted((one for ran in backends.values() for one in transactions(ran)), key=lambda one: one[0].place):
        owner = owner_of(transaction, owners)
        if owner is None or any(statement.name == "chassis.outbox.sent" for statement in transaction):
            continue  # what goes on in the background
        for statement in transaction:  # ids made on the way belong to the same checkout
            for value in statement.parameters:
                for word in re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", value):
                    owners.setdefault(word, owner)
        clients[owner % CLIENTS] += transaction
        kept += len(transaction)
    return clients, kept


def replay(server: postgres.Server, statements: dict[str, list[list[Executed]]]) -> float:
    """Has pgbench run them all at once, a client for each list, on the copies; seconds until the last was through."""
    started = []
    with tempfile.TemporaryDirectory(prefix="serai-replay-") as folder:
        for database, clients in statements.items():
            for number, ran in enumerate(clients):
                script = pathlib.Path(folder) / f"{database}-{number}.sql"
                script.write_text(script_of(ran))
                started.append(subprocess.Popen(
                    [str(postgres.binaries() / "pgbench"), "-n", "-c", "1", "-t", "1", "-M", "simple", "-f", str(script),
                     f"{database}_copy"], env=os.environ | server.environment() | {"PGCONNECT_TIMEOUT": "60"},
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return max(seconds_of(process) for process in started)


def script_of(ran: list[Executed]) -> str:
    prepared = {s.name: s.sql for s in ran if s.name}
    lines = [f"PREPARE {quoted(name)} AS {' '.join(sql.split())};" for name, sql in prepared.items()]
    return "\n".join(lines + [statement.line() for statement in ran]) + "\n"


def seconds_of(pgbench: subprocess.Popen) -> float:
    """How long the one run of its script took."""
    out, err = pgbench.communicate()
    latency = re.search(r"latency average = ([\d.]+) ms", out)
    if pgbench.returncode or not latency:
        raise SystemExit(f"bench: pgbench could not repeat the statements:\n{out[-1500:]}{err[-1500:]}"
                         "What PostgreSQL refused is in build/test-results/site-logs/postgres.log.")
    return float(latency[1]) / 1000


def copy_databases(server: postgres.Server) -> None:
    for database in DATABASES:
        server.run_sql(f'DROP DATABASE IF EXISTS "{database}_copy" WITH (FORCE);')
        server.run_sql(f'CREATE DATABASE "{database}_copy";')
        dump = subprocess.run([str(postgres.binaries() / "pg_dump"), database], env=os.environ | server.environment(),
                              capture_output=True, text=True, check=True).stdout
        server.run_sql(dump, f"{database}_copy")


def log_statements(server: postgres.Server, on: bool) -> None:
    value = "0" if on else "-1"
    server.run_sql(f"ALTER SYSTEM SET log_min_duration_statement = {value};")
    server.run_sql("SELECT pg_reload_conf();")


def checkouts(settings: dict[str, str], server: postgres.Server, products: list[dict], rounds: int, count: int) -> list[str]:
    place_all(settings, ready_orders(settings, 40, products))  # every connection and plan is made
    ours, alone, statements = [], [], 0
    log = pathlib.Path(settings["SERAI_DATA"]) / "logs/postgres.log"
    for number in range(rounds):
        orders = ready_orders(settings, count, products)
        took, _ = place_all(settings, orders)
        ours.append(count / took)
        orders = ready_orders(settings, count, products)
        copy_databases(server)
        log_statements(server, True)
        offset = log.stat().st_size
        _, answers = place_all(settings, orders)
        log_statements(server, False)
        owners = {name: place for place, (order, answer) in enumerate(zip(orders, answers))
                  for name in (order.user_id, order.key, answer["id"], json.loads(order.body)["card_token"])}
        found = logged(log, offset)
        spread_out = {database: spread(found.get(database, {}), owners) for database in DATABASES}
        statements = sum(kept for _, kept in spread_out.values()) // count
        alone.append(count / replay(server, {database: clients for database, (clients, _) in spread_out.items()}))
        say(f"checkouts, round {number + 1} of {rounds}: {ours[-1]:,.0f}/s; pgbench {alone[-1]:,.0f}/s")
    ratio = statistics.median(one / other for one, other in zip(ours, alone))
    return [f"| checkouts through the gateway, fsync on, against pgbench running the same statements with as many clients for each database | | "
            f"**{ratio:.2f}** | {statistics.median(ours):,.0f} against {statistics.median(alone):,.0f} /s with {CLIENTS} clients; "
            f"about {statements} statements in four databases for each, the relay's left out |"]


# --- from outbox to consumer


def delays(server: postgres.Server, subjects: list[str]) -> list[float]:
    """Seconds from the outbox of order to its effect in product, for each order.cancelled; waits for the last."""
    wanted = ",".join(f"'{subject}'" for subject in subjects)
    sent = dict(line.split("|") for line in server.run_sql(
        f"SELECT id, extract(epoch FROM created_at) FROM chassis.outbox WHERE type = 'order.cancelled' AND subject IN ({wanted})",
        "order").splitlines())
    ids = ",".join(f"'{name}'" for name in sent)
    deadline = time.monotonic() + 60
    while True:
        applied = dict(line.split("|") for line in server.run_sql(
            f"SELECT event_id, extract(epoch FROM applied_at) FROM chassis.inbox WHERE event_id IN ({ids})", "product").splitlines())
        if len(applied) == len(sent):
            return [float(applied[name]) - float(sent[name]) for name in sent]
        if time.monotonic() > deadline:
            raise SystemExit("bench: some events did not arrive within a minute")
        time.sleep(0.05)


def delivery(settings: dict[str, str], server: postgres.Server, products: list[dict], count: int) -> list[str]:
    figures = []
    for clients in (1, CLIENTS):
        orders = ready_orders(settings, count, products)
        _, answers = place_all(settings, orders)
        asks = [(f"/api/v1/orders/{answer['id']}/cancel", order.headers | {"Idempotency-Key": uuid.uuid4().hex}, "{}")
                for order, answer in zip(orders, answers)]
        if clients == 1:
            for ask in asks[:40]:
                post_all(settings, [ask])
            answers = answers[:40]
        else:
            post_all(settings, asks)
        took = sorted(delays(server, [answer["id"] for answer in answers]))
        figures.append(f"{statistics.median(took) * 1000:.0f} / {took[int(len(took) * 0.99)] * 1000:.0f} ms "
                       f"{'one at a time' if clients == 1 else f'with {clients} clients cancelling at once'}")
        say(f"outbox to consumer: {figures[-1]}")
    return [f"| outbox to the consumer's transaction, median / p99 (order.cancelled, order to product, by way of NATS) | | "
            f"**{figures[0]}** | {figures[1]} |"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    settings = dict(os.environ)
    if "BASE" not in settings:
        parser.error("no site: run it by tools/with_site, as tools/bench does")
    rounds, count = (1, 40) if quick else (3, 400)
    server = site.database_server()
    admin = Api(settings["BASE"], settings["CA"])
    admin.http.headers["Authorization"] = "Bearer " + access_token(settings, str(uuid.uuid4()), "customer admin")
    products = [new_product(admin, stock=100_000) for _ in range(20)]
    print("\n".join(checkouts(settings, server, products, rounds, count) + delivery(settings, server, products, count)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
