"""Every pod is watched; one service disappears and the others go on; what was scaled by hand stays so."""

from conftest import form_of, objects, prometheus, scale, server_pods, until, upgrade


def test_prometheus_sees_every_pod_of_every_service():
    services = {"gateway", "frontend", "user", "product", "order", "payment", "bank", "audit"}
    until("every target up", lambda: {job for job, up in prometheus("min by (job) (up)").items() if up == 1} >= services)
    for service in services:
        assert prometheus(f'count by (job) (up{{job="{service}"}} == 1)') == {service: len(server_pods(service))}


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
        upgrade()
        assert next(d for d in objects("deployments") if d["metadata"]["name"] == "user")["spec"]["replicas"] == 2
    finally:
        scale("user", 1)
