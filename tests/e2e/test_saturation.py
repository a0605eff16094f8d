"""One service has more to do than it can; the others answer as before, since each has its own limits."""

import statistics
import time

import httpx
import wrk
from conftest import BASE, kubectl, ready_pods, scale

# What does not need product, by the service that answers it.
PATHS = {"frontend": "/signin", "user": "/.well-known/jwks.json", "payment": "/api/v1/payments/card-form"}
CALLS, ROUNDS, WANTED = 400, 3, 1.2


def p99_ms(site: httpx.Client) -> dict[str, float]:
    """The 99th percentile of each service's answers at a steady, moderate rate, in milliseconds."""
    took = {service: [] for service in PATHS}
    for number in range(CALLS):
        at = time.monotonic()
        for service, path in PATHS.items():
            began = time.monotonic()
            assert site.get(path).status_code == 200
            took[service].append(1000 * (time.monotonic() - began))
        time.sleep(max(0.0, at + 0.02 - time.monotonic()))  # the pace, not a wait
    return {service: statistics.quantiles(values, n=100)[98] for service, values in took.items()}


def test_a_saturated_service_slows_no_other(trust, say):
    wrk.skip_unless_at_rest()
    wrk.let_it_reach("product")
    kubectl("set", "resources", "deployment/product", "--limits=cpu=100m")
    ratios = {service: [] for service in PATHS}
    try:
        kubectl("rollout", "status", "deployment/product", "--timeout=120s")
        scale("product", 1)
        assert len(ready_pods("product")) == 1
        with httpx.Client(base_url=BASE, verify=trust, timeout=15) as site:
            p99_ms(site)  # warms up
            for _ in range(ROUNDS):
                quiet = p99_ms(site)
                load = wrk.start("http://product:8080/v1/products?limit=100", seconds=45, connections=64)
                busy = p99_ms(site)
                rate = wrk.rate_of(load)
                for service in PATHS:
                    ratios[service].append(busy[service] / quiet[service])
                say(f"product saturated by {rate:.0f} requests/s; p99 before and meanwhile: " + ", ".join(
                    f"{service} {quiet[service]:.1f} and {busy[service]:.1f} ms" for service in PATHS))
    finally:
        kubectl("rollout", "undo", "deployment/product")
        kubectl("rollout", "status", "deployment/product", "--timeout=120s")
        scale("product", 2)
        kubectl("delete", "networkpolicy", "load-product")
    for service, found in ratios.items():
        say(f"{service}: {statistics.median(found):.2f} x")
        assert statistics.median(found) <= WANTED, service
