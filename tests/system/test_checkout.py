"""A program shops: from a guest's cart to a paid order and back, and hundreds of programs at once."""

import json
import os
import pathlib
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from conftest import ROOT, expect_problem, wait_until
from program import CARD, DECLINED_CARD, Shopper, audited, bank_entries, net_at_bank, new_product, side_by_side

sys.path.insert(0, str(ROOT / "tools"))
from local import keys, postgres, site  # noqa: E402
from local.settings import port  # noqa: E402


@pytest.fixture
def shopper(settings) -> Shopper:
    return Shopper.new(settings)


def test_a_guest_fills_a_cart_signs_up_pays_and_takes_it_back(anyone, admin, newcomer):
    bell = new_product(admin, stock=5)
    guest = str(uuid.uuid4())
    filled = anyone.send("PUT", f"/api/v1/cart/items/{bell['id']}", json={"quantity": 2}, headers={"X-Guest-Id": guest})
    assert filled.status_code == 200, filled.text
    assert filled.json()["total"] == {"amount": 2 * bell["price"]["amount"], "currency": "EUR"}

    assert anyone.send("POST", "/api/v1/users", json=newcomer).status_code == 201
    anyone.sign_in(f"{newcomer['email']}:{newcomer['password']}")
    buyer = Shopper(anyone, anyone.get("/api/v1/users/me").json()["id"])
    for _ in range(2):  # merging twice is harmless
        merged = anyone.send("POST", "/api/v1/cart/merge", json={"guest_id": guest})
        assert merged.status_code == 200, merged.text
    cart = anyone.get("/api/v1/cart").json()
    assert [(item["product_id"], item["quantity"]) for item in cart["items"]] == [(bell["id"], 2)]

    placed = buyer.place(buyer.order_of(cart["total"]))
    assert placed.status_code == 201, placed.text
    order = placed.json()
    assert order["status"] == "confirmed" and order["total"] == cart["total"]
    assert order["payment"]["last4"] == "4242" and "card_token" not in placed.text
    assert anyone.get("/api/v1/cart").json()["items"] == []
    assert admin.get(f"/api/v1/products/{bell['id']}").json()["stock"] == 3
    assert net_at_bank(admin, order["id"]) == order["total"]["amount"]

    cancelled = buyer.cancel(order["id"])
    assert cancelled.status_code == 200, cancelled.text
    assert cancelled.json()["status"] == "cancelled" and cancelled.json()["refund"] == order["total"]
    assert net_at_bank(admin, order["id"]) == 0
    wait_until(lambda: admin.get(f"/api/v1/products/{bell['id']}").json()["stock"] == 5, "the return of the pieces")


def test_a_declined_card_costs_nothing_and_leaves_the_cart(shopper, admin):
    bell = new_product(admin, stock=1)
    expect_problem(shopper.buy(bell["id"], number=DECLINED_CARD), 402, "declined")
    assert [item["quantity"] for item in shopper.api.get("/api/v1/cart").json()["items"]] == [1]
    assert [order["status"] for order in shopper.orders()] == ["declined"]
    assert admin.get(f"/api/v1/products/{bell['id']}").json()["stock"] == 1
    again = shopper.buy(bell["id"], number=CARD)
    assert again.status_code == 201, again.text


def test_a_price_that_changed_is_told_and_nothing_is_charged(shopper, admin):
    bell = new_product(admin, stock=5, amount=1000)
    cart = shopper.put_in_cart(bell["id"], 2)
    dearer = admin.send("PATCH", f"/api/v1/products/{bell['id']}", json={"price": {"amount": 1100, "currency": "EUR"}},
                        headers={"If-Match": admin.get(f"/api/v1/products/{bell['id']}").headers["etag"]})
    assert dearer.status_code == 200, dearer.text
    problem = expect_problem(shopper.place(shopper.order_of(cart["total"])), 409, "price-changed")
    assert problem["total"] == {"amount": 2200, "currency": "EUR"}
    assert problem["lines"][0]["unit_price"] == {"amount": 1100, "currency": "EUR"}
    assert not [entry for entry in bank_entries(admin) if entry["reference"] in [o["id"] for o in shopper.orders()]]


