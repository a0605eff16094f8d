"""One service grows, shrinks and disappears; the others go on."""

import time

import httpx
from conftest import NAMESPACE, PROMETHEUS, Load, form_of, objects, prometheus, run, scale, server_pods, until

PATHS = ["/api/v1/products?limit=5", "/", "/shop", "/api/v1/categories"]


def test_prometheus_sees_every_pod_of_every_service():
    services = {"gateway", "frontend", "user", "product", "order", "payment", "bank", "audit"}
    until("every target up", lambda: {job for job, up in prometheus("min by (job) (up)").items() if up == 1} >= services)
    for service in services:
        assert prometheus(f'count by (job) (up{{job="{service}"}} == 1)') == {service: len(server_pods(service))}


def copies_since(since: float) -> list[int]:
    """How many copies of product Prometheus has seen up, second by second."""
    told = httpx.get(f"{PROMETHEUS}/api/v1/query_range", timeout=10, params={
        "query": 'count(up{job="product"} == 1)', "start": since, "end": time.time(), "step": "1s"})
    return [int(value) for _, value in told.raise_for_status().json()["data"]["result"][0]["values"]]


def test_product_grows_and_shrinks_under_load_without_a_failed_request(trust, say):
    since = time.time()
    kept = {pod["metadata"]["name"]: pod["metadata"]["uid"] for name in ("gateway", "frontend", "user")
            for pod in server_pods(name)}
    with Load(trust, PATHS, rate=60) as load:
        load.more(100)
        scale("product", 3)
        until("Prometheus counting 3", lambda: prometheus('count(up{job="product"} == 1)') == {"": 3})
        served = 'increase(http_server_request_duration_seconds_count{job="product",route!~"/(health|ready|metrics)"}[1m])'
        until("each of the 3 pods serving",
              lambda: len([n for n in prometheus(f"sum by (instance) ({served})").values() if n > 20]) == 3, 60)
        scale("product", 1)
        load.more(300)
    say(f"{load.answered} requests answered, {len(load.failed)} failed")
    assert load.failed == []
    assert load.answered > 500
    shown = until("Prometheus showing 1 again", lambda: (c := copies_since(since)) and c[-1] == 1 and c)
    assert shown[0] == 1 and max(shown) == 3
    assert kept == {pod["metadata"]["name"]: pod["metadata"]["uid"] for name in ("gateway", "frontend", "user")
                    for pod in server_pods(name)}


def test_without_product_every_page_that_does_not_need_it_works(site):
    email, password = "ada@example.com", "caravan-of-tea-42"
    scale("product", 0)
    try:
        refused = until("the catalogue gone", lambda: (a := site.get("/api/v1/products")).status_code == 503 and a)
        assert refused.headers["content-type"].startswith("application/problem+json")
        assert "retry-after" in refused.headers
        home = site.get("/")
        assert home.status_code == 200 and 'class="away"' in home.text
        answer = site.post("/signin", follow_redirects=True,
                           data=form_of(site.get("/signin"), "/signin") | {"email": email, "password": password})
        assert answer.status_code == 200
        account = site.get("/account")
        assert account.status_code == 200 and email in account.text
        assert site.get("/signup", follow_redirects=True).status_code == 200
        assert site.post("/api/v1/sessions", json={"email": email, "password": password}).status_code == 201
        assert site.get("/.well-known/jwks.json").status_code == 200
    finally:
        scale("product", 1)
    until("the catalogue back", lambda: site.get("/api/v1/products?limit=1").status_code == 200)
    until("the home page whole", lambda: 'class="away"' not in site.get("/").text)


def test_an_upgrade_keeps_a_manual_scale():
    scale("user", 2)
    try:
        told = run("helm", "--namespace", NAMESPACE, "upgrade", "serai", "charts/serai", "--reuse-values", "--wait")
        assert told.returncode == 0, told.stderr
        assert next(d for d in objects("deployments") if d["metadata"]["name"] == "user")["spec"]["replicas"] == 2
    finally:
        scale("user", 1)
