"""Values that the charts must not take, and what they say about them."""

import pytest
from conftest import CHART, helm, refusal

BANK = {"url": "https://api.bank.example", "cidr": "203.0.113.0/24", "callers": ["gateway"]}


@pytest.mark.parametrize(("values", "sentence"), [
    ({"global": {"calls": {"frontend": ["user", "prodcut"]}}},
     'frontend calls "prodcut", which is no service here'),
    ({"global": {"calls": {"prodcut": []}}}, 'global.calls names "prodcut", which is no service'),
    ({"global": {"calls": {"product": None}}}, "product is not in global.calls"),
    ({"global": {"outside": {"bank": BANK}}}, "say bank.enabled=false"),
    ({"global": {"outside": {"bank": BANK | {"callers": ["user"]}}}, "bank": {"enabled": False}}, "user does not call it"),
    ({"bank": {"enabled": False}}, "payment needs a bank"),
    ({"global": {"events": ["user", "prodcut"]}}, 'global.events names "prodcut", which is no service here'),
    ({"nats": {"enabled": False}}, "say in global.nats.peer where it is"),
    ({"product": {"autoscaling": {"enabled": True, "replicasMin": 9}}}, "product.autoscaling.replicasMin (9) is more"),
    ({"product": {"autoscaling": {"enabled": True}, "resources": {"requests": {"cpu": None}}}}, "resources.requests.cpu"),
    ({"product": {"graceSeconds": 5}}, "graceSeconds (5) must be more than product.drainSeconds (5)"),
    ({"product": {"probePort": "health"}}, 'product.probePort is "health", which is no port'),
    ({"gateway": {"service": {"nodePorts": {"htps": 30444}}}}, 'nodePorts names "htps"'),
    ({"product": {"service": {"externalTrafficPolicy": "Local"}}}, "product.service.type is ClusterIP"),
    ({"product": {"openTo": [{"podSelector": {}}]}}, "product.openTo says to whom product is open, and product.open"),
    ({"product": {"env": {"DRAIN_MS": 1}}}, "product.env sets DRAIN_MS, which the chart sets"),
    ({"product": {"env": {"DATABASE_HOST": "db"}}}, "product.database.external names a database"),
    ({"product": {"files": {"nats": {"secret": "a", "path": "/b"}}}}, 'may not be called "nats"'),
    ({"ingress": {"kind": "HTTPRoute"}}, "say in ingress.parents which Gateway it joins"),
    ({"ingress": {"kind": "HTTPRoute", "parents": [{"name": "a"}], "tlsSecret": "b"}}, "are for an Ingress"),
    ({"ingress": {"kind": "Ingress", "authority": "a"}}, "are for an HTTPRoute, and ingress.kind is Ingress"),
    ({"ingress": {"kind": "Ingress"}, "gateway": {"enabled": False}}, "this release has no gateway"),
    ({"prodcut": {"replicas": 3}}, 'Values are given for "prodcut", which is no service here'),
])
def test_a_name_that_means_nothing_is_refused_with_a_sentence(values, sentence):
    assert sentence in refusal(values)


EXTERNAL = {"secret": "product-app", "peer": {"ipBlock": {"cidr": "10.0.0.0/8"}}}


@pytest.mark.parametrize(("service", "database", "sentence"), [
    ("product", {"external": EXTERNAL | {"url": "postgresql://a:b@c/d"}}, "external names a Secret and a URL: keep the one"),
    ("product", {"external": EXTERNAL | {"peer": None}}, "external.peer must say where the database is"),
    ("product", {"external": EXTERNAL | {"secret": ""}}, "says where a database is and not how to log in"),
    ("product", {"external": EXTERNAL | {"owner": {"secret": "a"}}}, "names a role that would not be used"),
    ("product", {"external": EXTERNAL, "enabled": False}, "product.database.enabled is false: leave one of them out"),
    ("payment", {"external": EXTERNAL}, "external.owner must name a Secret (or a URL) of the one that owns the database"),
    ("payment", {"external": EXTERNAL | {"owner": {"secret": "a", "url": "postgresql://a:b@c/d"}}}, "owner names a Secret and"),
])
def test_a_database_that_cannot_be_used_is_refused_with_a_sentence(service, database, sentence):
    assert sentence in refusal({service: {"database": database}})


