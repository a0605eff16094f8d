"""A program browses, searches and keeps the catalogue."""

import secrets

import pytest
from conftest import expect_problem

TEA = {"name": "Smoked caravan tea", "description": "Black tea that travelled beside the fire.", "category": "tea",
       "price": {"amount": 1250, "currency": "EUR"}, "stock": 12}


@pytest.fixture
def category(anyone) -> str:
    return anyone.get("/api/v1/categories").json()["items"][0]["slug"]


@pytest.fixture
def tea(admin, category) -> dict:
    """A product that only this test knows."""
    answer = admin.create("/api/v1/products", TEA | {"category": category, "name": f"Tea {secrets.token_hex(4)}"})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_demo_catalogue_can_be_browsed_to_its_end(anyone):
    seen, cursor = [], None
    while True:
        answer = anyone.get("/api/v1/products", params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        seen += [item["id"] for item in answer.json()["items"]]
        if not (cursor := answer.json()["next_cursor"]):
            break
    assert len(seen) == len(set(seen)) >= 100


def test_a_search_with_a_typing_mistake_finds_the_product(anyone, admin, category):
    name = "Zanzibar clovewood lantern"
    made = admin.create("/api/v1/products", TEA | {"category": category, "name": name}).json()
    found = [item["id"] for item in anyone.get("/api/v1/products", params={"q": "zanzibr lanten"}).json()["items"]]
    assert made["id"] in found


def test_a_category_and_a_price_narrow_the_list(anyone, category):
    answer = anyone.get("/api/v1/products", params={"category": category, "max_price": 5000, "sort": "price", "limit": 50})
    items = answer.json()["items"]
    prices = [item["price"]["amount"] for item in items]
    assert items and prices == sorted(prices) and prices[-1] <= 5000
    assert {item["category"] for item in items} == {category}


def test_one_product_has_a_tag_and_is_not_sent_again_unchanged(anyone, tea):
    first = anyone.get(f"/api/v1/products/{tea['id']}")
    assert first.status_code == 200 and first.json()["name"] == tea["name"]
    again = anyone.get(f"/api/v1/products/{tea['id']}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_unknown_product_is_missing(anyone):
    expect_problem(anyone.get("/api/v1/products/01980000-0000-7000-8000-000000000000"), 404, "not-found")
    expect_problem(anyone.get("/api/v1/products/not-an-id"), 404, "not-found")


def test_a_bad_parameter_is_named(anyone):
    problem = expect_problem(anyone.get("/api/v1/products", params={"limit": 101}), 400, "invalid")
    assert [error["pointer"] for error in problem["errors"]] == ["?limit"]


def test_an_administrators_edit_names_the_version_it_changes(admin, tea):
    path = f"/api/v1/products/{tea['id']}"
    tag = admin.get(path).headers["etag"]
    changed = admin.send("PATCH", path, json={"name": "Smoked tea"}, headers={"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert admin.get(path).json()["name"] == "Smoked tea"
    expect_problem(admin.send("PATCH", path, json={"name": "Too late"}, headers={"If-Match": tag}), 412,
                   "precondition-failed")
    expect_problem(admin.send("PATCH", path, json={"name": "Blind"}), 428, "precondition-required")
    assert admin.get(path).json()["name"] == "Smoked tea"


def test_a_customer_may_not_edit_and_a_stranger_must_sign_in(anyone, customer, tea):
    path = f"/api/v1/products/{tea['id']}"
    expect_problem(customer.send("PATCH", path, json={"name": "Mine"}, headers={"If-Match": "*"}), 403, "forbidden")
    expect_problem(anyone.send("PATCH", path, json={"name": "Mine"}, headers={"If-Match": "*"}), 401, "unauthenticated")


def test_a_repeated_creation_makes_one_product(admin, category):
    key, body = secrets.token_hex(16), TEA | {"category": category, "name": f"Tea {secrets.token_hex(4)}"}
    first, again = (admin.create("/api/v1/products", body, key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    expect_problem(admin.create("/api/v1/products", body | {"stock": 99}, key), 422, "key-reused")
    expect_problem(admin.send("POST", "/api/v1/products", json=body), 400, "invalid")


def test_a_bad_body_is_refused_field_by_field(admin, category):
    body = TEA | {"category": category, "stock": -1, "price": {"amount": "many", "currency": "EUR"}, "colour": "red"}
    problem = expect_problem(admin.create("/api/v1/products", body), 400, "invalid")
    assert {"/stock", "/price/amount", "/colour"} <= {error["pointer"] for error in problem["errors"]}


def test_stock_counts_what_came_and_went(admin, tea):
    path = f"/api/v1/products/{tea['id']}"
    assert admin.create(f"{path}/stock", {"delta": 5, "reason": "delivery"}).status_code in (200, 201)
    assert admin.get(path).json()["stock"] == tea["stock"] + 5
    refused = admin.create(f"{path}/stock", {"delta": -1000, "reason": "breakage"})
    expect_problem(refused, 409, refused.json()["type"].rsplit(":", 1)[-1])
    assert admin.get(path).json()["stock"] == tea["stock"] + 5
