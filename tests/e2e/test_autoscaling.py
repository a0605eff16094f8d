"""The HorizontalPodAutoscaler, switched on, adds copies under load. Needs the metrics API."""

import pytest
import wrk
from conftest import objects, run, scale, server_pods, until, upgrade


@pytest.fixture(autouse=True)
def metrics():
    if run("kubectl", "get", "--raw", "/apis/metrics.k8s.io/v1beta1").returncode != 0:
        pytest.skip("the cluster has no metrics API: install metrics-server")
    until("the pods' metrics", lambda: "product-" in run(
        "kubectl", "--namespace", "serai", "top", "pods", "--no-headers").stdout, 120)


def test_the_autoscaler_adds_copies_of_a_busy_service(site, say):
    product = site.get("/api/v1/products", params={"limit": 1}).json()["items"][0]
    before = len(server_pods("product"))
    upgrade('product.autoscaling={"enabled":true,"replicasMin":2,"replicasMax":4,"cpuPercent":70}')
    try:
        [budget] = [one for one in objects("poddisruptionbudgets") if one["metadata"]["name"] == "product"]
        assert budget["spec"]["maxUnavailable"] == 1
        with wrk.let_in("product"):
            load = wrk.start(f"http://product:8080/v1/products/{product['id']}", seconds=90, connections=8)
            until("more than 2 copies ready", lambda: sum(
                one["status"].get("readyReplicas", 0) for one in objects("deployments", "app.kubernetes.io/name=product")) > 2, 120)
            rate = wrk.rate_of(load)
        say(f"{before} copies became {len(server_pods('product'))} under {rate:.0f} requests/s, none of which failed")
    finally:
        upgrade('product.autoscaling={"enabled":false}')
        scale("product", before)