def test_the_generic_chart_is_no_release_by_itself():
    told = helm("template", "product", str(CHART.parent / "service"))
    assert told.returncode != 0 and "helm install product charts/serai" in told.stderr


@pytest.mark.parametrize(("values", "name"), [
    ({"product": {"replica": 3}}, "replica"),
    ({"product": {"replicas": "three"}}, "replicas"),
    ({"product": {"image": {"tags": "1"}}}, "tags"),
    ({"product": {"database": {"size": "1Gi"}}}, "size"),
    ({"product": {"env": {"lower": "1"}}}, "lower"),
    ({"gateway": {"service": {"type": "Nodeport"}}}, "type"),
    ({"global": {"imagee": {}}}, "imagee"),
    ({"global": {"publicUrl": "http://localhost"}}, "publicUrl"),
    ({"global": {"demo": "huge"}}, "demo"),
    ({"product": {"database": {"external": {"url": "mysql://a:b@c/d"}}}}, "/database/external/url"),
    ({"product": {"database": {"external": {"peer": {"cidr": "10.0.0.0/8"}}}}}, "cidr"),
    ({"gateway": {"openTo": [{"pods": {}}]}}, "pods"),
    ({"product": {"database": {"external": {"port": "5432"}}}}, "port"),
    ({"product": {"database": {"storage": "much"}}}, "storage"),
    ({"product": {"resources": {"requests": {"cpu": "lots"}}}}, "/resources/requests/cpu"),
    ({"product": {"resources": {"request": {"cpu": "1"}}}}, "request"),
    ({"product": {"tolerations": [{"efect": "NoSchedule"}]}}, "efect"),
    ({"product": {"affinity": {"nodeAfinity": {}}}}, "nodeAfinity"),
    ({"product": {"spread": {"nodes": "maybe"}}}, "/spread/nodes"),
    ({"product": {"files": {"a": {"secret": "b", "path": "c"}}}}, "/files/a/path"),
    ({"product": {"image": {"tag": "a tag"}}}, "/image/tag"),
    ({"ingress": {"kind": "Route"}}, "/ingress/kind"),
    ({"ingress": {"parents": [{"nam": "a"}]}}, "nam"),
    ({"nats": {"storage": "much"}}, "/nats/storage"),
    ({"prometheus": {"nodePort": 9090}}, "/prometheus/nodePort"),
    ({"global": {"secrets": {"certificate": "My_Certificate"}}}, "/global/secrets/certificate"),
    ({"global": {"image": {"repository": "registry.example/"}}}, "/global/image/repository"),
    ({"nats": {"resources": {"limits": {"memry": "1Gi"}}}}, "memry"),
    ({"tags": {"shopp": True}}, "shopp"),
    ({"prometheus": {"intervall": "5s"}}, "intervall"),
    ({"nats": {"storrage": "1Gi"}}, "storrage"),
    ({"nats": {"streamsMax": "much"}}, "streamsMax"),
    ({"global": {"nats": {"peer": {"pods": {}}}}}, "pods"),
    ({"global": {"events": ["Order"]}}, "Order"),
    ({"product": {"database": {"owner": "yes"}}}, "owner"),
    ({"product": {"cron": {"schedule": "now and then"}}}, "schedule"),
    ({"global": {"outside": {"bank": BANK | {"cidr": "203.0.113.1"}}}}, "cidr"),
    ({"global": {"outside": {"bank": BANK | {"url": "api.bank.example"}}}}, "url"),
    ({"global": {"outside": {"bank": BANK | {"callers": []}}}}, "callers"),
])
def test_a_typo_is_refused_by_its_name(values, name):
    assert name in refusal(values)
