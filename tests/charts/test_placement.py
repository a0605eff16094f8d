"""Where pods run, how copies keep apart, and how they are chosen by the cluster."""

import pytest
from conftest import of, pods, render

TOLERATIONS = [{"key": "papers", "operator": "Exists", "effect": "NoSchedule"}]
LOST = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")  # what Kubernetes calls such a node
AFFINITY = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
    {"matchExpressions": [{"key": "memory", "operator": "In", "values": ["much"]}]}]}}}


@pytest.fixture(scope="module")
def placed() -> list[dict]:
    return render({
        "product": {"nodeSelector": {"machine": "big"}, "tolerations": TOLERATIONS, "affinity": AFFINITY,
                    "priorityClass": "first", "podAnnotations": {"mesh.example/inject": "true"},
                    "spread": {"nodes": "require", "zones": "none"}, "tolerationSeconds": 20},
        "user": {"database": {"nodeSelector": {"disk": "fast"}, "tolerations": TOLERATIONS, "affinity": AFFINITY},
                 "spread": {"nodes": "none", "zones": "none"}},
        "nats": {"tolerations": TOLERATIONS, "affinity": AFFINITY, "nodeSelector": {"disk": "fast"}},
        "prometheus": {"tolerations": TOLERATIONS, "affinity": AFFINITY, "nodeSelector": {"disk": "fast"}},
        "global": {"image": {"pullSecrets": ["registry"]}},
    })


def test_a_service_and_its_jobs_may_be_put_on_machines_of_their_own(placed):
    made = pods(placed)
    for name, pod in made.items():
        wanted = name in ("Deployment product", "Job product-seed")
        assert (pod["spec"].get("nodeSelector") == {"machine": "big"}) is wanted, name
        assert (pod["spec"].get("priorityClassName") == "first") is wanted, name
        elsewhere = name in ("StatefulSet user-db", "Deployment nats", "Deployment prometheus")
        assert (pod["spec"].get("nodeSelector") == {"disk": "fast"}) is elsewhere, name
        wanted = wanted or elsewhere
        assert (pod["spec"].get("tolerations", [])[:1] == TOLERATIONS) is wanted, name
        assert (pod["spec"].get("affinity") == AFFINITY) is wanted, name
    assert made["Deployment product"]["metadata"]["annotations"]["mesh.example/inject"] == "true"


def test_copies_of_a_lost_node_are_started_elsewhere_when_it_is_said(placed):
    for name, deployment in of(placed, "Deployment").items():
        tolerations = deployment["spec"]["template"]["spec"].get("tolerations", [])
        seconds = {one["key"]: one["tolerationSeconds"] for one in tolerations if one not in TOLERATIONS}
        wanted = {} if name in ("nats", "prometheus") else dict.fromkeys(LOST, 20 if name == "product" else 300)
        assert seconds == wanted, name


def test_copies_keep_apart_as_strictly_as_is_asked(placed):
    made = pods(placed)
    rules = {name: {one["topologyKey"]: one["whenUnsatisfiable"] for one in pod["spec"].get("topologySpreadConstraints", [])}
             for name, pod in made.items()}
    assert rules["Deployment product"] == {"kubernetes.io/hostname": "DoNotSchedule"}
    assert rules["Deployment user"] == {} == rules["Job product-seed"]
    assert rules["Deployment order"] == {"kubernetes.io/hostname": "ScheduleAnyway",
                                         "topology.kubernetes.io/zone": "ScheduleAnyway"}
    for name, pod in made.items():
        for rule in pod["spec"].get("topologySpreadConstraints", []):
            assert rule["labelSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items(), name


def test_every_image_may_come_from_a_private_registry(placed):
    for name, pod in pods(placed).items():
        assert pod["spec"]["imagePullSecrets"] == [{"name": "registry"}], name


def test_a_load_balancer_is_told_what_it_needs(objects):
    service = of(render({"gateway": {"service": {
        "type": "LoadBalancer", "annotations": {"balancer.example/zone": "a"}, "externalTrafficPolicy": "Local"}}}),
        "Service")["gateway"]
    assert service["metadata"]["annotations"] == {"balancer.example/zone": "a"}
    assert (service["spec"]["type"], service["spec"]["externalTrafficPolicy"]) == ("LoadBalancer", "Local")
    assert not [port for port in service["spec"]["ports"] if "nodePort" in port]
    assert all("nodePort" in port for port in of(objects, "Service")["gateway"]["spec"]["ports"])


def test_a_folder_of_secrets_may_hold_some_keys_only():
    made = render({"product": {"files": {"authority": {"secret": "shop-ca", "path": "/run/ca", "keys": ["ca.crt"]}}}})
    volume = next(one for one in pods(made)["Deployment product"]["spec"]["volumes"] if one["name"] == "authority")
    assert volume["secret"] == {"secretName": "shop-ca", "items": [{"key": "ca.crt", "path": "ca.crt"}], "defaultMode": 0o440}