def test_two_hundred_buyers_share_fifty_pieces_and_nobody_is_cheated(settings, admin):
    bell = new_product(admin, stock=50)
    buyers = [Shopper.new(settings, timeout=60) for _ in range(200)]
    bodies = side_by_side([lambda b=b: b.order_of(b.put_in_cart(bell["id"])["total"]) for b in buyers])
    answers = side_by_side([lambda b=b, o=o: patient(b, o) for b, o in zip(buyers, bodies)])

    told = Counter(answer.status_code for answer in answers)
    assert told == {201: 50, 409: 150}, told
    for answer in answers:
        if answer.status_code == 409:
            assert expect_problem(answer, 409, "out-of-stock")["lines"] == [
                {"product_id": bell["id"], "requested": 1, "available": 0}]
    assert admin.get(f"/api/v1/products/{bell['id']}").json()["stock"] == 0
    mine = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    entries = [entry for entry in bank_entries(admin) if entry["reference"] in mine]
    assert [entry["entry"] for entry in entries] == ["capture"] * 50
    assert sum(entry["amount"]["amount"] for entry in entries) == 50 * bell["price"]["amount"]
    assert {entry["reference"] for entry in entries} == mine


def patient(buyer: Shopper, body: dict) -> httpx.Response:
    """Places the order; a busy shop (503) or an order under way (202, in-progress) is asked again with the same key."""
    key = uuid.uuid4().hex
    found: list[httpx.Response] = []

    def answered() -> bool:
        answer = buyer.place(body, key)
        busy = answer.status_code in (202, 503, 504) or (
            answer.status_code == 409 and answer.json()["type"].endswith("in-progress"))
        found[:] = [answer]
        return not busy
    wait_until(answered, "a final answer", 120)
    return found[0]


class Replica:
    """One process of a service beside the one that runs, asked directly as a peer asks."""

    def __init__(self, service: str, number: int):
        self.base = f"http://127.0.0.1:{number}"
        wanted = site.service_program(service)
        self.command = wanted.command
        self.environment = os.environ | wanted.environment | {"PORT": str(number)}
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, env=self.environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_until(self.ready, "the replica's readiness", 60)

    def ready(self) -> bool:
        try:
            return httpx.get(self.base + "/ready").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@pytest.fixture
def second_order() -> Iterator[Replica]:
    replica = Replica("order", postgres.free_ports(1)[0])
    replica.start()
    yield replica
    replica.stop()


def ask(base: str, user_id: str, key: str, body: dict) -> httpx.Response:
    head = {"X-Internal-Token": keys.secret("internal-token"), "X-User-Id": user_id, "X-User-Roles": "customer",
            "Idempotency-Key": key}
    return httpx.post(f"{base}/v1/orders", json=body, headers=head, timeout=30)


def test_one_key_asked_twenty_times_at_two_replicas_and_after_a_restart_is_one_order(shopper, admin, second_order):
    bell = new_product(admin, stock=50)
    body = shopper.order_of(shopper.put_in_cart(bell["id"], 2)["total"])
    bases = [f"http://127.0.0.1:{port('order')}", second_order.base]
    key = uuid.uuid4().hex

    first = side_by_side([lambda n=n: ask(bases[n % 2], shopper.user_id, key, body) for n in range(20)])
    assert {answer.status_code for answer in first} <= {201, 202, 409}, Counter(a.status_code for a in first)
    final = wait_until(lambda: final_answer(bases[0], shopper.user_id, key, body), "the final answer")
    assert final.status_code == 201, final.text
    for answer in first:
        if answer.status_code == 201:
            assert answer.text == final.text
        elif answer.status_code == 409:
            expect_problem(answer, 409, "in-progress")
            assert "retry-after" in answer.headers

    second_order.stop()
    second_order.start()
    again = side_by_side([lambda n=n: ask(bases[n % 2], shopper.user_id, key, body) for n in range(20)])
    assert {(answer.status_code, answer.text) for answer in again} == {(201, final.text)}
    expect_problem(ask(bases[1], shopper.user_id, key, body | {"card_token": "another"}), 422, "key-reused")
    assert len(shopper.orders()) == 1
    order = final.json()
    assert [entry["entry"] for entry in bank_entries(admin) if entry["reference"] == order["id"]] == ["capture"]
    assert admin.get(f"/api/v1/products/{bell['id']}").json()["stock"] == 48


