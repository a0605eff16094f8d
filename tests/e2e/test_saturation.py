"""One service has more to do than it can; the others answer as before, since each has its own limits."""

import statistics
import time

import httpx
import wrk
from conftest import BASE, ready_pods, scale

# What does not need product, by the service that answers it.
PATHS = {"frontend": "/signin", "user": "/.well-known/jwks.json", "payment": "/api/v1/payments/card-form"}
CALLS, ROUNDS, WANTED = 1000, 3, 1.2


def took_ms(site: httpx.Client, calls: int = CALLS) -> dict[str, list[float]]:
    """How long each service's answers took at a steady, moderate rate, in milliseconds."""
    took = {service: [] for service in PATHS}
    for _ in range(calls):
        at = time.monotonic()
        for service, path in PATHS.items():
            began = time.monotonic()
            assert site.get(path).status_code == 200
            took[service].append(1000 * (time.monotonic() - began))
        time.sleep(max(0.0, at + 0.02 - time.monotonic()))  # the pace, not a wait
    return took


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def test_a_saturated_service_slows_no_other(trust, say):
    wrk.skip_unless_at_rest()
    quiet, busy = ({service: [] for service in PATHS} for _ in range(2))
    with wrk.let_in("product"), wrk.limited("product", "100m"):
        scale("product", 1)
        assert len(ready_pods("product")) == 1
        with httpx.Client(base_url=BASE, verify=trust, timeout=15) as site:
            took_ms(site, calls=200)  # warms up
            for _ in range(ROUNDS):  # in turns, since a machine is not the same from one minute to the next
                for service, took in took_ms(site).items():
                    quiet[service] += took
                load = wrk.start("http://product:8080/v1/products?limit=100", seconds=45, connections=64)
                for service, took in took_ms(site).items():
                    busy[service] += took
                say(f"product saturated by {wrk.rate_of(load):.0f} requests/s")
    ratios = {service: p99(busy[service]) / p99(quiet[service]) for service in PATHS}
    for service, ratio in ratios.items():
        say(f"{service}: p99 {p99(quiet[service]):.1f} ms, meanwhile {p99(busy[service]):.1f} ms, {ratio:.2f} x")
    assert max(ratios.values()) <= WANTED
