"""kill -9 of each program while an order stands between each two steps: it ends whole or not at all, and once."""

import concurrent.futures
import dataclasses
import os
import shutil
import uuid

import httpx
import pytest
from program import (CARD, DECLINED_CARD, Shopper, audited, net_at_bank, new_product, side_by_side, tool,
                     wait_until)

STOCK = 3
# Where an order may stand when the lights go out, by what its buyer wants.
PAYING = [(call, when) for call in ("reserve", "charge", "bank-charge", "commit") for when in ("before", "after")]
REFUSED = [("release", "before"), ("release", "after"), ("void", "before"), ("void", "after")]
CANCELLING = [(call, when) for call in ("refund", "bank-refund") for when in ("before", "after")]


@dataclasses.dataclass
class Case:
    """One buyer of one product, stopped at one place."""

    place: str
    buyer: Shopper
    product: dict
    call: str
    when: str
    body: dict
    wanted: str  # how the order is to end
    order_id: str = ""
    key: str = dataclasses.field(default_factory=lambda: uuid.uuid4().hex)

    def ask(self) -> httpx.Response | None:
        """What the buyer asks for; nothing when the answer was lost."""
        try:
            if self.wanted == "cancelled":
                return self.buyer.cancel(self.order_id, self.key)
            return self.buyer.place(self.body, self.key)
        except httpx.TransportError:
            return None

    def final(self) -> httpx.Response | None:
        """The answer to the same question with the same key, once it is final."""
        answer = self.ask()
        return answer if answer is not None and answer.status_code in (200, 201, 402, 409) and \
            "in-progress" not in answer.text else None


def cases(site, admin) -> list[Case]:
    made = []
    for place, wanted, card in [*((p, "confirmed", CARD) for p in PAYING), *((p, "declined", DECLINED_CARD) for p in REFUSED),
                                *((p, "cancelled", CARD) for p in CANCELLING)]:
        buyer, product = Shopper.new(site.settings, timeout=60), new_product(admin, STOCK)
        body = buyer.order_of(buyer.put_in_cart(product["id"])["total"], card)
        case = Case(f"{place[1]} {place[0]}", buyer, product, *place, body, wanted)
        if wanted == "cancelled":
            placed = buyer.place(body)
            assert placed.status_code == 201, placed.text
            case.order_id = placed.json()["id"]
        made.append(case)
    return made


@pytest.mark.parametrize("victim", ["order", "payment", "product", "bank", "postgres", "nats"])
def test_whoever_dies_between_two_steps_each_order_ends_as_it_should(site, victim):
    admin = site.admin()
    stopped = cases(site, admin)
    stops = [site.roads.stop(case.product["id"], case.call, case.when) for case in stopped]
    with concurrent.futures.ThreadPoolExecutor(len(stopped)) as threads:
        asked = [threads.submit(case.ask) for case in stopped]
        for case, stop in zip(stopped, stops):
            assert stop.reached.wait(60), f"nobody came {case.place}"
        site.kill(victim)
        site.roads.release()
        site.mend()
        for future in asked:
            future.result()
    for case in stopped:
        case.answer = wait_until(case.final, f"a final answer for who stood {case.place}", 90)
    for case in stopped:
        orders = case.buyer.ended_orders()
        assert [order["status"] for order in orders] == [case.wanted], case.place
        kept = orders[0]["total"]["amount"] if case.wanted == "confirmed" else 0
        sold = 1 if case.wanted == "confirmed" else 0
        assert case.answer.status_code == {"confirmed": 201, "declined": 402, "cancelled": 200}[case.wanted], case.place
        wait_until(lambda: net_at_bank(admin, orders[0]["id"]) == kept, f"the bank's agreement, {case.place}", 60)
        wait_until(lambda: admin.get(f"/api/v1/products/{case.product['id']}").json()["stock"] == STOCK - sold,
                   f"the stock's agreement, {case.place}", 60)
    audited(**site.environment)


@pytest.mark.parametrize("twice", ["while orders come in", "before they are told"])
def test_events_outlive_the_loss_of_everything_nats_kept(site, twice):
    """Its data directory goes while orders come in and are cancelled: every event is applied, none twice."""
    admin = site.admin()
    product = new_product(admin, stock=40)
    buyers = [Shopper.new(site.settings, timeout=60) for _ in range(10)]

    def buy_and_cancel(buyer: Shopper) -> None:
        placed = buyer.buy(product["id"])
        assert placed.status_code in (201, 202), placed.text
        order = buyer.ended_orders()[0]
        assert order["status"] == "confirmed"
        assert buyer.cancel(order["id"]).status_code in (200, 202)

    def lose_nats() -> None:
        site.kill("nats")
        shutil.rmtree(site.data / "nats", ignore_errors=True)

    if twice == "before they are told":
        lose_nats()
        side_by_side([lambda b=b: buy_and_cancel(b) for b in buyers])
        site.mend()
    else:
        with concurrent.futures.ThreadPoolExecutor(5) as threads:
            going = [threads.submit(buy_and_cancel, buyer) for buyer in buyers]
            lose_nats()
            site.mend()
            for future in going:
                future.result()
        lose_nats()  # and once more, with everything told
        site.mend()
    wait_until(lambda: admin.get(f"/api/v1/products/{product['id']}").json()["stock"] == 40,
               "the return of every piece", 60)
    audited(**site.environment)
    assert admin.get(f"/api/v1/products/{product['id']}").json()["stock"] == 40


def test_postgresql_killed_while_orders_come_in(site):
    admin = site.admin()
    product = new_product(admin, stock=60)
    buyers = [Shopper.new(site.settings, timeout=60) for _ in range(40)]
    bodies = [buyer.order_of(buyer.put_in_cart(product["id"])["total"]) for buyer in buyers]

    def insist(buyer: Shopper, body: dict) -> int:
        key = uuid.uuid4().hex

        def final() -> int:
            try:
                answer = buyer.place(body, key)
            except httpx.TransportError:
                return 0
            return answer.status_code if answer.status_code == 201 else 0
        return wait_until(final, "a final answer", 120)

    with concurrent.futures.ThreadPoolExecutor(20) as threads:
        going = [threads.submit(insist, buyer, body) for buyer, body in zip(buyers, bodies)]
        wait_until(lambda: any(future.done() for future in going), "the first order", 60)
        site.kill("postgres")
        site.mend()
        assert [future.result() for future in going] == [201] * 40
    assert admin.get(f"/api/v1/products/{product['id']}").json()["stock"] == 20
    for buyer in buyers:
        assert [order["status"] for order in buyer.ended_orders()] == ["confirmed"]
    audited(**site.environment)


def test_the_whole_site_stopped_and_started_keeps_everything(site):
    admin = site.admin()
    product = new_product(admin, stock=5)
    buyer = Shopper.new(site.settings)
    placed = buyer.buy(product["id"])
    assert placed.status_code == 201, placed.text
    assert tool("stop", **site.environment).returncode == 0
    assert not [name for name in os.listdir(site.data / "run") if name.endswith(".json")]
    site.mend()
    assert buyer.orders()[0]["id"] == placed.json()["id"]
    audited(**site.environment)
