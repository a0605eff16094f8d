"""Values that the charts must not take, and what they say about them."""

import pytest
from conftest import refusal

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
    ({"prodcut": {"replicas": 3}}, 'Values are given for "prodcut", which is no service here'),
])
def test_a_name_that_means_nothing_is_refused_with_a_sentence(values, sentence):
    assert sentence in refusal(values)


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
