"""Fixtures: the upstreams and one gateway for all tests that leave it as they found it."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import Gateway, Upstream  # noqa: E402


SERVICES = ("user", "product", "frontend", "order", "payment", "bank")


class Site:
    """A gateway and the upstreams behind it."""

    def __init__(self, folder, **settings):
        self.upstreams = {name: Upstream(name) for name in SERVICES}
        addresses = {name: each.address for name, each in self.upstreams.items()}
        self.gateway = Gateway(folder, addresses, **settings)
        self.client = self.gateway.client
        for name in self.upstreams:
            self.gateway.wait_for(name)

    def seen(self) -> list[dict]:
        """All requests that reached any upstream, in the order they came."""
        everything = [got for each in self.upstreams.values() for got in each.requests]
        return sorted(everything, key=lambda got: got["number"])

    def seen_since(self, before: int) -> list[dict]:
        return self.seen()[before:]

    def stop(self):
        for each in self.upstreams.values():
            each.release.set()
        self.gateway.stop()
        for each in self.upstreams.values():
            each.stop()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    yield site
    site.stop()


@pytest.fixture
def make_site(tmp_path):
    """Makes a site of the test's own, with settings of its own."""
    sites = []

    def make(**settings):
        sites.append(Site(tmp_path / f"site{len(sites)}", **settings))
        return sites[-1]

    yield make
    for site in sites:
        site.stop()
