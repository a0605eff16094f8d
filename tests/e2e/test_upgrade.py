"""What people entrusted to the version before is there in this one, and goes on. Needs the site of tests/e2e/upgrade."""

import dataclasses
import pathlib

import pytest
from conftest import ADMIN, BASE, CLUSTER, NAMESPACE, SHOPPERS_WORD, objects, run, until
from program import Api, Shopper, net_at_bank, new_product

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECORDS = "SELECT id, kind, digest FROM legal.records ORDER BY id"


@dataclasses.dataclass
class Before:
    """Somebody of the version before, and what was there when its last moment had come."""

    shopper: Shopper
    me: dict
    bell: dict
    order: dict
    volumes: dict[str, str]
    images: dict[str, str]
    records: list[str]
    seconds: int = 0  # that the upgrade took


def volumes() -> dict[str, str]:
    return {claim["metadata"]["name"]: claim["metadata"]["uid"] for claim in objects("pvc")}


def images() -> dict[str, str]:
    """What each Deployment and StatefulSet runs."""
    return {item["metadata"]["name"]: item["spec"]["template"]["spec"]["containers"][0]["image"]
            for kind in ("deployments", "statefulsets") for item in objects(kind)}


def ask_payment(role: str, sql: str) -> str:
    """What payment's database answers to a role."""
    told = run("kubectl", "--namespace", NAMESPACE, "exec", "payment-db-0", "--",
               "psql", "-XAtU", role, "-d", "payment", "-c", sql)
    return (told.stdout or told.stderr).strip()


@pytest.fixture(scope="module")
def before(authority, new_shopper) -> Before:
    """One bell of three is bought at the version before, which then is upgraded as `make up` does."""
    admin, shopper = Api(BASE, authority).sign_in(":".join(ADMIN)), new_shopper()
    bell = new_product(admin, stock=3)
    assert shopper.buy(bell["id"]).status_code in (201, 202)
    [order] = shopper.ended_orders()
    was = Before(shopper, shopper.api.get("/api/v1/users/me").json(), bell, order, volumes(), images(),
                 ask_payment("postgres", RECORDS).splitlines())
    told = run(str(ROOT / "k8s/cluster"), "up", timeout=800)
    assert told.returncode == 0, told.stdout + told.stderr
    was.seconds = int((ROOT / f"build/k8s/{CLUSTER}/ready-seconds").read_text())
    return was


def test_every_database_is_on_its_volume_of_before(before, say):
    now = images()
    say(f"ready {before.seconds} s after the upgrade began, with other images of " +
        ", ".join(name for name, image in now.items() if image != before.images.get(name)))
    assert len(before.volumes) >= 5 and before.volumes.items() <= volumes().items()


def test_whoever_was_signed_in_still_is_and_the_password_is_that_of_before(before, authority):
    assert before.shopper.api.get("/api/v1/users/me").json() == before.me
    again = Api(BASE, authority).sign_in(f"{before.me['email']}:{SHOPPERS_WORD}")
    assert again.get("/api/v1/users/me").json()["id"] == before.me["id"]


def test_an_order_of_before_can_be_cancelled(before, admin):
    shopper, bell, order = before.shopper, before.bell, before.order
    paid = order["total"]["amount"]

    def stock() -> int:
        return shopper.api.get(f"/api/v1/products/{bell['id']}").json()["stock"]

    assert order["status"] == "confirmed" and shopper.orders() == [order]
    assert stock() == 2 and net_at_bank(admin, order["id"]) == paid > 0
    assert shopper.cancel(order["id"]).status_code in (200, 202)
    until("the goods back on the shelf", lambda: stock() == 3)
    until("the money back", lambda: net_at_bank(admin, order["id"]) == 0)
    assert [one["status"] for one in shopper.ended_orders()] == ["cancelled"]


def test_it_sells_as_before(before):
    assert before.shopper.buy(before.bell["id"]).status_code in (201, 202)
    assert "confirmed" in [order["status"] for order in before.shopper.ended_orders()]


def test_payment_may_add_to_its_legal_record_and_change_nothing(before):
    now = ask_payment("postgres", RECORDS).splitlines()
    assert before.records and now[:len(before.records)] == before.records
    assert len(now) > len(before.records), "what was done since is not recorded"
    for change in ("UPDATE legal.records SET amount = 1", "DELETE FROM legal.records", "TRUNCATE legal.records"):
        assert "permission denied for table records" in ask_payment("payment", change)
    assert "permission denied for schema public" in ask_payment("payment", "CREATE TABLE mine ()")
    assert ask_payment("postgres", "SELECT rolname FROM pg_roles WHERE rolsuper") == "postgres"


def roll_back() -> None:
    """The installation becomes what it was before the last change."""
    told = run("helm", "--namespace", NAMESPACE, "rollback", "serai", "--wait", "--timeout=300s", timeout=320)
    assert told.returncode == 0, told.stderr


def test_it_is_rolled_back_and_comes_again_with_the_same_data(before):
    shopper, bell, now = before.shopper, before.bell, images()
    bought = next(order for order in shopper.orders() if order["status"] == "confirmed")
    roll_back()
    assert images() == before.images
    assert shopper.cancel(bought["id"]).status_code in (200, 202)
    assert shopper.buy(bell["id"]).status_code in (201, 202)
    statuses = {order["id"]: order["status"] for order in shopper.ended_orders()}
    assert statuses[bought["id"]] == "cancelled" and list(statuses.values()).count("confirmed") == 1
    roll_back()
    assert images() == now
    assert {order["id"]: order["status"] for order in shopper.orders()} == statuses
    until("one bell sold of three", lambda: shopper.api.get(f"/api/v1/products/{bell['id']}").json()["stock"] == 2)
    assert before.volumes.items() <= volumes().items()
