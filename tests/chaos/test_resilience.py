"""One program after the other is stopped, and every page and route is asked: what does not need it must work.

What came out is the table in docs/resilience.md, which this test expects to be what it finds.
WRITE_RESILIENCE=1 writes it instead.
"""

import os
import uuid

import httpx
import pytest
from conftest import ROOT
from program import Api, Shopper, access_token, new_product, tool, wait_until

STOPPED = ["user", "product", "order", "payment", "bank", "frontend", "audit", "nats", "prometheus"]
DOCUMENT = ROOT / "docs" / "resilience.md"
BEGIN, END = "<!-- begin what works without whom -->", "<!-- end what works without whom -->"
WORKS, PART, LATER, AWAY = "works", "says what is missing", "accepted, done later", "–"


class Person:
    """Somebody signed in, with a browser and with a program."""

    def __init__(self, site):
        self.shopper = Shopper.registered(site.settings)
        self.api = self.shopper.api
        self.pages = browser_of(site, self.api.session["access_token"])
        keeper = access_token(site.settings, str(uuid.uuid4()), "customer admin")
        self.keeper = browser_of(site, keeper)
        self.product = new_product(site.admin(), stock=1000)
        self.shopper.put_in_cart(self.product["id"])
        self.order = self.shopper.buy(self.product["id"]).json()
        self.settings = site.settings

    def get_ready(self) -> None:
        """Fills the cart and gets the card's token, so that an order depends on nothing but itself."""
        self.body = self.shopper.order_of(self.shopper.put_in_cart(self.product["id"])["total"])

    def order_now(self) -> httpx.Response:
        """Places an order. What is accepted may take a moment; what waits for the program that is stopped stays so."""
        key = uuid.uuid4().hex
        for _ in range(4):  # each waits for a while by itself
            answer = self.shopper.place(self.body, key)
            if answer.status_code != 202:
                break
        return answer


def browser_of(site, token: str) -> httpx.Client:
    api = Api(site.settings["BASE"], site.settings["CA"], 15)
    api.http.headers["Cookie"] = f"__Host-access={token}"
    api.http.headers["Accept"] = "text/html"
    return api.http


PAGES = {
    "Home": lambda one: one.pages.get("/"),
    "Shop": lambda one: one.pages.get("/shop"),
    "Search": lambda one: one.pages.get("/shop?q=lantern"),
    "A product": lambda one: one.pages.get(f"/shop/{one.product['id']}"),
    "Sign in (the form)": lambda one: one.pages.get("/signin"),
    "Account": lambda one: one.pages.get("/account"),
    "Cart": lambda one: one.pages.get("/cart"),
    "Checkout": lambda one: one.pages.get("/checkout"),
    "My orders": lambda one: one.pages.get("/orders"),
    "One order": lambda one: one.pages.get(f"/orders/{one.order['id']}"),
    "Stock (administrators)": lambda one: one.keeper.get("/admin/stock"),
}
ROUTES = {
    "GET /api/v1/products": lambda one: one.api.get("/api/v1/products"),
    "GET /api/v1/products/{id}": lambda one: one.api.get(f"/api/v1/products/{one.product['id']}"),
    "GET /api/v1/categories": lambda one: one.api.get("/api/v1/categories"),
    "POST /api/v1/sessions": lambda one: Api(one.settings["BASE"], one.settings["CA"]).send(
        "POST", "/api/v1/sessions", json=dict(zip(("email", "password"), one.settings["CUSTOMER"].split(":", 1)))),
    "GET /.well-known/jwks.json": lambda one: one.api.get("/.well-known/jwks.json"),
    "GET /api/v1/cart": lambda one: one.api.get("/api/v1/cart"),
    "PUT /api/v1/cart/items/{id}": lambda one: one.api.send(
        "PUT", f"/api/v1/cart/items/{one.product['id']}", json={"quantity": 1}),
    "POST /api/v1/orders": lambda one: one.order_now(),
    "GET /api/v1/orders": lambda one: one.api.get("/api/v1/orders"),
    "GET /api/v1/payments": lambda one: one.api.get("/api/v1/payments"),
    "GET /api/v1/payments/card-form": lambda one: one.api.get("/api/v1/payments/card-form"),
    "POST /bank/v1/tokens": lambda one: one.api.send(
        "POST", "/bank/v1/tokens", json={"card_number": "4242424242424242", "expiry": "12/34", "cvc": "123"}),
}


def outcome(answer: httpx.Response) -> str:
    """What somebody who asked this was given. A failure that is not said to be one is a defect."""
    assert answer.status_code != 500, answer.text
    if answer.status_code == 202:
        return LATER
    if answer.status_code >= 400:
        assert answer.status_code in (502, 503, 504), f"{answer.url}: {answer.status_code} {answer.text[:300]}"
        return AWAY
    return PART if 'class="away" role="status"' in answer.text else WORKS


def test_what_works_without_whom(site):
    one = Person(site)
    found: dict[str, dict[str, str]] = {}
    for name in [None, *STOPPED]:
        one.get_ready()
        if name:
            assert tool("stop", name, **site.environment).returncode == 0
        found[name or ""] = {title: outcome(ask(one)) for title, ask in (PAGES | ROUTES).items()}
        if name:
            site.mend()
        wait_until(lambda: all(order["status"] not in ("pending", "cancelling") for order in one.shopper.orders()),
                   "the end of what was accepted", 60)
    assert set(found[""].values()) == {WORKS}, {title: what for title, what in found[""].items() if what != WORKS}
    table = table_of(found)
    text = DOCUMENT.read_text()
    head, rest = text.split(BEGIN)
    old, tail = rest.split(END)
    if os.environ.get("WRITE_RESILIENCE"):
        DOCUMENT.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}")
    else:
        assert old.strip() == table, f"docs/resilience.md is not what was found (WRITE_RESILIENCE=1 writes it):\n{table}"


def table_of(found: dict[str, dict[str, str]]) -> str:
    lines = ["| stopped | " + " | ".join(STOPPED) + " |", "|---" * (len(STOPPED) + 1) + "|"]
    for title in PAGES | ROUTES:
        lines.append(f"| {title} | " + " | ".join(found[name][title] for name in STOPPED) + " |")
    return "\n".join(lines)


@pytest.fixture(autouse=True)
def whole(site):
    """Whatever a test stopped runs again afterwards."""
    yield
    site.mend()