def final_answer(base: str, user_id: str, key: str, body: dict) -> httpx.Response | None:
    answer = ask(base, user_id, key, body)
    waiting = answer.status_code == 202 or (answer.status_code == 409 and "in-progress" in answer.text)
    return None if waiting else answer


FAULTS = {"latency_ms": 0, "error_rate": 0.0, "drop_after_capture_rate": 0.0, "duplicate_rate": 0.0, "garbage_rate": 0.0,
          "seed": 7}


@pytest.fixture
def faults(admin):
    """Switches the bank's faults on; off again afterwards."""
    def switch(**changes) -> None:
        answer = admin.send("PUT", "/bank/v1/faults", json=FAULTS | changes)
        assert answer.status_code == 200, answer.text
    yield switch
    switch()


@pytest.mark.parametrize("fault", [
    {"latency_ms": 2500}, {"error_rate": 0.6}, {"drop_after_capture_rate": 0.6}, {"duplicate_rate": 0.7}, {"garbage_rate": 0.6},
    {"latency_ms": 200, "error_rate": 0.2, "drop_after_capture_rate": 0.2, "duplicate_rate": 0.2, "garbage_rate": 0.2},
], ids=lambda fault: "-".join(fault))
def test_a_bank_that_misbehaves_leaves_every_order_whole(settings, admin, faults, fault):
    bell = new_product(admin, stock=20)
    buyers = [Shopper.new(settings, timeout=30) for _ in range(6)]
    bodies = [buyer.order_of(buyer.put_in_cart(bell["id"])["total"]) for buyer in buyers]
    faults(**fault)
    placed = side_by_side([lambda b=b, o=o: b.place(o) for b, o in zip(buyers, bodies)])
    assert {answer.status_code for answer in placed} <= {201, 202}, [answer.text for answer in placed]
    faults()  # the bank comes to itself
    orders = [order for buyer in buyers for order in buyer.ended_orders(limit_s=90)]
    assert [order["status"] for order in orders] == ["confirmed"] * 6
    for order in orders:
        wait_until(lambda o=order: net_at_bank(admin, o["id"]) == o["total"]["amount"], "the bank to agree to the cent", 90)
    assert admin.get(f"/api/v1/products/{bell['id']}").json()["stock"] == 14
    audited()


def test_no_card_number_is_anywhere(settings, shopper, admin):
    """Neither of a card that pays nor of one that does not: in no database, log, trace or event."""
    bell = new_product(admin, stock=5)
    order = shopper.buy(bell["id"]).json()
    expect_problem(shopper.buy(bell["id"], number=DECLINED_CARD), 402, "declined")
    shopper.cancel(order["id"])
    audited()
    numbers = [word for card in (CARD, DECLINED_CARD) for word in (card, card.replace(" ", ""))]
    server = site.database_server()
    names = server.run_sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1").splitlines()
    assert {"order", "payment", "bank", "product", "user"} <= set(names)
    for name in names:
        dump = subprocess.run([str(postgres.binaries() / "pg_dump"), "--inserts", name], capture_output=True, text=True,
                              env=os.environ | server.environment(), check=True).stdout
        assert not [number for number in numbers if number in dump], f"a card number is in the database {name}"
        assert name != "bank" or order["id"] in dump  # the dump is no empty one
    data = pathlib.Path(settings["SERAI_DATA"])
    for file in [*(data / "logs").glob("*"), *(data / "nats").rglob("*")]:
        if file.is_file():
            content = file.read_bytes()
            assert not [number for number in numbers if number.encode() in content], f"a card number is in {file.name}"


