"""`make backup` and `make restore`: a database is again what it was, and the audit knows what the others have seen since."""

import os
import pathlib
import sys

import pytest
from conftest import ROOT, tool, wait_until
from program import RIGHTS, Shopper, audited, new_product

sys.path.insert(0, str(ROOT / "tools"))
from local import site  # noqa: E402


def done(*words: str) -> str:
    told = tool(*words)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def backup(into: pathlib.Path, *services: str) -> pathlib.Path:
    done("backup", *services, "--into", str(into))
    return sorted(into.iterdir())[-1]


def broken_books(word: str) -> str | None:
    """The report of the audit when it finds what must not be and names it so."""
    found = tool("audit", "--settle", "0")
    return found.stdout if found.returncode == 1 and word in found.stdout else None


def stock(shopper: Shopper, product: dict) -> int:
    return shopper.api.get(f"/api/v1/products/{product['id']}").json()["stock"]


@pytest.fixture
def shopper(settings) -> Shopper:
    return Shopper.new(settings)


def bought(shopper: Shopper, product: dict) -> str:
    answer = shopper.buy(product["id"])
    assert answer.status_code in (201, 202), answer.text
    return next(order["id"] for order in shopper.ended_orders() if order["id"] == answer.json()["id"])


def test_what_happened_since_the_backup_is_undone_and_the_audit_says_where(shopper, admin, tmp_path):
    product = new_product(admin, stock=10)
    first = bought(shopper, product)
    rights = site.database_server().run_sql(RIGHTS, "payment")
    kept = backup(tmp_path)
    assert {file.name for file in kept.iterdir()} >= {"order.dump", "payment.dump", "product.dump", "user.dump"}
    second = bought(shopper, product)

    said = done("restore", str(kept), "order")
    assert [order["id"] for order in shopper.orders()] == [first]
    assert "make audit" in said and "payment" in said
    found = wait_until(lambda: broken_books(second), "the audit naming the order that is gone")
    assert first not in found, found

    done("restore", str(kept))
    assert stock(shopper, product) == 9
    audited()
    assert site.database_server().run_sql(RIGHTS, "payment") == rights
    third = bought(shopper, product)
    assert {order["id"] for order in shopper.orders()} == {first, third}
    audited()


def test_a_restored_service_hears_again_what_others_told_since_the_backup(shopper, admin, tmp_path):
    product = new_product(admin, stock=10)
    order = bought(shopper, product)
    kept = backup(tmp_path, "product")
    assert shopper.cancel(order).status_code in (200, 201, 202)
    wait_until(lambda: stock(shopper, product) == 10, "the goods back on the shelf")
    done("restore", str(kept / "product.dump"))
    wait_until(lambda: stock(shopper, product) == 10, "the goods back on the shelf once more")
    audited()


@pytest.mark.parametrize("harm", ["cut short", "of another service", "gone"])
def test_a_backup_that_cannot_be_right_is_refused_before_anything_stops(shopper, tmp_path, harm):
    kept = backup(tmp_path, "order") / "order.dump"
    assert kept.stat().st_mode & 0o077 == 0
    words = {"cut short": (str(kept),), "of another service": (str(kept), "product"), "gone": (f"{kept}.old",)}[harm]
    if harm == "cut short":
        os.truncate(kept, kept.stat().st_size - 100)
    refused = tool("restore", *words)
    assert refused.returncode == 1 and "stopped" not in refused.stdout
    assert {"cut short": "no whole backup", "of another service": "is a backup of order", "gone": "there is no"}[harm] in refused.stderr


def test_a_restore_that_fails_leaves_the_database_as_it_was(shopper, admin, tmp_path):
    server = site.database_server()
    server.run_sql("CREATE ROLE passer_by; CREATE TABLE left_behind (); ALTER TABLE left_behind OWNER TO passer_by", "order")
    kept = backup(tmp_path, "order") / "order.dump"
    server.run_sql("DROP TABLE left_behind; DROP ROLE passer_by", "order")
    order = bought(shopper, new_product(admin, stock=3))
    refused = tool("restore", str(kept))
    assert refused.returncode == 1 and 'role "passer_by" does not exist' in refused.stderr, refused.stderr
    assert [one["id"] for one in shopper.orders()] == [order]
