"""Where requests go and whom they need."""

import ssl

import pytest
from harness import GATEWAY, headers_of

SERVICES = {
    "/": ("frontend", "/"),
    "/shop": ("frontend", "/shop"),
    "/@ada": ("frontend", "/@ada"),
    "/apis": ("frontend", "/apis"),
    "/.well-known/jwks.json": ("user", "/.well-known/jwks.json"),
    "/.well-known/openid-configuration": ("user", "/.well-known/openid-configuration"),
    "/.well-known/security.txt": ("frontend", "/.well-known/security.txt"),
    "/api/v1/users": ("user", "/v1/users"),
    "/api/v1/users/me": ("user", "/v1/users/me"),
    "/api/v1/sessions/current": ("user", "/v1/sessions/current"),
    "/api/v1/erasures/7": ("user", "/v1/erasures/7"),
    "/api/v1/password-resets": ("user", "/v1/password-resets"),
    "/api/v1/verifications/x": ("user", "/v1/verifications/x"),
    "/api/v1/products": ("product", "/v1/products"),
    "/api/v1/products/": ("product", "/v1/products/"),
    "/api/v1/products/7?a=/../b": ("product", "/v1/products/7?a=/../b"),
    "/api/v1/categories": ("product", "/v1/categories"),
    "/api/v1/cart": ("order", "/v1/cart"),
    "/api/v1/cart/items/7": ("order", "/v1/cart/items/7"),
    "/api/v1/orders": ("order", "/v1/orders"),
    "/api/v1/orders/7/cancel": ("order", "/v1/orders/7/cancel"),
    "/api/v1/payments": ("payment", "/v1/payments"),
    "/api/v1/payments/card-form": ("payment", "/v1/payments/card-form"),
    "/api/v1/payments/7/record": ("payment", "/v1/payments/7/record"),
    "/bank/v1/tokens": ("bank", "/v1/tokens"),
    "/bank/v1/ledger?limit=5": ("bank", "/v1/ledger?limit=5"),
    "/bank/v1/faults": ("bank", "/v1/faults"),
    "/cart": ("frontend", "/cart"),
    "/checkout": ("frontend", "/checkout"),
    "/orders/7": ("frontend", "/orders/7"),
    "/admin/stock": ("frontend", "/admin/stock"),
    "/banks": ("frontend", "/banks"),
    "/bank.html": ("frontend", "/bank.html"),
}

