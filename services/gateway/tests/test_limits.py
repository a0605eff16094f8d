"""How often an address may ask, and what it is told about it."""

import pytest
from harness import wait_until

FIELDS = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")


def ask_within_one_window(site, count, ask):
    """Asks `count` times so that the clock's minute does not end in between."""
    left = int(site.client.get("/api/v1/products").headers["ratelimit-reset"])
    if left <= 5:
        wait_until(
            lambda: int(site.client.get("/api/v1/products").headers["ratelimit-reset"]) > 5,
            "the next minute",
        )
    return [ask() for _ in range(count)]


def numbers(answer):
    return [int(answer.headers[name]) for name in FIELDS]


def test_the_general_limit_counts_down_and_refuses(make_site):
    site = make_site(RATE_LIMIT="20")
    answers = ask_within_one_window(site, 25, lambda: site.client.get("/api/v1/products"))
    for answer in answers:
        limit, remaining, reset = numbers(answer)
        assert limit == 20 and 1 <= reset <= 60
        assert answer.status_code == 200 or remaining == 0
    passed = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert passed + refused == answers and refused
    remaining = [numbers(answer)[1] for answer in passed]
    assert remaining == list(range(remaining[0], -1, -1))
    for answer in refused:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:serai:problem:too-many-requests"
        assert answer.headers["retry-after"] == answer.headers["ratelimit-reset"]
    reached = len(site.seen())
    assert site.client.get("/").status_code == 429
    assert site.client.get("/api/v1/users/me", headers=site.gateway.bearer()).status_code == 429
    assert len(site.seen()) == reached


def test_the_limit_starts_again(make_site):
    site = make_site(RATE_LIMIT="1", RATE_WINDOW="2")
    for status in (429, 200, 429, 200):
        answers = []

        def next_answer():
            answers.append(site.client.get("/api/v1/products"))
            return answers[-1].status_code == status

        wait_until(next_answer, f"a {status}")
        assert numbers(answers[-1])[:2] == [1, 0] and 1 <= numbers(answers[-1])[2] <= 2


GUESSES = [
    ("POST", "/api/v1/sessions"),
    ("POST", "/api/v1/users"),
    ("POST", "/api/v1/password-resets"),
    ("PUT", "/api/v1/password-resets/a"),
    ("PUT", "/api/v1/verifications/a"),
    ("POST", "/signin"),
    ("POST", "/signup"),
]


COSTLY = [("POST", "/api/v1/orders"), ("POST", "/bank/v1/tokens"), ("POST", "/checkout"), ("POST", "/checkout/pay")]


def test_what_costs_money_has_a_stricter_limit_of_its_own(make_site):
    site = make_site(COSTLY_LIMIT="4")
    known = site.gateway.bearer()
    changes = iter(COSTLY + COSTLY)
    answers = ask_within_one_window(site, 8, lambda: site.client.request(*next(changes), headers=known))
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 4
    assert [numbers(answer)[:2] for answer in answers[:2]] == [[4, left] for left in (3, 2)]
    assert answers[5].json()["type"] == "urn:serai:problem:too-many-requests"
    # Nothing else counts against it, signing in has its own.
    for method, path in [("GET", "/api/v1/orders"), ("POST", "/api/v1/orders/7/cancel"), ("PUT", "/api/v1/cart/items/7"),
                         ("GET", "/checkout"), ("POST", "/api/v1/sessions"), ("GET", "/bank/v1/ledger")]:
        assert site.client.request(method, path, headers=known).status_code == 200, path


def test_guessing_has_a_stricter_limit_of_its_own(make_site):
    site = make_site(GUESS_LIMIT="7")
    guesses = iter(GUESSES + GUESSES)
    answers = ask_within_one_window(site, 14, lambda: site.client.request(*next(guesses)))
    assert [answer.status_code for answer in answers] == [200] * 7 + [429] * 7
    assert [numbers(answer)[:2] for answer in answers[:5]] == [[7, left] for left in (6, 5, 4, 3, 2)]
    # Everything else still works.
    assert site.client.get("/api/v1/products").status_code == 200
    assert site.client.post("/api/v1/sessions/refresh").status_code == 200
    assert site.client.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/products", "/api/v1/nowhere", "/api/v1/users/me", "/api/v1/cart", "/bank/v1/ledger"])
def test_every_api_answer_says_what_is_left(site, path):
    limit, remaining, reset = numbers(site.client.get(path))
    assert 0 < remaining < limit == 1000000 and 1 <= reset <= 60


def test_pages_do_not_say_it(site):
    assert not set(FIELDS) & set(site.client.get("/").headers)
