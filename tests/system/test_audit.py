"""`make audit` over the running site: content while it works, and each rule, broken by hand, is told with its row."""

import concurrent.futures
import dataclasses
import json
import subprocess
import sys
import uuid

import httpx
import pytest
from conftest import ROOT, tool, wait_until
from program import DECLINED_CARD, Shopper, audited, new_product

sys.path.insert(0, str(ROOT / "tools"))
from local import site  # noqa: E402
from local.settings import port  # noqa: E402

RULES = ["money-order", "money-bank", "money-orphan", "money-twice", "stock-ledger", "stock-order", "events-delivered",
         "events-dead", "sagas-stuck"]


def sql(database: str, text: str) -> str:
    """Runs SQL behind the service's back: as the superuser, past triggers and foreign keys."""
    return site.database_server().run_sql(f"SET session_replication_role = replica;\n{text}", database)


def audit(*words: str) -> tuple[int, dict]:
    done = tool("audit", "--json", *words)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout)


@dataclasses.dataclass(frozen=True)
class Shop:
    """A product, and the ids of what happened to it."""

    product: str
    confirmed: str
    cancelled: str
    declined: str


@pytest.fixture(scope="module")
def shop(settings, admin) -> Shop:
    bell = new_product(admin, stock=10)
    buyer = Shopper.new(settings)
    confirmed = buyer.buy(bell["id"], 2)
    cancelled = buyer.buy(bell["id"], 3)
    assert confirmed.status_code == cancelled.status_code == 201, confirmed.text + cancelled.text
    assert buyer.cancel(cancelled.json()["id"]).status_code in (200, 202)
    assert buyer.buy(bell["id"], 1, DECLINED_CARD).status_code == 402
    declined = next(order["id"] for order in buyer.ended_orders() if order["status"] == "declined")
    audited()
    return Shop(bell["id"], confirmed.json()["id"], cancelled.json()["id"], declined)


def test_books_in_order_are_said_to_be(shop):
    report = audited()
    for rule in RULES:
        assert rule in report
    assert "The books are in order" in report


def test_the_report_counts_what_it_read(shop):
    code, report = audit()
    assert code == 0
    assert [rule["rule"] for rule in report["rules"]] == RULES
    rows = {rule["rule"]: rule["rows"] for rule in report["rules"]}
    assert all(rows[rule] >= 1 for rule in RULES if rule not in ("events-dead", "sagas-stuck")), rows
    books = {f"{book['service']} {book['book']}": book["rows"] for book in report["books"]}
    assert books["order orders"] == int(sql("order", "SELECT count(*) FROM orders"))
    assert books["bank ledger"] == int(sql("bank", "SELECT count(*) FROM ledger"))


@dataclasses.dataclass(frozen=True)
class Damage:
    """What somebody did to a database, and how it is undone. {confirmed} and such are ids of the shop, {new} is an id
    that nobody has, {row} that of the row which then breaks the rule."""

    rule: str
    database: str
    harm: str
    mend: str
    row: str


# Beyond what the bank will ever number in a test.
NEW_CAPTURE = ("INSERT INTO ledger (position, id, entry, charge_id, reference, amount, balance) "
               "VALUES (1000000000, '{new}', 'capture', '{new}', '%s', 300, 0);")
CANCELLATION = "(SELECT id FROM chassis.outbox WHERE type = 'order.cancelled' AND subject = '{cancelled}')"

