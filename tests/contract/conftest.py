"""Where each service of the running site answers directly, and the token that opens it."""

import base64
import json
import os
import pathlib
import secrets
import ssl
import sys
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from local import settings  # noqa: E402


@pytest.fixture(scope="session")
def token() -> str:
    assert "SERAI_DATA" in os.environ, "no site: run these tests by `make test SUITES=contract`"
    return (settings.data_folder() / "secrets/internal-token").read_text().strip()


@pytest.fixture(scope="session")
def address():
    return lambda service: f"http://127.0.0.1:{settings.port(service)}"


@pytest.fixture
def identities() -> dict[str, dict[str, str]]:
    """The headers that say who calls, as the gateway sets them: nobody, and somebody new with every right."""
    account = {"email": f"{secrets.token_hex(6)}@example.com", "password": secrets.token_urlsafe(16), "name": "Schema"}
    post("/api/v1/users", account)
    token = post("/api/v1/sessions", {name: account[name] for name in ("email", "password")})["access_token"]
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return {"nobody": {}, "administrator": {"X-User-Id": claims["sub"], "X-User-Roles": "admin",
                                            "X-User-Token-Id": claims["jti"]}}


def post(path: str, body: dict) -> dict:
    request = urllib.request.Request(os.environ["BASE"] + path, json.dumps(body).encode(),
                                     {"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=10, context=ssl.create_default_context(cafile=os.environ["CA"])) as answer:
        return json.load(answer)
