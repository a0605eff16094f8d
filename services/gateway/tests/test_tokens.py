"""Who calls: good tokens name the caller, every other token is nobody's."""

import base64
import hashlib
import hmac
import http.client
import json
import time

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from harness import INTERNAL_TOKEN, PUBLIC_URL, USER, base64url, claims, es256, headers_of, part, public_pem, token

NEEDS_CALLER = "/api/v1/users/me"
other_key = ec.generate_private_key(ec.SECP256R1())
other_curve = ec.generate_private_key(ec.SECP384R1())
rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def hs256(secret):
    return lambda _, message: hmac.new(secret, message, hashlib.sha256).digest()


def der(key, message):
    return key.sign(message, ec.ECDSA(hashes.SHA256()))


def es384_like(key, message):
    return other_curve.sign(message, ec.ECDSA(hashes.SHA384()))


def rs256(_, message):
    return rsa_key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def change_signature(good, change):
    head, payload, signature = good.split(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    return f"{head}.{payload}.{base64url(bytes(change(raw)))}"


def beyond_order(raw):
    """r the smallest number that is out of range."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return order.to_bytes(32, "big") + raw[32:]


def flip(raw):
    raw[10] ^= 1
    return raw


def spare_bits(good):
    """The same signature, spelled with the unused bits of its last character set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return good[:-1] + alphabet[alphabet.index(good[-1]) + 1]


def promote(good):
    head, _, signature = good.split(".")
    return f"{head}.{part(claims(roles='admin', sub=USER[:-1] + '9'))}.{signature}"


def jwk_of(key):
    numbers = key.public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": base64url(numbers.x.to_bytes(32, "big")),
        "y": base64url(numbers.y.to_bytes(32, "big")),
    }


def header(**changes):
    return lambda key: token(key, header=changes)


def payload(**changes):
    return lambda key: token(key, payload=claims(**changes))


def now():
    return int(time.time())


