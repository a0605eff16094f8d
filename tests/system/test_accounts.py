"""A program signs up, in, around and out."""

import httpx
from conftest import Api, expect_problem


def test_somebody_signs_up_and_in_and_is_known(anyone, newcomer):
    made = anyone.send("POST", "/api/v1/users", json=newcomer)
    assert made.status_code == 201, made.text
    assert made.json()["email"] == newcomer["email"] and "password" not in made.json()
    anyone.sign_in(f"{newcomer['email']}:{newcomer['password']}")
    me = anyone.get("/api/v1/users/me")
    assert me.status_code == 200 and me.json()["id"] == made.json()["id"]


def test_an_address_is_taken_once(anyone, newcomer):
    assert anyone.send("POST", "/api/v1/users", json=newcomer).status_code == 201
    again = newcomer | {"email": newcomer["email"].upper(), "name": "Somebody else"}
    expect_problem(anyone.send("POST", "/api/v1/users", json=again), 409, "email-taken")


def test_a_wrong_password_and_an_unknown_address_look_the_same(anyone, newcomer):
    assert anyone.send("POST", "/api/v1/users", json=newcomer).status_code == 201
    wrong = anyone.send("POST", "/api/v1/sessions", json={"email": newcomer["email"], "password": "not this one"})
    unknown = anyone.send("POST", "/api/v1/sessions", json={"email": "x" + newcomer["email"], "password": "not this one"})
    assert expect_problem(wrong, 401, "unauthenticated")["detail"] == expect_problem(unknown, 401, "unauthenticated")["detail"]


def test_a_stranger_has_no_account_page_in_the_api(anyone):
    expect_problem(anyone.get("/api/v1/users/me"), 401, "unauthenticated")


def test_a_made_up_identity_is_nobodys(anyone):
    claimed = {"X-User-Id": "01980000-0000-7000-8000-000000000001", "X-User-Roles": "admin", "X-Internal-Token": "guess"}
    expect_problem(anyone.get("/api/v1/users/me", headers=claimed), 401, "unauthenticated")


def test_a_forged_token_is_refused(anyone, customer):
    head, body, signature = customer.session["access_token"].split(".")
    forged = f"{head}.{body}.{signature[:-4]}AAAA"
    expect_problem(anyone.get("/api/v1/users/me", headers={"Authorization": f"Bearer {forged}"}), 401, "unauthenticated")


def test_a_refresh_token_works_once_and_its_theft_ends_the_family(anyone, newcomer):
    anyone.send("POST", "/api/v1/users", json=newcomer)
    anyone.sign_in(f"{newcomer['email']}:{newcomer['password']}")
    first = anyone.session["refresh_token"]
    renewed = anyone.send("POST", "/api/v1/sessions/refresh", json={"refresh_token": first})
    assert renewed.status_code == 201, renewed.text
    expect_problem(anyone.send("POST", "/api/v1/sessions/refresh", json={"refresh_token": first}), 401, "unauthenticated")
    second = renewed.json()["refresh_token"]
    expect_problem(anyone.send("POST", "/api/v1/sessions/refresh", json={"refresh_token": second}), 401, "unauthenticated")


def test_signing_out_everywhere_ends_every_session(settings, anyone, newcomer):
    anyone.send("POST", "/api/v1/users", json=newcomer)
    account = f"{newcomer['email']}:{newcomer['password']}"
    here, there = (Api(settings["BASE"], settings["CA"]).sign_in(account) for _ in range(2))
    assert here.send("DELETE", "/api/v1/sessions").status_code == 204
    for session in (here.session, there.session):
        answer = anyone.send("POST", "/api/v1/sessions/refresh", json={"refresh_token": session["refresh_token"]})
        expect_problem(answer, 401, "unauthenticated")


def test_the_public_keys_are_published(anyone):
    keys = anyone.get("/.well-known/jwks.json").json()["keys"]
    assert keys and all(key["kty"] == "EC" and key["crv"] == "P-256" and "d" not in key for key in keys)


def test_what_is_internal_is_not_there(anyone, settings):
    for path in ("/internal/products?ids=1", "/api/internal/products", "/api/v1/nothing", "/metrics", "/health", "/ready"):
        answer = anyone.get(path, headers={"Accept": "application/json"})
        expect_problem(answer, 404, "not-found")


def test_plain_http_is_sent_to_https(settings):
    port = settings["SERAI_PORT_GATEWAY_HTTP"]
    answer = httpx.get(f"http://127.0.0.1:{port}/shop?q=tea", headers={"Host": f"localhost:{port}"})
    assert answer.status_code in (301, 308)
    assert answer.headers["location"] == settings["BASE"] + "/shop?q=tea"
