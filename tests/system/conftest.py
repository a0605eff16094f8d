"""One running site for all tests of this folder, made by tools/with_site, and a program's view of it."""

import os
import pathlib
import secrets
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from program import ROOT, Api, expect_problem, tool, wait_until  # noqa: E402, F401


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
