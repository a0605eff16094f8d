"""Bodies and messages that no service should have to understand."""

import contextlib
import http.client
import json
import ssl

import httpx
import pytest

SMUGGLED = "GET /internal/books HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD = "POST /shop HTTP/1.1\r\nHost: localhost\r\n"


def status_of(answer: bytes) -> str:
    return answer.split(b" ", 2)[1].decode() if answer else "closed"


def problem_of(answer: bytes) -> dict:
    return json.loads(answer.split(b"\r\n\r\n", 1)[1])


def test_a_body_with_a_length_passes(site):
    assert site.client.post("/shop", content=b"tea").json()["body"] == "tea"


@pytest.mark.parametrize("size, status", [(131072, 200), (131073, 413)])
def test_a_body_has_at_most_128_kib(site, size, status):
    answer = site.client.post("/shop", content=b"x" * size)
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["type"] == "urn:serai:problem:too-large"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("length", ["", "Content-Length: 0\r\n"])
def test_no_body_needs_no_length(site, method, length):
    request = f"{method} /shop HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{length}\r\n"
    assert status_of(site.gateway.raw(request.encode())) == "200"


@pytest.mark.parametrize("path", ["/shop", "/api/v1/products"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_chunked_upload_is_411(site, method, path):
    before = len(site.seen())
    answer = site.client.request(method, path, content=iter([b"tea"]), headers=site.gateway.bearer())
    assert answer.status_code == 411
    assert answer.json()["type"] == "urn:serai:problem:length-required"
    assert len(site.seen()) == before


def test_a_chunked_upload_of_nothing_is_411(site):
    answer = site.gateway.raw((HEAD + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").encode())
    assert status_of(answer) == "411"


def test_a_body_without_length_is_411_over_http2(site):
    with httpx.Client(http2=True, verify=site.gateway.trust) as client:
        answer = client.post(site.gateway.url + "/shop", content=iter([b"tea", b"time"]))
        assert (answer.http_version, answer.status_code) == ("HTTP/2", 411)
        assert client.post(site.gateway.url + "/shop").status_code == 200
        assert client.post(site.gateway.url + "/shop", content=b"tea").json()["body"] == "tea"


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: identity\r\n\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Content-Length: 4\r\nTransfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 4\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 4\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 61\r\n\r\n",
        "Content-Length: 0, 61\r\n\r\n",
        "Content-Length: +0\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: 0x0\r\n\r\n",
        "Content-Length: \r\n\r\n",
        "Content-Length : 0\r\n\r\n",
        "Content-Length: 0\0\r\n\r\n",
        "Content-Length: 99999999999999999999999\r\n\r\n",
    ],
)
def test_a_message_has_one_end_for_all(site, framing):
    before = len(site.seen())
    answer = site.gateway.raw((HEAD + framing + SMUGGLED).encode())
    assert status_of(answer) in ("400", "411", "413", "422", "501")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert len(site.seen()) == before


@pytest.mark.parametrize(
    "line",
    [
        "X-Tea: a\0b",
        "X-Tea: a\x01b",
        "X-Tea: a\x7fb",
        "X Tea: a",
        "X-Tea : a",
        ": a",
        "no colon",
        "Host: other",
        "X-Tea: a\r\n folded",
    ],
)
def test_odd_header_lines_go_no_further(site, line):
    before = len(site.seen())
    request = f"GET /shop HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{line}\r\n\r\n"
    answer = site.gateway.raw(request.encode())
    if "folded" in line:  # unfolding it is as good as refusing it
        assert status_of(answer) in ("200", "400")
        assert all("\n" not in value for got in site.seen_since(before) for _, value in got["headers"])
    else:
        assert status_of(answer) == "400"
        assert len(site.seen()) == before


@pytest.mark.parametrize("host", [None, "", "a b", "a/b", "a@b", "a,b", "x" * 256])
def test_a_request_has_one_sane_host(site, host):
    line = "" if host is None else f"Host: {host}\r\n"
    answer = site.gateway.raw(f"GET /shop HTTP/1.1\r\n{line}Connection: close\r\n\r\n".encode())
    assert status_of(answer) == "400"


def test_a_pipelined_request_is_judged_on_its_own(site):
    before = len(site.seen())
    first = "POST /shop HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\ntea"
    last = "GET /shop HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = site.gateway.raw((first + SMUGGLED + last).encode())
    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"404", b"200"]
    assert [(got["method"], got["path"]) for got in site.seen_since(before)] == [
        ("POST", "/shop"),
        ("GET", "/shop"),
    ]


def test_an_upgrade_does_not_open_a_tunnel(site):
    for protocol in ("h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAA", "websocket\r\nSec-WebSocket-Key: dGVhIGFuZCBtb3JlIHRlYQ=="):
        request = (
            "GET /shop HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            f"Sec-WebSocket-Version: 13\r\nUpgrade: {protocol}\r\n\r\n"
        )
        before = len(site.seen())
        with site.gateway.connect() as connection:
            connection.sendall(request.encode())
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert answer.status == 200
        assert not [name for name, _ in site.seen_since(before)[0]["headers"] if name in ("upgrade", "te")]


@pytest.mark.parametrize("size, status", [(11000, "200"), (13000, "431"), (29000, "431"), (34000, "400")])
def test_header_fields_have_12_kib(site, size, status):
    filler = "".join(f"X-Tea-{number}: {'x' * 980}\r\n" for number in range(size // 1000))
    answer = site.gateway.raw(
        f"GET /api/v1/products HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{filler}\r\n".encode()
    )
    assert status_of(answer) == status
    if status == "431":
        assert problem_of(answer)["type"] == "urn:serai:problem:headers-too-large"


def test_too_many_header_fields_are_refused(site):
    filler = "".join(f"X-Tea-{number}: 1\r\n" for number in range(200))
    answer = site.gateway.raw(
        f"GET /shop HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{filler}\r\n".encode()
    )
    assert status_of(answer) == "400"


def test_a_message_that_is_no_http_is_refused(site):
    for rubbish in (b"\x16\x03\x01 tea", b"GET\r\n\r\n", b"GET /shop\r\n\r\n", b"\r\n\r\n\r\ntea\r\n\r\n"):
        with contextlib.suppress(ssl.SSLError):
            assert status_of(site.gateway.raw(rubbish)) in ("400", "closed")


@pytest.mark.parametrize("size, status", [(3000, 200), (3100, 431)])
def test_an_address_has_3_kib(site, size, status):
    assert site.client.get("/shop?q=" + "x" * size).status_code == status
