"""What goes wrong has a page for people, a problem document for programs, and a line in the log."""

import base64
import concurrent.futures
import contextlib
import hashlib
import json
import re
import socket

import httpx
import pytest
from harness import GATEWAY, USER, wait_until

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACE_ID = TRACE.split("-")[1]
PEOPLE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "traceparent": TRACE}
PROGRAMS = {"Accept": "application/json", "traceparent": TRACE}


def assert_problem(answer, status, slug):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "trace_id"}
    assert (problem["type"], problem["status"]) == (f"urn:serai:problem:{slug}", status)
    assert problem["title"] and problem["detail"]
    assert problem["trace_id"] == TRACE_ID


def assert_page(answer, status):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>") and answer.text.endswith("</html>")
    assert f">{status}<" in answer.text and TRACE_ID in answer.text
    style = re.search(r"<style>(.*)</style>", answer.text)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]


ANYWHERE = {
    400: ("GET", "/x/%2e%2e/y", {}, "invalid"),
    404: ("GET", "/metrics", {}, "not-found"),
    405: ("PROPFIND", "/shop", {}, "method-not-allowed"),
    411: ("POST", "/shop", {"content": iter([])}, "length-required"),
    413: ("POST", "/shop", {"content": b"x" * 131073}, "too-large"),
    431: ("GET", "/shop", {}, "headers-too-large"),
}


@pytest.mark.parametrize("status", ANYWHERE)
@pytest.mark.parametrize("who", ["people", "programs"])
def test_a_refusal_has_two_faces(site, status, who):
    method, path, how, slug = ANYWHERE[status]
    headers = dict(PEOPLE if who == "people" else PROGRAMS)
    if status == 431:
        headers["X-Tea"] = "x" * 20000
    answer = site.client.request(method, path, headers=headers, **how)
    if who == "people":
        assert_page(answer, status)
    else:
        assert_problem(answer, status, slug)


def test_a_program_gets_a_problem_whatever_it_accepts_under_api(site):
    answer = site.client.get("/api/v1/users/me", headers=PEOPLE)
    assert_problem(answer, 401, "unauthenticated")


def test_a_trace_id_is_made_when_none_came(site):
    made = {site.client.get("/metrics").json()["trace_id"] for _ in range(2)}
    assert len(made) == 2 and all(re.fullmatch("[0-9a-f]{32}", each) for each in made)


def test_an_answer_of_a_service_stays_its_own(site):
    for status in (400, 401, 404, 500, 503):
        answer = site.client.get("/shop", params={"status": status}, headers=PEOPLE)
        assert (answer.status_code, answer.json()["name"]) == (status, "frontend")
        assert answer.headers["content-type"] == "application/json"


def test_a_service_that_is_down_is_503_and_the_rest_stands(make_site):
    site = make_site()
    for name in ("product", "frontend"):
        site.upstreams[name].ready = False
        site.gateway.wait_for(name, up=False)
    assert_problem(site.client.get("/api/v1/products", headers=PROGRAMS), 503, "unavailable")
    assert_problem(site.client.get("/shop", headers=PROGRAMS), 503, "unavailable")
    answer = site.client.get("/shop", headers=PEOPLE)
    assert_page(answer, 503)
    assert answer.headers["retry-after"] == "2"
    assert site.client.get("/api/v1/users/me", headers=site.gateway.bearer()).status_code == 200
    site.upstreams["product"].ready = True
    site.gateway.wait_for("product")
    assert site.client.get("/api/v1/products").status_code == 200


def test_a_service_that_is_late_is_504(make_site):
    site = make_site(SERVER_TIMEOUT="300ms")
    assert_problem(site.client.get("/api/v1/products?hold=1", headers=PROGRAMS), 504, "timeout")
    assert_page(site.client.get("/shop?hold=1", headers=PEOPLE), 504)
    # It may still be at work, so it was asked once only.
    assert len(site.seen()) == 2


def test_a_service_that_hangs_up_is_asked_again_when_that_is_harmless(site):
    product = site.upstreams["product"]
    product.dropped, before = 0, len(site.seen())
    assert site.client.get("/api/v1/products?drop=1").status_code == 200
    assert len(site.seen_since(before)) == 2


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_a_change_is_never_sent_twice(site, method):
    product = site.upstreams["product"]
    product.dropped, before = 0, len(site.seen())
    headers = PROGRAMS | site.gateway.bearer()
    with httpx.Client(base_url=site.gateway.url, verify=site.gateway.trust) as client:
        answer = client.request(method, "/api/v1/products/7?drop=1", headers=headers)
        assert_problem(answer, 502, "unavailable")
        assert len(site.seen_since(before)) == 1
        # On a connection that has been used before, HAProxy hangs up instead: the client has to decide.
        product.dropped = 0
        with contextlib.suppress(httpx.RemoteProtocolError):
            answer = client.request(method, "/api/v1/products/7?drop=1", headers=headers)
            assert_problem(answer, 502, "unavailable")
        assert len(site.seen_since(before)) == 2


def test_slow_bodies_do_not_hold_a_place_forever(site):
    """A body that stops short costs its client the connection and nobody else anything."""
    with site.gateway.connect() as slow:
        slow.sendall(b"POST /shop HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\ntea")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: site.client.get("/").status_code, range(40)))
    assert answers == [200] * 40


def test_the_log_has_a_line_for_each_request_and_no_secret(site):
    gateway = site.gateway
    secret = gateway.token()
    site.client.get(
        "/api/v1/users/me?password=hunter2",
        headers={"Authorization": f"Bearer {secret}", "traceparent": TRACE.replace("4bf", "aaa")},
    )
    site.client.get(
        '/quote"me', headers={"Cookie": f"__Host-access={secret}; __Host-refresh=opensesame"}
    )
    site.client.put("/api/v1/password-resets/mailed-secret?x=hunter2", json={"password": "hunter2"})
    site.client.put("/api/v1/verifications/mailed-secret")

    def logged(**values):
        return [line for line in gateway.log_lines() if values.items() <= line.items()]

    line = wait_until(lambda: logged(trace_id=TRACE_ID.replace("4bf", "aaa")), "the line")[0]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/users/me", 200)
    assert (line["backend"], line["user"], line["service"]) == ("user", USER, "gateway")
    assert line["client"] == "127.0.0.1" and line["duration_ms"] >= 0
    wait_until(lambda: logged(path="/api/v1/verifications/*"), "the last line")
    assert logged(path="/api/v1/password-resets/*", status=200)
    text = gateway.log.read_text()
    for hidden in ("hunter2", secret, secret[:40], "opensesame", "mailed-secret"):
        assert hidden not in text


def test_a_failed_handshake_is_a_line_too(site):
    with socket.create_connection(("127.0.0.1", site.gateway.port)) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while plain.recv(4096):
            pass
    wait_until(
        lambda: [line for line in site.gateway.log_lines() if line["event"] == "refused connection"],
        "the line",
    )


def test_every_error_has_words():
    rows = dict(
        line.split(" ", 1)
        for line in (GATEWAY / "errors.map").read_text().splitlines()
        if not line.startswith("#")
    )
    config = (GATEWAY / "haproxy.cfg").read_text()
    used = set(re.findall(r"str\((\d{3})\),set-var", config)) | set(re.findall(r"deny_status (\d{3})", config))
    assert used <= set(rows)
    assert set("400 401 403 404 405 408 411 413 429 431 500 502 503 504".split()) == set(rows)
    for words in rows.values():
        assert len(words.split("|")) == 3
        json.loads(f'"{words}"')  # no quote, no backslash: they go into JSON and HTML as they are
        assert not re.search("[<>&]", words)
