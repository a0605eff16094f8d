"""People who browse, sign up and in, fill carts, buy, are declined and take things back, and an administrator."""

import itertools
import secrets
import threading

import httpx
from program import DECLINED_CARD, Api, Shopper, new_product, tool


class Load:
    def __init__(self, settings: dict[str, str]):
        self.settings = settings
        self.admin = Api(settings["BASE"], settings["CA"]).sign_in(settings["ADMIN"])
        self.product = new_product(self.admin, stock=1_000_000)["id"]

    def once(self) -> None:
        self.round()
        audit = tool("audit", "--settle", "1")
        assert audit.returncode == 0, audit.stdout + audit.stderr

    def until(self, ended: threading.Event) -> None:
        for turn in itertools.count():
            if ended.is_set():
                return
            try:
                self.round(with_account=turn % 8 == 0)
            except (httpx.HTTPError, AssertionError, KeyError) as error:  # while a service is away
                print(f"the load met {error!r}")
            ended.wait(0.2)

    def round(self, with_account: bool = True) -> None:
        somebody = Api(self.settings["BASE"], self.settings["CA"])
        for page in ("/", "/shop", "/shop?q=lantern", f"/shop/{self.product}", "/cart", "/signin"):
            somebody.get(page)
        for path in ("?limit=5", "?q=brass+lantern", "?q=lantren", f"/{self.product}", f"/{self.product}"):
            somebody.get(f"/api/v1/products{path}")
        somebody.get("/api/v1/categories")
        if with_account:
            self.join(somebody)
        shopper = Shopper.new(self.settings)
        shopper.buy(self.product, number=DECLINED_CARD)
        placed = [shopper.buy(self.product, quantity) for quantity in (1, 2, 3)]
        assert placed[0].status_code in (201, 202), placed[0].text
        shopper.cancel(placed[0].json()["id"])
        shopper.orders()
        self.admin.create(f"/api/v1/products/{self.product}/stock", {"delta": 1, "reason": "counted again"})

    def join(self, somebody: Api) -> None:
        """A new account, its address taken a second time, a wrong password, a renewed session."""
        account = {"email": f"{secrets.token_hex(6)}@example.com", "password": secrets.token_urlsafe(16), "name": "Ibn"}
        for _ in range(2):
            somebody.send("POST", "/api/v1/users", json=account)
        somebody.send("POST", "/api/v1/sessions", json={"email": account["email"], "password": "a wrong password"})
        somebody.sign_in(f"{account['email']}:{account['password']}")
        somebody.send("POST", "/api/v1/sessions/refresh", json={"refresh_token": somebody.session["refresh_token"]})
