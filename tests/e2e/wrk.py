"""Load from inside the cluster: wrk, in a Job of its own, on the image in which `helm test` runs."""

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterator

import pytest
from conftest import installed_values, kubectl, scale, server_pods, until

LABELS = {"app.kubernetes.io/name": "load"}


def skip_unless_at_rest() -> None:
    """What is compared here is CPU: on a machine that has none left, figures say nothing about the site."""
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    if load > 3 * processors:
        pytest.skip(f"the machine is busy, a load of {load:.0f} on {processors} processors: measure again when it is at rest")


@contextlib.contextmanager
def let_in(service: str) -> Iterator[None]:
    """Only the callers of a service may knock at it; a policy more lets the load in until the block is left."""
    kubectl("apply", "--filename", "-", text=json.dumps({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": f"load-{service}"},
        "spec": {"podSelector": {"matchLabels": {"app.kubernetes.io/name": service, "app.kubernetes.io/component": "server"}},
                 "policyTypes": ["Ingress"],
                 "ingress": [{"from": [{"podSelector": {"matchLabels": LABELS}}], "ports": [{"port": 8080}]}]},
    }))
    try:
        yield
    finally:
        kubectl("delete", "networkpolicy", f"load-{service}")


@contextlib.contextmanager
def limited(service: str, cpu: str) -> Iterator[None]:
    """Each copy of the service may use so much CPU until the block is left; then there are as many as before."""
    copies = len(server_pods(service))
    kubectl("set", "resources", f"deployment/{service}", f"--limits=cpu={cpu}")
    try:
        kubectl("rollout", "status", f"deployment/{service}", "--timeout=120s")
        yield
    finally:
        kubectl("rollout", "undo", f"deployment/{service}")
        kubectl("rollout", "status", f"deployment/{service}", "--timeout=120s")
        scale(service, copies)


def start(url: str, seconds: int, connections: int) -> str:
    """Begins to ask for the URL as fast as answers come, and returns the Job's name."""
    name = f"load-{secrets.token_hex(3)}"
    command = ["wrk", "--threads=1", f"--connections={connections}", f"--duration={seconds}s", "--timeout=5s", "--latency", url]
    kubectl("apply", "--filename", "-", text=json.dumps({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name, "labels": LABELS},
        "spec": {"backoffLimit": 0, "ttlSecondsAfterFinished": 600, "template": {"metadata": {"labels": LABELS}, "spec": {
            "restartPolicy": "Never", "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "wrk", "image": installed_values()["global"]["images"]["test"], "command": command,
                "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "128Mi"}},
                "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                    "capabilities": {"drop": ["ALL"]}},
            }],
        }}},
    }))
    until(f"{name} running", lambda: "Running" in kubectl(
        "get", "pods", f"--selector=job-name={name}", "--output=jsonpath={.items[*].status.phase}"))
    return name


def rate_of(name: str) -> float:
    """Waits for the Job's end and returns how many requests a second were answered; none may have failed."""
    kubectl("wait", "--for=condition=Complete", f"job/{name}", "--timeout=120s")
    told = kubectl("logs", f"job/{name}")
    assert "Non-2xx" not in told and "Socket errors" not in told, told
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])
