"""People who use the shop while a test takes parts of it away."""

import functools

import httpx
from conftest import Crowd, until
from program import Api, Shopper, net_at_bank


class Buyers(Crowd):
    """People who buy and cancel, buy and cancel, until the block is left; then every order has ended."""

    def __init__(self, shoppers: list[Shopper], product: dict):
        super().__init__([functools.partial(self._shop, shopper) for shopper in shoppers])
        self.shoppers, self.product, self.bought, self.odd = shoppers, product, 0, []

    def __exit__(self, *what):
        super().__exit__(*what)
        self.orders = [order for shopper in self.shoppers for order in shopper.ended_orders(120)]

    def more(self, orders: int) -> None:
        goal = self.bought + orders
        until(f"{orders} more orders", lambda: self.bought >= goal, 120)

    def _shop(self, shopper: Shopper) -> None:
        while not self._stop.is_set():
            try:
                answer = shopper.buy(self.product["id"])
                assert answer.status_code in (201, 202), answer.text
                self.bought += 1
                if answer.status_code == 201:
                    shopper.cancel(answer.json()["id"])
            except (AssertionError, KeyError, httpx.HTTPError) as error:  # a part of the site is away
                self.odd.append(repr(error))
                self._stop.wait(0.5)

    def check_money(self, admin: Api) -> None:
        """Who got goods has paid for them once, and nobody else has paid."""
        for order in self.orders:
            assert order["status"] in ("confirmed", "cancelled", "failed"), order
            due = order["total"]["amount"] if order["status"] == "confirmed" else 0
            until(f"{due} at the bank for order {order['id']}", lambda: net_at_bank(admin, order["id"]) == due)
