"""A program's view of a running site: its API, its operator's commands, and people who shop there."""

import concurrent.futures
import dataclasses
import os
import pathlib
import secrets
import ssl
import subprocess
import time
import uuid
from collections.abc import Callable

import httpx
import jwt

ROOT = pathlib.Path(__file__).resolve().parents[1]
CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0002"
ENDED = ("confirmed", "declined", "failed", "cancelled")
# Who owns what in a database, and who may do what with it.
RIGHTS = """
SELECT nspname, relname, pg_get_userbyid(relowner), relacl FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname !~ '^pg_|information_schema' ORDER BY 1, 2;
SELECT pg_get_userbyid(datdba), datacl FROM pg_database WHERE datname = current_database();
"""


class Api:
    """A program at the public address, perhaps signed in."""

    def __init__(self, base: str, certificate: str, timeout: float = 10):
        self.http = httpx.Client(base_url=base, verify=ssl.create_default_context(cafile=certificate), timeout=timeout)

    def sign_in(self, account: str) -> "Api":
        """`account` is email:password."""
        email, password = account.split(":", 1)
        answer = self.http.post("/api/v1/sessions", json={"email": email, "password": password})
        assert answer.status_code == 201, answer.text
        self.session = answer.json()
        self.http.headers["Authorization"] = f"Bearer {self.session['access_token']}"
        return self

    def get(self, path: str, **more) -> httpx.Response:
        return self.http.get(path, **more)

    def send(self, method: str, path: str, **more) -> httpx.Response:
        return self.http.request(method, path, **more)

    def create(self, path: str, body: dict, key: str | None = None) -> httpx.Response:
        """A POST that creates once, under an Idempotency-Key."""
        return self.http.post(path, json=body, headers={"Idempotency-Key": key or secrets.token_hex(16)})


@dataclasses.dataclass
class Shopper:
    """Somebody with an account of the shop and a cart, who pays by card."""

    api: Api
    user_id: str

    @classmethod
    def new(cls, settings: dict[str, str], timeout: float = 15) -> "Shopper":
        """Somebody the site trusts without a password: the token is signed with the key in the site's data."""
        user_id = str(uuid.uuid4())
        api = Api(settings["BASE"], settings["CA"], timeout)
        api.http.headers["Authorization"] = "Bearer " + access_token(settings, user_id)
        return cls(api, user_id)

    @classmethod
    def registered(cls, settings: dict[str, str], timeout: float = 15, password: str = "") -> "Shopper":
        """Somebody who opens an account, with this password or one that nobody knows, and signs in, as people do."""
        account = {"email": f"{secrets.token_hex(6)}@example.com", "password": password or secrets.token_urlsafe(16),
                   "name": "Ibn Battuta"}
        api = Api(settings["BASE"], settings["CA"], timeout)
        made = api.send("POST", "/api/v1/users", json=account)
        assert made.status_code == 201, made.text
        return cls(api.sign_in(f"{account['email']}:{account['password']}"), made.json()["id"])

    def put_in_cart(self, product_id: str, quantity: int = 1) -> dict:
        answer = self.api.send("PUT", f"/api/v1/cart/items/{product_id}", json={"quantity": quantity})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def card_token(self, number: str = CARD) -> str:
        """What the bank gives for the card, asked where payment says."""
        form = self.api.get("/api/v1/payments/card-form").json()
        answer = self.api.http.post(form["tokenise_url"], json={"card_number": number, "expiry": "12/34", "cvc": "123"})
        assert answer.status_code == 201, answer.text
        return answer.json()["token"]

    def order_of(self, total: dict, number: str = CARD) -> dict:
        """The body of an order of the cart at this price."""
        return {"card_token": self.card_token(number), "expected_total": total}

    def place(self, body: dict, key: str | None = None) -> httpx.Response:
        return self.api.create("/api/v1/orders", body, key)

    def buy(self, product_id: str, quantity: int = 1, number: str = CARD) -> httpx.Response:
        """One product from cart to order."""
        return self.place(self.order_of(self.put_in_cart(product_id, quantity)["total"], number))

    def orders(self) -> list[dict]:
        answer = self.api.get("/api/v1/orders")
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    def ended_orders(self, limit_s: float = 60) -> list[dict]:
        """My orders, once none of them is under way any more."""
        def all_ended():
            found = self.orders()
            return [found] if all(order["status"] in ENDED for order in found) else None
        return wait_until(all_ended, "the end of every order", limit_s)[0]

    def cancel(self, order_id: str, key: str | None = None) -> httpx.Response:
        return self.api.create(f"/api/v1/orders/{order_id}/cancel", {}, key)


def access_token(settings: dict[str, str], user_id: str, roles: str = "customer") -> str:
    """A token as the site's own user service signs them."""
    keys = pathlib.Path(settings["SERAI_DATA"]) / "keys/user"
    kid = (keys / "signing-kid").read_text().strip()
    now = int(time.time())
    claims = {"iss": settings["BASE"], "aud": "serai", "sub": user_id, "exp": now + 3600, "iat": now,
              "jti": str(uuid.uuid4()), "roles": roles}
    return jwt.encode(claims, (keys / f"{kid}.key.pem").read_text(), "ES256", {"typ": "at+jwt", "kid": kid})


def side_by_side(calls: list[Callable]) -> list:
    """Makes all calls at once and returns what each returned, in their order."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(lambda call: call(), calls))


def new_product(admin: Api, stock: int, amount: int = 1250) -> dict:
    """A product nobody else buys."""
    body = {"name": f"Caravan bell {secrets.token_hex(4)}", "description": "Rings when something moves.",
            "category": "brass", "price": {"amount": amount, "currency": "EUR"}, "stock": stock}
    answer = admin.create("/api/v1/products", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def bank_entries(admin: Api) -> list[dict]:
    """The whole ledger of the bank, oldest first: what the outside witness says."""
    entries, cursor = [], ""
    while True:
        answer = admin.get("/bank/v1/ledger", params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        entries += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if not cursor:
            return entries


def net_at_bank(admin: Api, reference: str) -> int:
    """What the bank captured less what it gave back, in minor units."""
    sign = {"capture": 1, "refund": -1}
    return sum(sign[entry["entry"]] * entry["amount"]["amount"]
               for entry in bank_entries(admin) if entry["reference"] == reference)


def expect_problem(answer: httpx.Response, status: int, slug: str) -> dict:
    """The answer is an RFC 9457 problem document of this kind; returns it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].split(";")[0] == "application/problem+json", answer.headers
    problem = answer.json()
    assert problem["type"] == f"urn:serai:problem:{slug}"
    assert problem["status"] == status
    assert problem["title"] and problem["detail"]
    assert len(problem["trace_id"]) == 32 and int(problem["trace_id"], 16)
    return problem


def wait_until(condition: Callable[[], object], what: str, limit_s: float = 20):
    """Returns the condition's first true value; fails naming what was awaited."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come true within {limit_s:.0f} s")


def tool(*words: str, **environment: str) -> subprocess.CompletedProcess:
    """Runs one of tools/ as a person would, on the site named by SERAI_DATA."""
    return subprocess.run([ROOT / "tools" / words[0], *words[1:]], env=os.environ | environment, text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=300)


def audited(*words: str, **environment: str) -> str:
    """The report of `make audit`, which must find nothing wrong."""
    done = tool("audit", *words, **environment)
    assert done.returncode == 0, f"the books do not hold:\n{done.stdout}{done.stderr}"
    return done.stdout
