"""People who use the shop while a test takes parts of it away."""

import threading

import httpx
from conftest import until
from program import Api, Shopper, net_at_bank


class Buyers:
    """People who buy and cancel, buy and cancel, until the block is left; then every order has ended."""

    def __init__(self, shoppers: list[Shopper], product: dict):
        self.shoppers, self.product, self.bought, self.odd = shoppers, product, 0, []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._shop, args=(shopper,), daemon=True) for shopper in shoppers]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
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
