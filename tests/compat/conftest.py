"""A site in which one service can be exchanged for its earlier version, and what must work all the time."""

import contextlib
import dataclasses
import os
import pathlib
import sys
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]
from local import apart, postgres, process, settings, site as local_site  # noqa: E402
from program import Api, Shopper, audited, net_at_bank, new_product, wait_until  # noqa: E402

STOCK = 50


def earlier_program(service: str) -> pathlib.Path:
    """The program of the service in the version before, which tools/compat built."""
    assert "COMPAT_FOLDER" in os.environ, "no earlier version: run these tests by `make compat`"
    folder = pathlib.Path(os.environ["COMPAT_FOLDER"])
    return folder / "services/gateway/gateway" if service == "gateway" else folder / "build/release/bin" / service


@dataclasses.dataclass
class Site:
    """A site in which `service` runs as it was before, or as it is now."""

    service: str
    folder: pathlib.Path
    bought: list[tuple[Shopper, str]] = dataclasses.field(default_factory=list)  # before the last exchange

    def run_earlier(self) -> None:
        os.environ[settings.program_variable(self.service)] = str(earlier_program(self.service))
        local_site.up()

    def run_current(self) -> None:
        os.environ.pop(settings.program_variable(self.service), None)
        local_site.up()

    @contextlib.contextmanager
    def current_beside(self) -> Iterator[None]:
        """A copy of the service as it is now, beside the earlier one on the same database, as in a rolling upgrade: the
        gateway calls the earlier one, its peers this one."""
        (number,) = postgres.free_ports(1)
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv(settings.program_variable(self.service))
            patch.setenv(settings.port_variable(self.service), str(number))
            copy = dataclasses.replace(local_site.service_program(self.service), name=f"{self.service}-beside")
        process.start(copy)
        try:
            process.wait_ready(copy)
            with pytest.MonkeyPatch.context() as patch:
                for caller, called in settings.calls().items():
                    if self.service in called and caller != "gateway":
                        patch.setenv(f"SERAI_SET_{caller}_{self.service}_URL".upper(), f"http://127.0.0.1:{number}")
                local_site.up()
                yield
        finally:
            process.stop(process.record_of(copy.name))

    def works(self, when: str) -> None:
        """People look around, sign up, buy and cancel, also what was bought before the last exchange; and the books hold.
        They do what the last version can do: what is new in this one is tested elsewhere."""
        try:
            self.shop()
            audited()
        except Exception as problem:
            problem.add_note(f"{self.service}: {when}")
            raise

    def shop(self) -> None:
        demo = apart.demo_settings(self.folder) | {"SERAI_DATA": str(self.folder)}
        admin = Api(demo["BASE"], demo["CA"]).sign_in(demo["ADMIN"])
        product = new_product(admin, STOCK)
        visitor, keeper = Shopper.registered(demo), Shopper.registered(demo)
        for page in ("/", "/shop", f"/shop/{product['id']}", "/api/v1/products?q=lantern"):
            looked = visitor.api.get(page)
            assert looked.status_code == 200, f"{page}: {looked.status_code}"
        earlier, self.bought = self.bought, [(keeper, buy(keeper, product))]
        for buyer, order_id in [*earlier, (visitor, buy(visitor, product))]:
            cancelled = buyer.cancel(order_id)
            assert cancelled.status_code in (200, 202), cancelled.text
            assert [order["status"] for order in buyer.ended_orders()] == ["cancelled"]
            assert net_at_bank(admin, order_id) == 0
        wait_until(lambda: admin.get(f"/api/v1/products/{product['id']}").json()["stock"] == STOCK - 1,
                   "the return of what was cancelled")


def buy(buyer: Shopper, product: dict) -> str:
    placed = buyer.buy(product["id"])
    assert placed.status_code in (201, 202), placed.text
    (order,) = buyer.ended_orders()
    assert order["status"] == "confirmed"
    return order["id"]


@pytest.fixture
def site(service) -> Iterator[Site]:
    with apart.place() as folder:
        yield Site(service, folder)