DAMAGES = {
    "an_order_that_cost_more": Damage(
        "money-order", "order", "UPDATE orders SET total = total + 1 WHERE id = '{confirmed}'",
        "UPDATE orders SET total = total - 1 WHERE id = '{confirmed}'", "{confirmed}"),
    "a_refund_that_is_forgotten": Damage(
        "money-order", "order", "UPDATE orders SET refund = refund - 1 WHERE id = '{cancelled}'",
        "UPDATE orders SET refund = refund + 1 WHERE id = '{cancelled}'", "{cancelled}"),
    "a_capture_that_is_smaller": Damage(
        "money-bank", "bank", "UPDATE ledger SET amount = amount - 1 WHERE reference = '{confirmed}'",
        "UPDATE ledger SET amount = amount + 1 WHERE reference = '{confirmed}'", "{confirmed}"),
    "a_refund_that_never_was": Damage(
        "money-bank", "bank", "UPDATE ledger SET entry = 'capture' WHERE reference = '{cancelled}' AND entry = 'refund'",
        "UPDATE ledger SET entry = 'refund' WHERE reference = '{cancelled}' AND id <> charge_id", "{cancelled}"),
    "a_capture_of_nobody": Damage(
        "money-orphan", "bank", NEW_CAPTURE % "{new}", "DELETE FROM ledger WHERE id = '{new}'", "{new}"),
    "a_charge_in_two_pieces": Damage(
        "money-twice", "bank",
        "UPDATE ledger SET amount = amount - 300 WHERE reference = '{confirmed}';" + NEW_CAPTURE % "{confirmed}",
        "DELETE FROM ledger WHERE id = '{new}'; UPDATE ledger SET amount = amount + 300 WHERE reference = '{confirmed}'",
        "{confirmed}"),
    "a_piece_more_on_the_shelf": Damage(
        "stock-ledger", "product", "UPDATE products SET on_hand = on_hand + 1 WHERE id = '{product}'",
        "UPDATE products SET on_hand = on_hand - 1 WHERE id = '{product}'", "{product}"),
    "pieces_reserved_for_nobody": Damage(
        "stock-ledger", "product", "UPDATE products SET reserved = reserved + 1 WHERE id = '{product}'",
        "UPDATE products SET reserved = reserved - 1 WHERE id = '{product}'", "{product}"),
    "other_pieces_than_ordered": Damage(
        "stock-order", "product", "UPDATE reservation_lines SET quantity = quantity + 1 WHERE order_id = '{confirmed}'",
        "UPDATE reservation_lines SET quantity = quantity - 1 WHERE order_id = '{confirmed}'", "{confirmed}"),
    "pieces_that_never_came_back": Damage(
        "stock-order", "product", "UPDATE reservations SET returned_at = NULL WHERE order_id = '{cancelled}'",
        "UPDATE reservations SET returned_at = now() WHERE order_id = '{cancelled}'", "{cancelled}"),
    "pieces_of_a_declined_order": Damage(
        "stock-order", "product", "UPDATE reservations SET state = 'committed' WHERE order_id = '{declined}'",
        "UPDATE reservations SET state = 'released' WHERE order_id = '{declined}'", "{declined}"),
    "a_letter_that_died": Damage(
        "events-dead", "product",
        "INSERT INTO chassis.dead_letters (id, event_id, type, subject, envelope, error, attempts) "
        "VALUES ('{new}', gen_random_uuid(), 'order.cancelled', 'x', '{{}}', 'no such shelf', 5)",
        "DELETE FROM chassis.dead_letters WHERE id = '{new}'", "{new}"),
    "a_saga_that_nobody_works_on": Damage(
        "sagas-stuck", "order",
        "INSERT INTO chassis.sagas (kind, id, step, data, next_try_at, traceparent, started_at) "
        "VALUES ('cancel', '{new}', 'refund', '{{}}', now() + interval '1 hour', '', now() - interval '20 minutes')",
        "DELETE FROM chassis.sagas WHERE id = '{new}'", "{new}"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_broken_rule_is_told_with_its_row_and_no_other(shop, name):
    damage = DAMAGES[name]
    words = dataclasses.asdict(shop) | {"new": str(uuid.uuid4())}
    sql(damage.database, damage.harm.format(**words))
    try:
        code, report = audit("--settle", "1")
    finally:
        sql(damage.database, damage.mend.format(**words))
    broken = {rule["rule"]: rule["violations"] for rule in report["rules"] if rule["violations"]}
    assert (code, broken) == (1, {damage.rule: 1}), report["violations"]
    violation = report["violations"][0]
    assert (violation["rule"], violation["id"]) == (damage.rule, damage.row.format(**words))
    assert violation["id"] in violation["text"]


def test_an_event_that_one_service_never_applied_is_told(shop):
    event = sql("order", f"SELECT id FROM chassis.outbox WHERE type = 'order.cancelled' AND subject = '{shop.cancelled}'")
    columns = "event_id, type, event_time, applied_at"
    row = sql("product", f"DELETE FROM chassis.inbox WHERE event_id = '{event}' RETURNING quote_literal(event_id) || ',' || "
                         "quote_literal(type) || ',' || quote_literal(event_time) || ',' || quote_literal(applied_at)")
    try:
        code, report = audit("--settle", "1")
    finally:
        sql("product", f"INSERT INTO chassis.inbox ({columns}) VALUES ({row})")
    assert code == 1
    assert [(one["rule"], one["id"]) for one in report["violations"]] == [("events-delivered", event)]
    assert "was not applied by product" in report["violations"][0]["text"]
    audited("--settle", "1")


def test_an_event_that_is_to_be_sent_again_is_waited_for(shop):
    sql("order", f"UPDATE chassis.outbox SET sent_at = NULL WHERE subject = '{shop.cancelled}'")
    audited()


def test_the_metrics_say_which_rule_is_broken(shop):
    violations = dict.fromkeys(RULES, 0)
    sql("product", f"UPDATE products SET on_hand = on_hand + 1 WHERE id = '{shop.product}'")
    try:
        assert audit("--settle", "1")[0] == 1
        assert metrics() == violations | {"stock-ledger": 1}
    finally:
        sql("product", f"UPDATE products SET on_hand = on_hand - 1 WHERE id = '{shop.product}'")
    audited("--settle", "1")
    assert metrics() == violations


def metrics() -> dict[str, float]:
    text = httpx.get(f"http://127.0.0.1:{port('audit')}/metrics").text
    return {line.split('"')[1]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
            if line.startswith("books_violations{")}


def test_a_shop_that_is_never_still_is_in_order(settings, admin):
    bell = new_product(admin, stock=1000)
    rounds = []

    def trade() -> None:
        buyer = Shopper.new(settings)
        while len(rounds) < 3:
            bought = buyer.buy(bell["id"])
            if bought.status_code == 201:
                buyer.cancel(bought.json()["id"])

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        trades = [threads.submit(trade) for _ in range(4)]
        try:
            for _ in range(3):
                code, report = audit("--settle", "5")
                rounds.append(code)
                assert code == 0, report["violations"]
        finally:
            rounds += [0, 0, 0]
        for one in trades:
            one.result()
    audited()


def test_a_service_that_is_away_is_named_and_nothing_called_in_order(shop):
    assert tool("stop", "payment").returncode == 0
    try:
        done = tool("audit")
    finally:
        assert tool("run").returncode == 0
    assert done.returncode == 2
    assert "payment cannot be read" in done.stderr and "in order" not in done.stdout
    wait_until(lambda: tool("audit", "--settle", "5").returncode == 0, "books in order after the return of payment")


def test_without_a_site_it_says_what_to_do(tmp_path):
    done = tool("audit", SERAI_DATA=str(tmp_path / "nowhere"))
    assert done.returncode == 2 and "make run" in done.stderr
    assert subprocess.run([ROOT / "tools/audit", "--help"], capture_output=True).returncode == 0
