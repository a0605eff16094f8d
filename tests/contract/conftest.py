"""Where each service of the running site answers directly, and the token that opens it."""

import os
import pathlib
import sys

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
