"""Nothing reaches what it was not given."""

import json

import pytest
from conftest import NAMESPACE, installed_values, kubectl, objects, run


def pod(name: str, labels: dict[str, str]) -> str:
    """A pod that may run here, with curl and a shell: nothing but its labels makes it anyone."""
    image = installed_values()["global"]["images"]["test"]
    return json.dumps({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels},
        "spec": {
            "automountServiceAccountToken": False, "terminationGracePeriodSeconds": 0,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "shell", "image": image, "command": ["sleep", "600"],
                "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                    "capabilities": {"drop": ["ALL"]}},
            }],
        },
    })


def reached(name: str) -> set[str]:
    """The services that answer this pod's knock, as `service:port`."""
    wanted = [f"{service['metadata']['name']} {port['port']}" for service in objects("services")
              for port in service["spec"]["ports"] if service["spec"].get("clusterIP") != "None"]
    assert len(wanted) >= 7
    script = "".join(f"nc -w 2 {one} </dev/null >/dev/null 2>&1 && echo {one.replace(' ', ':')}\n" for one in wanted)
    return set(kubectl("exec", name, "--", "sh", "-c", script + "true").split())


@pytest.fixture
def knocker():
    """Makes a pod with these labels, waits for it, and removes it in the end."""
    made = []

    def make(name: str, labels: dict[str, str]) -> str:
        kubectl("delete", "pod", name, "--ignore-not-found")
        made.append(name)
        kubectl("apply", "--filename", "-", text=pod(name, labels))
        kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s")
        return name

    yield make
    for name in made:
        kubectl("delete", "pod", name, "--ignore-not-found", "--wait=false")


def test_a_pod_without_labels_reaches_no_service_and_no_database(knocker):
    assert reached(knocker("stranger", {})) == {"gateway:8080", "gateway:8443", "prometheus:9090"}


def test_a_pod_of_one_service_reaches_its_own_database_alone(knocker):
    labels = {"app.kubernetes.io/name": "product", "app.kubernetes.io/component": "seed"}
    assert reached(knocker("product-again", labels)) == {"product-db:5432"}


def test_the_namespace_refuses_a_pod_that_could_do_more():
    wild = json.loads(pod("wild", {}))
    wild["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    told = run("kubectl", "--namespace", NAMESPACE, "apply", "--filename", "-", text=json.dumps(wild))
    assert told.returncode != 0 and 'violates PodSecurity "restricted' in told.stderr


def test_no_pod_can_ask_the_cluster_for_anything():
    for one in objects("pods"):
        assert not [v for v in one["spec"].get("volumes", []) if "projected" in v], one["metadata"]["name"]
