"""A place for a site of its own, beside whatever else runs on this machine."""

import os
import pathlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from . import postgres, site
from .settings import ROOT, listed_ports, port_variable


@contextmanager
def place() -> Iterator[pathlib.Path]:
    """Free ports and an empty folder for data, which site.up() uses then. Afterwards the site and its data are gone; what
    the programs logged is in build/test-results/site-logs."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="serai-site-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
    os.environ["SERAI_DATA"] = str(folder)
    for name, number in zip(listed_ports(), postgres.free_ports(len(listed_ports()))):
        os.environ[port_variable(name)] = str(number)
    try:
        yield folder
    finally:
        keep_logs(folder)
        site.down()
        site.remove_data()


def demo_settings(folder: pathlib.Path) -> dict[str, str]:
    """What scripts need to use the site: data/demo.env."""
    return dict(line.split("=", 1) for line in (folder / "demo.env").read_text().splitlines())


def keep_logs(folder: pathlib.Path) -> None:
    """What the programs logged is worth more than the rest when a test failed."""
    kept = ROOT / "build" / "test-results" / "site-logs"
    kept.mkdir(parents=True, exist_ok=True)
    for log in (folder / "logs").glob("*.log"):
        (kept / log.name).write_bytes(log.read_bytes())
