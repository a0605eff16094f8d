"""New copies of a service get their share of the work at once, and those that leave take nothing with them."""

import contextlib
import time

import httpx
import pytest
from conftest import PROMETHEUS, Load, inside, ready_pods, scale, server_pods, sum_of, until

PROBES = 'route="/(health|ready|metrics)"'


def served(pod: httpx.Client) -> int:
    """How many requests the pod has answered, those of the cluster itself left out."""
    return int(sum_of(pod.get("/metrics").text, "http_server_request_duration_seconds_count", PROBES))


def copies_since(since: float) -> list[int]:
    """How many copies of product Prometheus has seen up, second by second."""
    told = httpx.get(f"{PROMETHEUS}/api/v1/query_range", timeout=10, params={
        "query": 'count(up{job="product"} == 1)', "start": since, "end": time.time(), "step": "1s"})
    return [int(value) for _, value in told.raise_for_status().json()["data"]["result"][0]["values"]]


def uids_of(*services: str) -> dict[str, str]:
    """The UID of each pod of these, by its name."""
    return {pod["metadata"]["name"]: pod["metadata"]["uid"] for service in services for pod in server_pods(service)}


def share_out(load: Load, pods: list[httpx.Client], requests: int) -> list[int]:
    before = [served(pod) for pod in pods]
    load.more(requests)
    return [served(pod) - count for pod, count in zip(pods, before)]


# The gateway asks product itself; for a page it asks the frontend alone, and the frontend's calls are the service's.
@pytest.mark.parametrize(("caller", "path"), [("gateway", "/api/v1/products?limit=5"), ("frontend", "/shop")])
def test_each_new_copy_takes_its_share_and_growing_and_shrinking_fails_nothing(trust, say, caller, path):
    since, others = time.time(), uids_of("gateway", "frontend", "user")
    with Load(trust, [path], rate=60) as load:
        load.more(60)
        scale("product", 4)
        # Ready since a moment: each must have got its first call before ten seconds have gone.
        with contextlib.ExitStack() as stack:
            pods = [stack.enter_context(inside("product", name)) for name in ready_pods("product")]
            until("all of the 4 pods serving", lambda: all(count > 0 for count in share_out(load, pods, 20)), 10)
            shares = share_out(load, pods, 400)
        scale("product", 1)
        load.more(120)
    say(f"{load.answered} requests answered, {len(load.failed)} failed; the 4 pods took {shares} by way of the {caller}")
    assert load.failed == []
    fair = sum(shares) / 4
    assert fair >= 100
    assert all(0.7 * fair <= share <= 1.3 * fair for share in shares)
    shown = until("Prometheus showing 1 again", lambda: (c := copies_since(since)) and c[-1] == 1 and c)
    assert shown[0] == 1 and max(shown) == 4
    assert others == uids_of("gateway", "frontend", "user")
