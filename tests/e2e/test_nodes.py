"""A node is emptied, and another time lost; what lives on the others serves on. Needs the three nodes of tests/e2e/full."""

import time

import httpx
import pytest
from buyers import Buyers
from conftest import BASE, Load, kubectl, lasting_pods, objects, run, until
from program import new_product

PATHS = ["/api/v1/products?limit=5", "/", "/shop", "/.well-known/jwks.json"]
BACK_WITHIN = 40


def spare_node() -> str:
    """The worker that keeps no data and has not the ports that we ask at."""
    return next(node["metadata"]["name"] for node in objects("nodes", "!serai/data,!node-role.kubernetes.io/control-plane"))


def on_node(node: str) -> set[str]:
    return {name for name, pod in lasting_pods().items() if pod["spec"].get("nodeName") == node}


def ready_everywhere() -> bool:
    """Whether each Deployment has all its copies."""
    return all(one["status"].get("readyReplicas", 0) == one["spec"]["replicas"] for one in objects("deployments"))


@pytest.fixture
def spare():
    """The spare node with a copy of each service on it."""
    node = spare_node()
    spread_out(node)
    yield node
    run("docker", "start", node)
    kubectl("uncordon", node)
    kubectl("wait", "--for=condition=Ready", f"node/{node}", "--timeout=120s")
    until("all copies back", ready_everywhere, 180)


def spread_out(node: str) -> None:
    """Makes the copies leave the other node for this one, where they were both there."""
    until("all copies ready", ready_everywhere, 180)
    for one in objects("deployments"):
        name = one["metadata"]["name"]
        if one["spec"]["replicas"] > 1 and not any(pod.startswith(name + "-") for pod in on_node(node)):
            kubectl("rollout", "restart", f"deployment/{name}")
            kubectl("rollout", "status", f"deployment/{name}", "--timeout=120s")
    assert len(on_node(node)) >= 7, "the copies do not spread over the nodes"


def test_a_node_is_drained_under_load_without_a_failed_request(trust, spare, say):
    leaving = on_node(spare)
    with Load(trust, PATHS, rate=60) as load:
        load.more(60)
        kubectl("drain", spare, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=170s")
        load.more(300)
    say(f"{len(leaving)} pods left the node; {load.answered} requests answered, {len(load.failed)} failed")
    assert not leaving & on_node(spare)
    assert load.failed == []


def whole(site: httpx.Client) -> bool:
    """Whether every path works a dozen times in a row, each on a connection of its own."""
    for path in PATHS * 3:
        answer = site.get(path, headers={"Connection": "close"}, timeout=5)
        if answer.status_code != 200 or 'class="away"' in answer.text:
            return False
    return True


def test_a_node_is_lost_while_orders_come_in_and_the_site_is_back(trust, admin, new_shopper, spare, say):
    bell = new_product(admin, stock=1000)
    lost = on_node(spare)
    with Buyers([new_shopper() for _ in range(2)], bell) as buyers, httpx.Client(base_url=BASE, verify=trust) as site:
        buyers.more(6)
        began = time.monotonic()
        assert run("docker", "kill", spare).returncode == 0
        until("the site whole again", lambda: whole(site), BACK_WITHIN)
        back = time.monotonic() - began
        before = buyers.bought
        until("orders again", lambda: buyers.bought > before + 3, BACK_WITHIN)
        ordering = time.monotonic() - began
    say(f"{len(lost)} pods lost; pages and API whole again after {back:.0f} s, orders after {ordering:.0f} s; "
        f"{buyers.bought} orders, {len(buyers.odd)} tries failed")
    assert ordering <= BACK_WITHIN
    buyers.check_money(admin)
