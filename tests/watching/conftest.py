"""A running site with its Prometheus, made by tools/with_site, under a load that touches everything it counts."""

import os
import pathlib
import sys
import threading
from collections.abc import Iterator

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]
from load import Load  # noqa: E402
from prometheus import Prometheus  # noqa: E402


@pytest.fixture(scope="session")
def settings() -> dict[str, str]:
    missing = [name for name in ("BASE", "CA", "CUSTOMER", "ADMIN", "PROMETHEUS") if name not in os.environ]
    assert not missing, f"{missing} not set: run these tests by `make test SUITES=watching`"
    return dict(os.environ)


@pytest.fixture(scope="session")
def prometheus(settings) -> Iterator[Prometheus]:
    """Prometheus, while people shop."""
    load, ended = Load(settings), threading.Event()
    load.once()  # what goes wrong here fails the tests with its reason
    shopping = threading.Thread(target=load.until, args=(ended,))
    shopping.start()
    try:
        yield Prometheus(settings["PROMETHEUS"])
    finally:
        ended.set()
        shopping.join()