# --- events


def in_psql(database: str, text: str) -> str:
    return site.database_server().run_sql(text, database)


def dead_letters(service: str) -> list[dict]:
    head = {"X-Internal-Token": keys.secret("internal-token")}
    answer = httpx.get(f"http://127.0.0.1:{port(service)}/internal/dead-letters?limit=100", headers=head)
    assert answer.status_code == 200, answer.text
    return [letter for letter in answer.json()["items"] if not letter.get("replayed_at")]


def replay(service: str, letter: dict) -> httpx.Response:
    head = {"X-Internal-Token": keys.secret("internal-token")}
    return httpx.post(f"http://127.0.0.1:{port(service)}/internal/dead-letters/{letter['id']}/replay", headers=head)


def test_a_poison_message_becomes_a_dead_letter_the_others_go_on_and_replay_works(settings, admin):
    poisoned, fine = new_product(admin, stock=3), new_product(admin, stock=3)
    # A fault of product's own: its ledger refuses what comes back of one product, until somebody mends it.
    in_psql("product", f"""ALTER TABLE stock_movements ADD CONSTRAINT out_of_order
                           CHECK (NOT (kind = 'returned' AND product_id = '{poisoned["id"]}'))""")
    try:
        buyer, other = Shopper.new(settings), Shopper.new(settings)
        stuck, free = buyer.buy(poisoned["id"]).json(), other.buy(fine["id"]).json()
        assert buyer.cancel(stuck["id"]).status_code == 200
        assert other.cancel(free["id"]).status_code == 200
        wait_until(lambda: admin.get(f"/api/v1/products/{fine['id']}").json()["stock"] == 3, "the other's pieces to come back")
        letters = wait_until(lambda: [one for one in dead_letters("product") if one["subject"] == stuck["id"]],
                             "the dead letter", 90)
        assert letters[0]["attempts"] == 5 and letters[0]["type"] == "order.cancelled"
        assert admin.get(f"/api/v1/products/{poisoned['id']}").json()["stock"] == 2
        assert replay("product", letters[0]).status_code >= 400  # not mended yet
    finally:
        in_psql("product", "ALTER TABLE stock_movements DROP CONSTRAINT out_of_order")
    for _ in range(2):
        assert replay("product", letters[0]).status_code == 200
    assert admin.get(f"/api/v1/products/{poisoned['id']}").json()["stock"] == 3
    assert not [one for one in dead_letters("product") if one["subject"] == stuck["id"]]
    audited()


def test_prometheus_knows_the_orders_the_money_and_the_books(settings, shopper, admin):
    bell = new_product(admin, stock=1)
    assert shopper.buy(bell["id"]).status_code == 201
    audited()
    for query in ('sum(orders_total{outcome="confirmed"})', "sum(payment_money_captured_total)", "max(saga_ended_total)",
                  "max(outbox_sent_total)", "count(books_violations == 0)"):
        wait_until(lambda q=query: prometheus(settings, q), f"a figure for {query}", 30)


def prometheus(settings, query: str) -> float:
    answer = httpx.get(settings["PROMETHEUS"] + "/api/v1/query", params={"query": query}).json()
    result = answer["data"]["result"]
    return float(result[0]["value"][1]) if result else 0.0


def test_audit_names_what_it_checked(settings):
    report = json.loads(audited("--json"))
    assert {rule["rule"] for rule in report["rules"]} >= {
        "money-order", "money-bank", "money-orphan", "money-twice", "stock-ledger", "stock-order", "events-delivered",
        "events-dead", "sagas-stuck"}
