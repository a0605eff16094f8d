"""The Prometheus of the cluster: it sees every pod, has the rules, and shows the boards."""

import time

import httpx
from conftest import PROMETHEUS, objects, prometheus, until


def test_every_pod_is_seen_and_no_rule_fails():
    services = {pod["metadata"]["labels"]["app.kubernetes.io/name"]
                for pod in objects("pods", "app.kubernetes.io/component=server")}
    until("every service is seen", lambda: prometheus('max by (job) (up{site="serai"}) == 1').keys() == services)
    groups = httpx.get(f"{PROMETHEUS}/api/v1/rules", timeout=10).json()["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert rules and not [(rule["name"], rule["lastError"]) for rule in rules if rule.get("lastError")]


def test_databases_tell_of_themselves_and_the_certificate_when_it_ends():
    databases = {one["metadata"]["name"].removesuffix("-db") for one in objects("statefulsets")}
    until("every database is up", lambda: prometheus("max by (job) (db_up) == 1").keys() == databases)
    until("every database has a size", lambda: prometheus("max by (job) (db_size_bytes) > 0").keys() == databases)
    ends = until("the end of the certificate", lambda: prometheus("max by (job) (certificate_end_timestamp_seconds)"))
    assert ends["audit"] > time.time() + 86_400


def test_the_boards_are_there():
    for name in ("index", "service", "postgres", "events", "business"):
        page = httpx.get(f"{PROMETHEUS}/consoles/{name}.html", timeout=10)
        assert page.status_code == 200 and 'id="board"' in page.text and "</html>" in page.text, page.text[:500]