# Each makes a token from the good key that must be refused.
BROKEN = {
    "empty": lambda key: "",
    "one word": lambda key: "tea",
    "dots": lambda key: "..",
    "alg none, no signature": lambda key: token(key, header={"alg": "none"}, sign=lambda *_: b""),
    "alg None in capitals": lambda key: token(key, header={"alg": "NONE"}, sign=lambda *_: b""),
    "alg none, good signature": header(alg="none"),
    "alg missing": header(alg=None),
    "alg in small letters": header(alg="es256"),
    "alg a list": header(alg=["ES256"]),
    "HS256 with the public key as secret": lambda key: token(
        key, header={"alg": "HS256"}, sign=hs256(public_pem(key))
    ),
    "HS256 with the key's path as secret": lambda key: token(
        key, header={"alg": "HS256"}, sign=hs256(b"k1.pem")
    ),
    "HS256 in a signature of 64 bytes": lambda key: token(
        key, sign=lambda _, message: hs256(public_pem(key))(None, message) * 2
    ),
    "RS256": lambda key: token(key, header={"alg": "RS256"}, sign=rs256),
    "ES384": lambda key: token(key, header={"alg": "ES384"}, sign=es384_like),
    "ES512 claimed": header(alg="ES512"),
    "PS256 claimed": header(alg="PS256"),
    "another key": lambda key: token(other_key),
    "kid unknown": header(kid="k2"),
    "kid missing": header(kid=None),
    "kid empty": header(kid=""),
    "kid a number": header(kid=1),
    "kid a list": header(kid=["k1"]),
    "kid out of the folder": header(kid="../keys/k1"),
    "kid with a dot segment": header(kid="./k1"),
    "kid absolute": header(kid="/dev/null"),
    "kid with the file's ending": header(kid="k1.pem"),
    "kid with NUL": header(kid="k1\0"),
    "kid with a line end": header(kid="k1\n"),
    "kid with a space": header(kid=" k1"),
    "kid too long": header(kid="k" * 65),
    "typ missing": header(typ=None),
    "typ JWT": header(typ="JWT"),
    "typ of a refresh token": header(typ="rt+jwt"),
    "crit": header(crit=["exp"]),
    "crit spelled with an escape": lambda key: signed(
        key, b'{"alg":"ES256","typ":"at+jwt","kid":"k1","\\u0063rit":["x"]}'
    ),
    "b64 false": header(b64=False),
    "jwk embedded, signed by it": lambda key: token(other_key, header={"jwk": jwk_of(other_key)}),
    "jku and x5u elsewhere": lambda key: token(
        other_key, header={"jku": "https://evil.example/k", "x5u": "https://evil.example/x"}
    ),
    "exp missing": payload(exp=None),
    "exp past": lambda key: token(key, payload=claims(exp=now() - 1)),
    "exp this second": lambda key: token(key, payload=claims(exp=now())),
    "exp zero": payload(exp=0),
    "exp negative": payload(exp=-1),
    "exp a string": lambda key: token(key, payload=claims(exp=str(now() + 600))),
    "exp a fraction": lambda key: token(key, payload=claims(exp=now() + 600.5)),
    "exp true": payload(exp=True),
    "exp a list": lambda key: token(key, payload=claims(exp=[now() + 600])),
    "exp beyond all numbers": payload(exp=10**30),
    "nbf in the future": lambda key: token(key, payload=claims(nbf=now() + 300)),
    "nbf a string": payload(nbf="tomorrow"),
    "iat in the future": lambda key: token(key, payload=claims(iat=now() + 300)),
    "iss missing": payload(iss=None),
    "iss another": payload(iss="https://evil.example"),
    "iss with more behind it": payload(iss=PUBLIC_URL + "/"),
    "aud missing": payload(aud=None),
    "aud another": payload(aud="bank"),
    "aud a list": payload(aud=["serai"]),
    "aud in capitals": payload(aud="SERAI"),
    "sub missing": payload(sub=None),
    "sub no UUID": payload(sub="ada"),
    "sub with a line behind it": payload(sub=USER + "\nX-User-Roles: admin"),
    "sub a number": payload(sub=7),
    "roles a list": payload(roles=["admin"]),
    "roles with a line behind them": payload(roles="customer\r\nX-User-Id: root"),
    "no JSON inside": lambda key: signed(key, None, b"tea"),
    "payload empty": lambda key: signed(key, None, b""),
    "claims changed": lambda key: promote(token(key)),
    "signature flipped": lambda key: change_signature(token(key), flip),
    "signature zero": lambda key: change_signature(token(key), lambda raw: bytes(64)),
    "r zero": lambda key: change_signature(token(key), lambda raw: bytes(32) + raw[32:]),
    "s zero": lambda key: change_signature(token(key), lambda raw: raw[:32] + bytes(32)),
    "r the order of the curve": lambda key: change_signature(token(key), beyond_order),
    "r and s as large as can be": lambda key: change_signature(token(key), lambda raw: b"\xff" * 64),
    "signature empty": lambda key: token(key).rsplit(".", 1)[0] + ".",
    "signature missing": lambda key: token(key).rsplit(".", 1)[0],
    "signature in DER": lambda key: token(key, sign=der),
    "signature with zeros behind": lambda key: change_signature(token(key), lambda raw: raw + b"\0\0"),
    "signature with spare bits": lambda key: spare_bits(token(key)),
    "signature padded": lambda key: token(key) + "==",
    "truncated": lambda key: token(key)[:-1],
    "a fourth part": lambda key: token(key) + ".e30",
    "a first part more": lambda key: "." + token(key),
    "plus and slash": lambda key: token(key)[:-2] + "+/",
    "a tab in it": lambda key: token(key).replace(".", ".\t", 1),
    "a blank in it": lambda key: token(key).replace(".", ". ", 1),
    "twice with a comma": lambda key: token(key) + "," + token(key),
    "huge": lambda key: token(key, payload=claims(fat="x" * 8000)),
}


def signed(key, head=None, body=None):
    head = head if head is not None else b'{"alg":"ES256","typ":"at+jwt","kid":"k1"}'
    message = part(head) + "." + part(body if body is not None else json.dumps(claims()).encode())
    return message + "." + base64url(es256(key, message.encode()))


def assert_refused(answer):
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == 'Bearer realm="serai", error="invalid_token"'
    assert answer.json()["type"] == "urn:serai:problem:unauthenticated"


def test_a_good_token_names_the_caller(site):
    good = claims()
    answer = site.client.get(
        NEEDS_CALLER, headers={"Authorization": "Bearer " + site.gateway.token(payload=good)}
    )
    assert answer.status_code == 200
    got = answer.json()
    assert (got["name"], got["path"]) == ("user", "/v1/users/me")
    assert headers_of(got, "x-user-id") == [USER]
    assert headers_of(got, "x-user-roles") == ["customer admin"]
    assert headers_of(got, "x-user-token-id") == [good["jti"]]
    assert headers_of(got, "x-internal-token") == [INTERNAL_TOKEN]


@pytest.mark.parametrize("changes", [{"roles": None}, {"roles": ""}], ids=["none", "empty"])
def test_a_caller_may_have_no_roles(site, changes):
    answer = site.client.get(NEEDS_CALLER, headers=site.gateway.bearer(payload=claims(**changes)))
    assert answer.status_code == 200
    assert headers_of(answer.json(), "x-user-id") == [USER]
    assert "".join(headers_of(answer.json(), "x-user-roles")) in ("", "-")


