"""A database that is somewhere else: how the service logs in, and the one way out to it."""

import pytest
from conftest import environment, of, render, volumes

NEXT_DOOR = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "databases"}},
             "podSelector": {"matchLabels": {"cnpg.io/cluster": "shop"}}}
FAR_AWAY = {"ipBlock": {"cidr": "10.20.0.0/16"}}
URL = "postgresql://payment:p%40ss@db.example:6432/payment?sslmode=require"


@pytest.fixture(scope="module")
def moved() -> list[dict]:
    """product in a database of CloudNativePG, payment in one that is named by URLs."""
    return render({
        "product": {"database": {"external": {"secret": "product-app", "peer": NEXT_DOOR}}},
        "payment": {"database": {"external": {
            "url": URL, "port": 6432, "peer": FAR_AWAY, "owner": {"secret": "payment-owner", "key": "address"}}}},
    })


def test_a_secret_of_cloudnativepg_is_used_as_it_is(moved):
    for kind, name in (("Deployment", "product"), ("Job", "product-seed")):
        settings = environment(moved, kind, name)
        assert {key: value for key, value in settings.items() if key.startswith("DATABASE_")} == {
            "DATABASE_URL_FILE": "/run/secrets/database/url"}
        assert volumes(moved, kind, name)["database"] == {
            "secretName": "product-app", "items": [{"key": "uri", "path": "url"}], "defaultMode": 0o440}


def test_no_postgresql_of_its_own_runs_then(moved, objects):
    for kind in ("StatefulSet", "Service", "NetworkPolicy"):
        assert {name for name in of(objects, kind) if name not in of(moved, kind)} == {"product-db", "payment-db"}, kind
    assert "product-db" not in of(moved, "Secret")


def test_a_plain_url_is_kept_in_a_secret_and_nowhere_else(moved):
    assert of(moved, "Secret")["payment-db"]["stringData"] == {"uri": URL}
    assert volumes(moved, "Deployment", "payment")["database"]["secretName"] == "payment-db"
    assert not [one for one in moved if URL in str(one) and one["kind"] != "Secret"]


def test_the_owner_logs_in_by_a_secret_of_its_own(moved):
    assert environment(moved, "Deployment", "payment")["DATABASE_OWNER_URL_FILE"] == "/run/secrets/database-owner/url"
    assert volumes(moved, "Deployment", "payment")["database-owner"] == {
        "secretName": "payment-owner", "items": [{"key": "address", "path": "url"}], "defaultMode": 0o440}


def test_the_owners_url_may_be_plain_too():
    both = render({"payment": {"database": {"external": {
        "url": URL, "peer": FAR_AWAY, "owner": {"url": "postgresql://owner:x@db.example/payment"}}}}})
    secret = of(both, "Secret")["payment-db"]["stringData"]
    assert secret == {"uri": URL, "owner-uri": "postgresql://owner:x@db.example/payment"}
    for volume, key in (("database", "uri"), ("database-owner", "owner-uri")):
        assert volumes(both, "Deployment", "payment")[volume]["secretName"] == "payment-db"
        assert volumes(both, "Deployment", "payment")[volume]["items"] == [{"key": key, "path": "url"}]


@pytest.mark.parametrize(("policy", "peer", "port"), [
    ("product", NEXT_DOOR, 5432), ("product-seed", NEXT_DOOR, 5432), ("payment", FAR_AWAY, 6432),
])
def test_the_way_to_it_is_open_for_those_who_use_it(moved, policy, peer, port):
    assert {"to": [peer], "ports": [{"port": port}]} in of(moved, "NetworkPolicy")[policy]["spec"]["egress"]


def test_nobody_elses_way_out_changes(moved, objects):
    before, after = of(objects, "NetworkPolicy"), of(moved, "NetworkPolicy")
    changed = {name for name in after if after[name]["spec"] != before[name]["spec"]}
    assert changed == {"product", "product-seed", "payment"}


def test_another_url_starts_the_service_again():
    def mark(url: str) -> str:
        made = render({"product": {"database": {"external": {"url": url, "peer": FAR_AWAY}}}})
        return of(made, "Deployment")["product"]["spec"]["template"]["metadata"]["annotations"]["checksum/database"]

    assert mark("postgresql://a:x@db/product") == mark("postgresql://a:x@db/product")
    assert mark("postgresql://a:x@db/product") != mark("postgresql://a:y@db/product")


def test_the_password_of_an_own_database_is_the_same_wherever_it_stands(objects):
    for name in of(objects, "StatefulSet"):
        secret = of(objects, "Secret")[name]["stringData"]
        assert f":{secret['password']}@{secret['host']}:{secret['port']}/{secret['dbname']}" in secret["url"]
        marks = {of(objects, kind)[one]["spec"]["template"]["metadata"]["annotations"]["checksum/database"]
                 for kind, one in (("StatefulSet", name), ("Deployment", name.removesuffix("-db")))}
        assert len(marks) == 1, name
        assert secret["password"] not in str([one for one in objects if one["metadata"]["name"] != name])


def test_where_the_cluster_cannot_be_asked_two_renders_are_the_same():
    values = {"global": {"secrets": {"create": False}}}
    assert render(values) == render(values)


