"""Every service is replaced, one pod after the other, while people use the site."""

from buyers import Buyers
from conftest import Load, kubectl, objects
from program import new_product

PATHS = ["/api/v1/products?limit=5", "/", "/shop", "/api/v1/categories", "/.well-known/jwks.json", "/signin"]
REQUESTS = 20_000


def test_a_rolling_restart_of_every_service_fails_none_of_20000_requests(trust, admin, new_shopper, say):
    services = [one["metadata"]["name"] for one in objects("deployments", "app.kubernetes.io/component=server")]
    assert len(services) >= 8
    rounds, bell = 0, new_product(admin, stock=10_000)
    with Load(trust, PATHS, rate=150, threads=6) as load, Buyers([new_shopper()], bell) as buyers:
        while load.answered < REQUESTS and not load.failed:
            rounds += 1
            for service in services:
                kubectl("rollout", "restart", f"deployment/{service}")
                kubectl("rollout", "status", f"deployment/{service}", "--timeout=120s")
        load.more(200)
    say(f"{len(services)} services replaced {rounds} times: {load.answered} requests answered, {len(load.failed)} failed, "
        f"and {buyers.bought} orders, {len(buyers.odd)} failed")
    assert load.failed == []
    assert buyers.odd == []
    assert load.answered >= REQUESTS
    buyers.check_money(admin)
