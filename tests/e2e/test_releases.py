"""One service as a release of its own, in a namespace without the rest, on a PostgreSQL of somebody else's."""

import base64
import contextlib
import json
import os
import re
import subprocess
from collections.abc import Iterator

import httpx
import pytest
from conftest import NAMESPACE, run

CHART = "charts/serai"
STALL, DATABASES = "serai-stall", "serai-databases"
CLUSTER = os.environ.get("CLUSTER", "serai-e2e")
PASSWORD = "p@ss/word:with?signs"
RESTRICTED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def ok(*command: str, text: str | None = None, timeout: int = 120) -> str:
    told = run(*command, text=text, timeout=timeout)
    assert told.returncode == 0, f"{' '.join(command)}: {told.stderr.strip()} {told.stdout.strip()[-2000:]}"
    return told.stdout


def apply(namespace: str, *objects: dict) -> None:
    ok("kubectl", "--namespace", namespace, "apply", "--filename", "-",
       text=json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))


def helm(*arguments: str, values: dict | None = None) -> str:
    return ok("helm", "--namespace", STALL, *arguments, *(["--values", "-"] if values else []),
              text=json.dumps(values) if values else None)


def of_the_site() -> dict:
    """The values of the site's own release: where its images are."""
    return json.loads(ok("helm", "--namespace", NAMESPACE, "get", "values", "serai", "--output", "json"))


def pods(namespace: str, selector: str = "") -> list[dict]:
    found = ok("kubectl", "--namespace", namespace, "get", "pods", "--output", "json", "--selector", selector)
    return json.loads(found)["items"]


def uids(namespace: str) -> set[str]:
    """The pods that stay; the audit's come and go."""
    return {pod["metadata"]["uid"] for pod in pods(namespace) if pod["spec"]["restartPolicy"] == "Always"}


def image() -> str:
    """The image of the pod that serves now."""
    found, = [pod for pod in pods(STALL, "app.kubernetes.io/name=product,app.kubernetes.io/component=server")
              if "deletionTimestamp" not in pod["metadata"]]
    return found["spec"]["containers"][0]["image"]


def postgresql(image: str) -> list[dict]:
    """A server for the database `app` of the role `app`, as CloudNativePG's operator would run one."""
    env = {"POSTGRES_USER": "app", "POSTGRES_DB": "app", "POSTGRES_PASSWORD": PASSWORD, "PGDATA": "/data/app"}
    labels = {"cnpg.io/cluster": "catalogue"}
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "catalogue-rw"},
         "spec": {"selector": labels, "ports": [{"port": 5432}]}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "catalogue-1", "labels": labels}, "spec": {
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
                                "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "postgres", "image": image, "securityContext": RESTRICTED,
                "env": [{"name": name, "value": value} for name, value in env.items()],
                "readinessProbe": {"exec": {"command": ["pg_isready", "--quiet", "--dbname=app"]}, "periodSeconds": 1},
                "volumeMounts": [{"name": "data", "mountPath": path} for path in ("/data", "/run/postgresql", "/tmp")],
            }],
            "volumes": [{"name": "data", "emptyDir": {}}],
        }},
    ]


def cloudnativepg_secret() -> dict:
    """The Secret that CloudNativePG makes for the role of an application, every key of it; its host is a short name."""
    host, quoted = "catalogue-rw", "p%40ss%2Fword%3Awith%3Fsigns"
    name, full = f"{host}.{DATABASES}:5432", f"{host}.{DATABASES}.svc.cluster.local:5432"
    keys = {"username": "app", "user": "app", "password": PASSWORD, "dbname": "app", "host": host, "port": "5432",
            "pgpass": f"{host}:5432:app:app:{PASSWORD}\n"}
    for key, address in (("uri", name), ("fqdn-uri", full)):
        keys[key] = f"postgresql://app:{quoted}@{address}/app"
    for key, address in (("jdbc-uri", name), ("fqdn-jdbc-uri", full)):
        keys[key] = f"jdbc:postgresql://{address}/app?password={quoted}&user=app"
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/basic-auth",
            "metadata": {"name": "catalogue-app"}, "stringData": keys}


