"""The installed site works, as a person and as a program use it."""

import secrets

from conftest import ADMIN, BASE, NAMESPACE, PLAIN, form_of, kubectl, lasting_pods, objects, run, sign_in, until

PASSWORD = "six-camels-and-a-lamp-7"


def fresh_email() -> str:
    return f"traveller-{secrets.token_hex(6)}@example.com"


def test_everything_is_ready_and_nothing_was_restarted():
    pods = lasting_pods()
    assert len(pods) >= 14
    for name, pod in pods.items():
        for container in pod["status"]["containerStatuses"]:
            assert container["ready"] and container["restartCount"] == 0, name


def test_helm_test_passes():
    told = run("helm", "--namespace", NAMESPACE, "test", "serai", "--logs", "--timeout", "170s")
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.count("PASS ") >= 13 and "FAIL " not in told.stdout


def test_plain_http_leads_to_https(site):
    answer = site.get(f"{PLAIN}/shop?q=tea")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"{BASE}/shop?q=tea"


def test_a_program_signs_up_and_in_browses_and_searches(site):
    email = fresh_email()
    made = site.post("/api/v1/users", json={"email": email, "password": PASSWORD, "name": "A Traveller"})
    assert made.status_code == 201, made.text
    proof = sign_in(site, email, PASSWORD)
    assert site.get("/api/v1/users/me", headers=proof).json()["email"] == email
    first = site.get("/api/v1/products", params={"limit": 5}).json()
    assert len(first["items"]) == 5 and first["next_cursor"]
    second = site.get("/api/v1/products", params={"limit": 5, "cursor": first["next_cursor"]}).json()
    assert not {p["id"] for p in first["items"]} & {p["id"] for p in second["items"]}
    wanted = first["items"][0]
    found = site.get("/api/v1/products", params={"q": wanted["name"]}).json()["items"]
    assert wanted["id"] in [product["id"] for product in found]
    one = site.get(f"/api/v1/products/{wanted['id']}")
    assert one.json()["name"] == wanted["name"] and one.headers["etag"]


def test_a_person_signs_up_browses_and_signs_out(site):
    email = fresh_email()
    answer = site.post("/signup", data=form_of(site.get("/signup"), "/signup") |
                       {"name": "A Traveller", "email": email, "password": PASSWORD}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    account = site.get("/account")
    assert account.status_code == 200 and email in account.text
    product = site.get("/api/v1/products", params={"limit": 1}).json()["items"][0]
    listing = site.get("/shop", params={"q": product["name"]})
    assert listing.status_code == 200 and product["name"].split()[0] in listing.text
    site.post("/signout", data=form_of(account, "/signout"), follow_redirects=True)
    assert email not in site.get("/account", follow_redirects=True).text


def test_only_an_administrator_changes_the_catalogue(site):
    proof = sign_in(site, *ADMIN)
    product = site.get("/api/v1/products", params={"limit": 1}).json()["items"][0]
    where = f"/api/v1/products/{product['id']}"
    etag = site.get(where).headers["etag"]
    assert site.patch(where, json={"name": "Mine"}, headers={"If-Match": etag}).status_code == 401
    changed = site.patch(where, json={"description": "Seen by an administrator."}, headers=proof | {"If-Match": etag})
    assert changed.status_code == 200, changed.text
    stale = site.patch(where, json={"description": "Too late."}, headers=proof | {"If-Match": etag})
    assert stale.status_code == 412


def test_installing_again_keeps_every_pod_and_every_secret(site):
    proof = sign_in(site, *ADMIN)

    def state():
        pods = {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in objects("pods")
                if pod["metadata"]["labels"].get("app.kubernetes.io/component") in ("server", "database")}
        return pods, {secret["metadata"]["name"]: secret["data"] for secret in objects("secrets")
                      if secret["type"] != "helm.sh/release.v1"}

    before = state()
    told = run("k8s/cluster", "up", timeout=280)
    assert told.returncode == 0, told.stdout + told.stderr
    assert state() == before
    assert site.get("/api/v1/users/me", headers=proof).status_code == 200


def test_a_database_that_is_killed_comes_back_with_its_data(site):
    total = len(site.get("/api/v1/products", params={"limit": 100}).json()["items"])
    kubectl("delete", "pod", "product-db-0", "--grace-period=0", "--force")
    kubectl("rollout", "status", "statefulset/product-db", "--timeout=120s")
    kubectl("wait", "--for=condition=Available", "deployment/product", "--timeout=60s")
    until("the whole catalogue again",
          lambda: len(site.get("/api/v1/products", params={"limit": 100}).json().get("items", [])) == total)
