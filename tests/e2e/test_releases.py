"""One service as a release of its own, in a namespace without the rest, on a PostgreSQL of somebody else's."""

import json
from collections.abc import Iterator

import pytest
from conftest import NAMESPACE, inside, installed_values, kubectl, objects, run, tag_in_cluster

CHART = "charts/serai"
STALL, DATABASES = "serai-stall", "serai-databases"
PASSWORD = "p@ss/word:with?signs"
RESTRICTED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def apply(namespace: str, *things: dict) -> None:
    kubectl("apply", "--filename", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": things}),
            namespace=namespace)


def helm(*arguments: str, values: dict | None = None) -> str:
    told = run("helm", "--namespace", STALL, *arguments, *(["--values", "-"] if values else []),
               text=json.dumps(values) if values else None)
    assert told.returncode == 0, f"helm {' '.join(arguments)}: {told.stderr.strip()} {told.stdout.strip()[-2000:]}"
    return told.stdout


def uids(namespace: str) -> set[str]:
    """The pods that stay; the audit's come and go."""
    return {pod["metadata"]["uid"] for pod in objects("pods", namespace=namespace) if pod["spec"]["restartPolicy"] == "Always"}


def image() -> str:
    """The image of the pod that serves now."""
    found, = [pod for pod in objects("pods", "app.kubernetes.io/name=product,app.kubernetes.io/component=server", STALL)
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
    site = installed_values()
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
        kubectl("wait", "--for=condition=Ready", "pod/catalogue-1", "--timeout=60s", namespace=DATABASES)
        helm("install", "product", CHART, "--wait", "--timeout", "90s", values=values)
        yield values
    finally:
        run("kubectl", "delete", "namespace", STALL, DATABASES, "--ignore-not-found", "--wait=false")


def goods() -> list[str]:
    with inside("product", namespace=STALL) as client:
        answer = client.get("/v1/products", params={"limit": 5})
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]


def test_the_service_comes_up_alone_and_is_asked_by_helm_test(stall):
    told = helm("test", "product", "--logs", "--timeout", "60s")
    assert "PASS product is ready" in told
    left = kubectl("get", "networkpolicies", "--output", "name", namespace=STALL).split()
    assert sorted(left) == [f"networkpolicy.networking.k8s.io/{name}" for name in ("product", "product-seed")]


def test_its_data_is_in_the_database_that_the_secret_of_cloudnativepg_names(stall):
    assert len(goods()) == 5
    assert not kubectl("get", "statefulsets,persistentvolumeclaims", "--output", "name", namespace=STALL)


def test_an_upgrade_and_a_rollback_change_this_release_alone_and_keep_its_data(stall):
    before, others, things = image(), uids(NAMESPACE) | uids(DATABASES), goods()
    name = before.rsplit(":", 1)[0]
    tag_in_cluster(before, "next")
    helm("upgrade", "product", CHART, "--reuse-values", "--set", "product.image.tag=next", "--wait", "--timeout", "60s")
    assert image() == f"{name}:next" and goods() == things
    helm("rollback", "product", "--wait", "--timeout", "60s")
    assert image() == before and goods() == things
    assert uids(NAMESPACE) | uids(DATABASES) == others