REQUIRED = [
    ("GET", "/api/v1/users/me"),
    ("PATCH", "/api/v1/users/me"),
    ("DELETE", "/api/v1/users/me"),
    ("GET", "/api/v1/users"),
    ("DELETE", "/api/v1/sessions"),
    ("DELETE", "/api/v1/sessions/current"),
    ("GET", "/api/v1/sessions"),
    ("DELETE", "/api/v1/erasures/7"),
    ("POST", "/api/v1/products"),
    ("PUT", "/api/v1/products/7"),
    ("PATCH", "/api/v1/products/7"),
    ("DELETE", "/api/v1/products/7"),
    ("POST", "/api/v1/products/7/stock"),
    ("POST", "/api/v1/users/me"),
    ("POST", "/api/v1/sessions/current"),
    ("POST", "/api/v1/orders"),
    ("GET", "/api/v1/orders"),
    ("GET", "/api/v1/orders/7"),
    ("POST", "/api/v1/orders/7/cancel"),
    ("GET", "/api/v1/payments"),
    ("GET", "/api/v1/payments/7/record"),
    ("GET", "/api/v1/payments/card-form/7"),
    ("POST", "/api/v1/payments/card-form"),
    ("GET", "/bank/v1/ledger"),
    ("GET", "/bank/v1/faults"),
    ("PUT", "/bank/v1/faults"),
    ("GET", "/bank/v1/tokens"),
]
OPTIONAL = [
    ("GET", "/api/v1/products"),
    ("HEAD", "/api/v1/products/7"),
    ("GET", "/api/v1/categories"),
    ("GET", "/api/v1/cart"),
    ("PUT", "/api/v1/cart/items/7"),
    ("DELETE", "/api/v1/cart/items/7"),
    ("DELETE", "/api/v1/cart"),
    ("POST", "/api/v1/cart/merge"),
    ("GET", "/"),
    ("POST", "/signin"),
    ("POST", "/checkout"),
]
NONE = [
    ("POST", "/api/v1/users"),
    ("POST", "/api/v1/sessions"),
    ("POST", "/api/v1/sessions/refresh"),
    ("POST", "/api/v1/password-resets"),
    ("PUT", "/api/v1/password-resets/x"),
    ("PUT", "/api/v1/verifications/x"),
    ("GET", "/api/v1/erasures/7"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/api/v1/payments/card-form"),
    ("POST", "/bank/v1/tokens"),
]

NEVER = [
    "/internal",
    "/internal/",
    "/internal/products",
    "/internal?ids=1",
    "/Internal/books",
    "/%69nternal/books",
    "/metrics",
    "/METRICS",
    "/metric%73",
    "/health",
    "/ready",
    "/ready/",
    "/api",
    "/api/",
    "/api/internal",
    "/api/internal/products",
    "/api/v1/internal/books",
    "/api/v1/usersmetrics",
    "/api/v1/bank",
    "/api/v1/tokens",
    "/api/v1/charges",
    "/api/v1/faults",
    "/api/v1/ledger",
    "/api/bank/v1/tokens",
    "/api/v1/ordersinternal",
    "/bank",
    "/bank/",
    "/bank/v1",
    "/bank/v1/charges",
    "/bank/v1/charges?reference=7",
    "/bank/v1/charges/7/refunds",
    "/bank/v1/tokens/7",
    "/bank/v1/tokens/../charges",
    "/bank/v1/tokens/%2e%2e/charges",
    "/bank/v1/ledger/7",
    "/bank/internal/books",
    "/bank/metrics",
    "/bank/ready",
    "/bank/api/v1/orders",
    "/api/metrics",
    "/api/health",
    "/api/ready",
    "/api/v1",
    "/api/v2/users",
    "/api/v1/nowhere",
    "/api/v1/products/../../internal/products",
    "/api/v1/products/%2e%2e/%2e%2e/internal/products",
    "/api/v1/products/.%2E/internal",
    "/api/v1/products/..%2f..%2finternal",
    "/api/v1/products/..%5c..%5cinternal",
    "/api/v1/products/..\\..\\internal",
    "/api/v1/products/..;/internal",
    "/api/v1/products/%252e%252e/internal",
    "/api/v1/products%00/../internal",
    "/api/v1/products/.",
    "/api/v1/products/..",
    "/api/../internal",
    "/api//internal",
    "/api/v1/products//internal",
    "//internal",
    "/./internal",
    "/x/../internal",
    "/x/..",
    "/%2finternal",
    "/%5cinternal",
    "/internal%00",
    "/internal%2fbooks",
    "/internal;x=1",
    "/internal|",
    "/inter\tnal",
    "/%2569nternal",
    "/%zz",
    "/%",
    "http://localhost/internal/books",
    "http://localhost/x/../metrics",
    "internal",
    "*",
]


def ask(site, method, target, headers=()):
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", "Content-Length: 0"]
    lines += [f"{name}: {value}" for name, value in dict(headers).items()]
    return site.gateway.raw(("\r\n".join(lines) + "\r\n\r\n").encode())


@pytest.mark.parametrize("target", SERVICES)
def test_a_prefix_has_a_service(site, target):
    got = site.client.get(target, headers=site.gateway.bearer()).json()
    assert (got["name"], got["path"]) == SERVICES[target]


@pytest.mark.parametrize("target", NEVER)
def test_what_is_inside_stays_inside(site, target):
    before = len(site.seen())
    status = ask(site, "GET", target, site.gateway.bearer()).split(b" ", 2)[1]
    assert status in (b"400", b"404")
    assert len(site.seen()) == before


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/bank/v1/nowhere"])
def test_an_unknown_api_is_a_problem_document(site, path):
    answer = site.client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:serai:problem:not-found"


@pytest.mark.parametrize("method, path", REQUIRED)
def test_a_caller_is_required(site, method, path):
    answer = site.client.request(method, path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="serai"'
    assert site.client.request(method, path, headers=site.gateway.bearer()).status_code == 200


@pytest.mark.parametrize("method, path", OPTIONAL)
def test_a_caller_is_optional(site, method, path):
    before = len(site.seen())
    assert site.client.request(method, path).status_code == 200
    assert site.client.request(method, path, headers={"Cookie": "__Host-access=x.y.z"}).status_code == 200
    assert site.client.request(method, path, headers=site.gateway.bearer()).status_code == 200
    anonymous, broken, known = site.seen_since(before)
    assert not headers_of(anonymous, "x-user-id") and not headers_of(broken, "x-user-id")
    assert headers_of(known, "x-user-id")


@pytest.mark.parametrize("method, path", NONE)
def test_no_caller_is_needed(site, method, path):
    assert site.client.request(method, path).status_code == 200
    assert site.client.request(method, path, headers={"Authorization": "Bearer x.y.z"}).status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "TEA", "get"])
def test_only_plain_methods_are_offered(site, method):
    before = len(site.seen())
    answer = ask(site, method, "/shop")
    assert answer.startswith(b"HTTP/1.1 405 ") or (method == "CONNECT" and answer.startswith(b"HTTP/1.1 400 "))
    assert len(site.seen()) == before
    if b" 405 " in answer.split(b"\r\n")[0]:
        assert b"allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" in answer


@pytest.mark.parametrize("version, works", [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
def test_tls_is_1_2_or_newer(site, version, works):
    context = ssl.create_default_context(cafile=site.gateway.folder / "tls.crt")
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion[version]
    if works:
        with site.gateway.connect(context) as connection:
            assert connection.version() == version.replace("_", ".")
    else:
        with pytest.raises(ssl.SSLError):
            site.gateway.connect(context)


def test_the_maps_end_prefixes_with_a_slash():
    for name in ("routes.map", "classes.map", "limits.map", "secret-paths.map", "programs.map"):
        for line in (GATEWAY / name).read_text().splitlines():
            if line and not line.startswith("#"):
                assert line.split()[0].endswith(("/", "/|")), f"{name}: {line}"