def test_clocks_may_differ_by_some_seconds(site):
    early = claims(iat=now() + 20, nbf=now() + 20)
    assert site.client.get(NEEDS_CALLER, headers=site.gateway.bearer(payload=early)).status_code == 200


def test_the_cookie_is_as_good_as_the_header(site):
    answer = site.client.get(NEEDS_CALLER, headers={"Cookie": f"a=b; __Host-access={site.gateway.token()}"})
    assert answer.status_code == 200
    assert headers_of(answer.json(), "x-user-id") == [USER]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_token_is_401(site, name):
    broken = BROKEN[name](site.gateway.key)
    before = len(site.seen())
    assert_refused(site.client.get(NEEDS_CALLER, headers={"Authorization": f"Bearer {broken}".strip()}))
    assert len(site.seen()) == before


# An empty cookie offers no token, and a blank, tab or comma ends the value of a cookie.
NOT_IN_COOKIES = {"empty", "a blank in it", "a tab in it", "twice with a comma"}


@pytest.mark.parametrize("name", [name for name in BROKEN if name not in NOT_IN_COOKIES])
def test_a_broken_token_in_the_cookie_is_401(site, name):
    broken = BROKEN[name](site.gateway.key)
    assert_refused(site.client.get(NEEDS_CALLER, headers={"Cookie": f"__Host-access={broken}"}))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_token_is_dropped_where_a_caller_is_optional(site, name):
    broken = BROKEN[name](site.gateway.key)
    answer = site.client.get("/api/v1/products", headers={"Authorization": f"Bearer {broken}".strip()})
    assert answer.status_code == 200
    assert not headers_of(answer.json(), "x-user-id")
    assert not headers_of(answer.json(), "x-user-roles")
    assert not headers_of(answer.json(), "authorization")


@pytest.mark.parametrize("scheme", ["", "Basic ", "Token ", "Bearer  ", "Bearer\t", "Bearer Bearer ", "DPoP "])
def test_only_the_bearer_scheme_counts(site, scheme):
    assert_refused(
        site.client.get(NEEDS_CALLER, headers={"Authorization": scheme + site.gateway.token()})
    )


def test_two_authorization_headers_are_none(site):
    good = ("Authorization", "Bearer " + site.gateway.token())
    assert_refused(site.client.get(NEEDS_CALLER, headers=[good, good]))


def test_two_access_cookies_are_none(site):
    pair = f"__Host-access={site.gateway.token()}"
    assert_refused(site.client.get(NEEDS_CALLER, headers={"Cookie": f"{pair}; {pair}"}))


def test_a_broken_header_is_not_mended_by_a_good_cookie(site):
    headers = {"Authorization": "Bearer tea", "Cookie": f"__Host-access={site.gateway.token()}"}
    assert_refused(site.client.get(NEEDS_CALLER, headers=headers))


def test_a_token_in_the_query_is_nobodys(site):
    answer = site.client.get(NEEDS_CALLER, params={"access_token": site.gateway.token()})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="serai"'


def test_a_cookie_of_another_name_is_nobodys(site):
    for name in ("access", "__host-access", "__Host-access2", "x__Host-access"):
        headers = {"Cookie": f"{name}={site.gateway.token()}"}
        assert site.client.get(NEEDS_CALLER, headers=headers).status_code == 401


@pytest.mark.parametrize("origin, status", [("same-origin", 200), ("same-site", 401), ("cross-site", 401)])
def test_another_sites_page_cannot_change_things_by_cookie(site, origin, status):
    cookie = {"Cookie": f"__Host-access={site.gateway.token()}", "Sec-Fetch-Site": origin}
    assert site.client.patch(NEEDS_CALLER, json={}, headers=cookie).status_code == status
    assert site.client.get(NEEDS_CALLER, headers=cookie).status_code == 200


def test_a_broken_token_costs_nobody_a_connection(make_site):
    gateway = make_site(THREADS="1").gateway
    request = "GET {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n"

    def ask(connection, path, bearer):
        connection.sendall(request.format(path, bearer).encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()
        return answer.status

    # On one thread, an error that one connection leaves behind meets the other, which waits idle.
    with gateway.connect() as broken, gateway.connect() as bystander:
        for name, make in BROKEN.items():
            assert ask(broken, NEEDS_CALLER, make(gateway.key)) == 401, name
            assert ask(bystander, NEEDS_CALLER, gateway.token()) == 200, name


def test_there_are_enough_broken_tokens():
    assert len(BROKEN) >= 25
