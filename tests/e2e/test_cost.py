"""What the site asks of a cluster and what it takes, right after the installation. docs/performance.md has the figures."""

import json
import pathlib
import re

from conftest import CLUSTER, kubectl, lasting_pods, until

MIB = 2**20
SHOP_MIB, EVERYTHING_MIB = 512, 1024
READY_SECONDS = pathlib.Path(__file__).resolve().parents[2] / f"build/k8s/{CLUSTER}/ready-seconds"


def mib_of(quantity: str) -> float:
    number, unit = re.fullmatch(r"(\d+)(\w*)", quantity).groups()
    return int(number) * {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": MIB, "Gi": 2**30}[unit] / MIB


def is_of_the_shop(pod: dict) -> bool:
    """All but what watches it: its services with their databases, the gateway, NATS."""
    return pod["metadata"]["labels"]["app.kubernetes.io/name"] != "prometheus"


def used_mib(pods: dict[str, dict]) -> dict[str, float]:
    """The working set of each pod, as its node measures it: of a new pod, only after some seconds."""
    used = {}
    for node in {pod["spec"]["nodeName"] for pod in pods.values()}:
        told = json.loads(kubectl("get", "--raw", f"/api/v1/nodes/{node}/proxy/stats/summary"))
        used |= {pod["podRef"]["name"]: sum(one["memory"]["workingSetBytes"] for one in pod["containers"]) / MIB
                 for pod in told["pods"] if pod["podRef"]["name"] in pods and pod.get("containers")}
    assert used.keys() == pods.keys()
    return used


def test_the_installation_says_how_long_it_took(say):
    say(f"{int(READY_SECONDS.read_text())} s from the installation, images loaded, until all was ready")


def test_the_shop_fits_into_512_mib_and_everything_into_one_gib(say):
    pods = lasting_pods()
    requested = {name: sum(mib_of(one["resources"]["requests"]["memory"]) for one in pod["spec"]["containers"])
                 for name, pod in pods.items()}
    used = until("the memory of every pod measured", lambda: used_mib(pods))
    shop = [name for name, pod in pods.items() if is_of_the_shop(pod)]
    assert len(shop) >= 14
    for names, most, what in ((shop, SHOP_MIB, "the shop"), (list(pods), EVERYTHING_MIB, "everything")):
        asked, taken = sum(requested[name] for name in names), sum(used[name] for name in names)
        say(f"{what}: {len(names)} pods ask for {asked:.0f} MiB and use {taken:.0f} MiB, of {most} MiB at most")
        assert asked <= most and taken <= most