@pytest.fixture(scope="module")
def stall() -> Iterator[dict]:
    """The values of product, installed alone."""
    site = of_the_site()
    values = {
        "tags": {"all": False},
        "global": {"images": site["global"]["images"]},
        "product": site["product"] | {"enabled": True, "database": {"external": {
            "secret": "catalogue-app",
            "peer": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": DATABASES}},
                     "podSelector": {"matchLabels": {"cnpg.io/cluster": "catalogue"}}},
        }}},
    }
    try:
        for namespace in (STALL, DATABASES):
            apply(namespace, {"apiVersion": "v1", "kind": "Namespace", "metadata": {
                "name": namespace, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}})
        apply(DATABASES, *postgresql(site["global"]["images"]["postgres"]))
        apply(STALL, cloudnativepg_secret())
        ok("kubectl", "--namespace", DATABASES, "wait", "--for=condition=Ready", "pod/catalogue-1", "--timeout=60s")
        helm("install", "product", CHART, "--wait", "--timeout", "90s", values=values)
        yield values
    finally:
        run("kubectl", "delete", "namespace", STALL, DATABASES, "--ignore-not-found", "--wait=false")


@contextlib.contextmanager
def product() -> Iterator[httpx.Client]:
    """The service as its peers see it."""
    token = json.loads(ok("kubectl", "--namespace", STALL, "get", "secret", "serai-internal-token", "--output", "json"))
    forward = subprocess.Popen(["kubectl", "--namespace", STALL, "port-forward", "deployment/product", ":8080"],
                               stdout=subprocess.PIPE, text=True)
    try:
        found = re.match(r"Forwarding from 127.0.0.1:(\d+)", forward.stdout.readline())
        assert found, "kubectl forwards no port of product"
        headers = {"X-Internal-Token": base64.b64decode(token["data"]["token"]).decode()}
        with httpx.Client(base_url=f"http://127.0.0.1:{found[1]}", headers=headers, timeout=15) as client:
            yield client
    finally:
        forward.terminate()
        forward.wait(10)


def goods() -> list[str]:
    with product() as client:
        answer = client.get("/v1/products", params={"limit": 5})
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]


def test_the_service_comes_up_alone_and_is_asked_by_helm_test(stall):
    told = helm("test", "product", "--logs", "--timeout", "60s")
    assert "PASS product is ready" in told
    left = ok("kubectl", "--namespace", STALL, "get", "networkpolicies", "--output", "name").split()
    assert sorted(left) == [f"networkpolicy.networking.k8s.io/{name}" for name in ("product", "product-seed")]


def test_its_data_is_in_the_database_that_the_secret_of_cloudnativepg_names(stall):
    assert len(goods()) == 5
    assert not ok("kubectl", "--namespace", STALL, "get", "statefulsets,persistentvolumeclaims", "--output", "name")


def test_an_upgrade_and_a_rollback_change_this_release_alone_and_keep_its_data(stall):
    before, others, things = image(), uids(NAMESPACE) | uids(DATABASES), goods()
    name = before.rsplit(":", 1)[0]
    for node in ok("kind", "get", "nodes", "--name", CLUSTER).split():
        ok("docker", "exec", node, "ctr", "--namespace", "k8s.io", "images", "tag", "--force",
           f"docker.io/{before}", f"docker.io/{name}:next")
    helm("upgrade", "product", CHART, "--reuse-values", "--set", "product.image.tag=next", "--wait", "--timeout", "60s")
    assert image() == f"{name}:next" and goods() == things
    helm("rollback", "product", "--wait", "--timeout", "60s")
    assert image() == before and goods() == things
    assert uids(NAMESPACE) | uids(DATABASES) == others
