"""Four copies serve nearly four times what one does, with the same CPU for each."""

import contextlib
import pathlib
import statistics

import wrk
from conftest import inside, kubectl, ready_pods, scale, sum_of, until

SECONDS, WARM_SECONDS, ROUNDS = 10, 3, 3
CONNECTIONS = 8  # for each copy, as more visitors come with more copies
WANTED = 3.6


def cpu_seconds(names: list[str]) -> dict[str, float]:
    with contextlib.ExitStack() as stack:
        pods = {name: stack.enter_context(inside("product", name)) for name in names}
        return {name: sum_of(pod.get("/metrics").text, "process_cpu_seconds_total") for name, pod in pods.items()}


def machine() -> tuple[int, int]:
    """How long this machine's processors were idle and how long there were any, in ticks."""
    ticks = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def measured(copies: int, url: str) -> tuple[float, str]:
    """Requests a second with so many copies, and what that took: the CPU of each in thousandths, the machine's rest."""
    scale("product", copies)
    until("the copies known to the load", lambda: len(kubectl(
        "get", "endpointslices", "--selector=kubernetes.io/service-name=product",
        "--output=jsonpath={.items[*].endpoints[*].addresses[0]}").split()) == copies)
    wrk.rate_of(wrk.start(url, WARM_SECONDS, CONNECTIONS * copies))  # a new copy first fills its cache
    before, began = cpu_seconds(ready_pods("product")), machine()
    rate = wrk.rate_of(wrk.start(url, SECONDS, CONNECTIONS * copies))
    after, ended = cpu_seconds(list(before)), machine()
    idle = 100 * (ended[0] - began[0]) // (ended[1] - began[1])
    used = [round(1000 * (after[name] - before[name]) / SECONDS) for name in before]
    return rate, f"{rate:.0f} requests/s with {used} m CPU, machine {idle} % idle"


def test_four_copies_of_100m_serve_3_6_times_what_one_does(say):
    wrk.skip_unless_at_rest()
    # A page of the catalogue: of something cheaper, asking takes more CPU than answering.
    url = "http://product:8080/v1/products?limit=20"
    ratios = []
    with wrk.let_in("product"), wrk.limited("product", "100m"):
        for _ in range(ROUNDS):
            one, said_of_one = measured(1, url)
            four, said_of_four = measured(4, url)
            ratios.append(four / one)
            say(f"{four / one:.2f} x: one pod {said_of_one}; four {said_of_four}")
    assert statistics.median(ratios) >= WANTED
