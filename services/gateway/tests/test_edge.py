"""Who the visitor is when a proxy of ours stands before the gateway."""

import pytest
from harness import headers_of, wait_until


def visitors(site, *headers: dict) -> list[str]:
    """Asks once for each, on one connection, and returns the addresses that the service was told."""
    before = len(site.seen())
    for each in headers:
        assert site.client.get("/api/v1/products", headers=each).status_code == 200
    return [headers_of(got, "x-forwarded-for")[0] for got in site.seen_since(before)]


@pytest.fixture
def behind_a_proxy(make_site):
    return make_site(EDGE_NETWORKS="192.0.2.0/24 127.0.0.0/8", RATE_LIMIT="50")


def test_the_address_that_our_proxy_added_is_the_visitors(behind_a_proxy):
    assert visitors(
        behind_a_proxy,
        {"X-Forwarded-For": "203.0.113.7"},
        {"X-Forwarded-For": "10.1.1.1, 198.51.100.4"},  # the visitor made up the first one
        {"X-Forwarded-For": "2001:db8::5"},
        {},
        {"X-Forwarded-For": "someone"},
    ) == ["203.0.113.7", "198.51.100.4", "2001:db8::5", "127.0.0.1", "127.0.0.1"]


def test_visitors_behind_our_proxy_are_limited_one_by_one(behind_a_proxy):
    def left(address: str) -> int:
        answer = behind_a_proxy.client.get("/api/v1/products", headers={"X-Forwarded-For": address})
        return int(answer.headers["ratelimit-remaining"])

    for _ in range(3):
        left("203.0.113.7")
    assert left("203.0.113.8") == 49
    wait_until(lambda: {line.get("client") for line in behind_a_proxy.gateway.log_lines()} >= {"203.0.113.7", "203.0.113.8"},
               "log lines that name both visitors")


def test_nobody_else_is_believed(make_site):
    site = make_site(EDGE_NETWORKS="192.0.2.0/24")
    assert visitors(site, {"X-Forwarded-For": "203.0.113.7"}) == ["127.0.0.1"]
