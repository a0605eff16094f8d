"""Where databases are that can be copied: on this machine, or on a cluster. What tools/backup and tools/restore share."""

import argparse
import pathlib
import re
import subprocess

from local.settings import Trouble

from .cluster import Cluster
from .native import Native


def place_options() -> argparse.ArgumentParser:
    """The options that say where the databases are."""
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--context", default="", help="the cluster, as kubectl names it; without it, the site that "
                                                       "`make run` started")
    options.add_argument("--namespace", default="serai", help="where the site is in the cluster (serai)")
    return options


def place(options: argparse.Namespace) -> Native | Cluster:
    return Cluster(options.context, options.namespace) if options.context else Native()


def checked(where: Native | Cluster, service: str, file: pathlib.Path) -> int:
    """Reads the whole backup as a restore would, and returns of how many tables it holds the rows. Trouble when it is
    cut short or damaged, or is another service's."""
    with file.open("rb") as archive:
        read = where.client(service, "pg_restore", "--file=/dev/null", stdin=archive)
    if read.returncode:
        raise Trouble(f"{file} is no whole backup: {read.stderr.decode().strip()}")
    with file.open("rb") as archive:
        listed = where.client(service, "pg_restore", "--list", stdin=archive).stdout.decode()
    found = re.search(r"^;\s+dbname: (\S+)", listed, re.MULTILINE)
    if not found or found[1] != service:
        raise Trouble(f"{file} is a backup of {found[1] if found else 'something else'}, not of {service}")
    return len(re.findall(r" TABLE DATA ", listed))


def refused(done: subprocess.CompletedProcess) -> str:
    """What a program of PostgreSQL said when it failed."""
    return done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
