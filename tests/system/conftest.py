"""One running site for all tests of this folder, made by tools/with_site, and a program's view of it."""

import os
import pathlib
import secrets
import ssl
import subprocess
import time
from collections.abc import Callable

import httpx
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Api:
    """A program at the public address, perhaps signed in."""

    def __init__(self, base: str, certificate: str):
        self.http = httpx.Client(base_url=base, verify=ssl.create_default_context(cafile=certificate), timeout=10)

    def sign_in(self, account: str) -> "Api":
        """`account` is email:password."""
        email, password = account.split(":", 1)
        answer = self.http.post("/api/v1/sessions", json={"email": email, "password": password})
        assert answer.status_code == 201, answer.text
        self.session = answer.json()
        self.http.headers["Authorization"] = f"Bearer {self.session['access_token']}"
        return self

    def get(self, path: str, **more) -> httpx.Response:
        return self.http.get(path, **more)

    def send(self, method: str, path: str, **more) -> httpx.Response:
        return self.http.request(method, path, **more)

    def create(self, path: str, body: dict, key: str | None = None) -> httpx.Response:
        """A POST that creates once, under an Idempotency-Key."""
        return self.http.post(path, json=body, headers={"Idempotency-Key": key or secrets.token_hex(16)})


def expect_problem(answer: httpx.Response, status: int, slug: str) -> dict:
    """The answer is an RFC 9457 problem document of this kind; returns it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].split(";")[0] == "application/problem+json", answer.headers
    problem = answer.json()
    assert problem["type"] == f"urn:serai:problem:{slug}"
    assert problem["status"] == status
    assert problem["title"] and problem["detail"]
    assert len(problem["trace_id"]) == 32 and int(problem["trace_id"], 16)
    return problem


def wait_until(condition: Callable[[], object], what: str, limit_s: float = 20):
    """Returns the condition's first true value; fails naming what was awaited."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come true within {limit_s:.0f} s")


def tool(*words: str, **environment: str) -> subprocess.CompletedProcess:
    """Runs one of tools/ as a person would, on the site named by SERAI_DATA."""
    return subprocess.run([ROOT / "tools" / words[0], *words[1:]], env=os.environ | environment, text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=120)


@pytest.fixture(scope="session")
def settings() -> dict[str, str]:
    missing = [name for name in ("BASE", "CA", "CUSTOMER", "ADMIN", "PROMETHEUS") if name not in os.environ]
    assert not missing, f"{missing} not set: run these tests by `make test SUITES=system`"
    return dict(os.environ)


@pytest.fixture
def anyone(settings) -> Api:
    return Api(settings["BASE"], settings["CA"])


@pytest.fixture(scope="session")
def customer(settings) -> Api:
    return Api(settings["BASE"], settings["CA"]).sign_in(settings["CUSTOMER"])


@pytest.fixture(scope="session")
def admin(settings) -> Api:
    return Api(settings["BASE"], settings["CA"]).sign_in(settings["ADMIN"])


@pytest.fixture
def newcomer() -> dict[str, str]:
    """Somebody who has no account yet."""
    return {"email": f"{secrets.token_hex(6)}@example.com", "password": secrets.token_urlsafe(16), "name": "Ibn Battuta"}
