"""The databases of the site that `make run` started."""

import os
import shutil
import subprocess
import time
from typing import BinaryIO

from local import postgres, process, site
from local.settings import Trouble, calls, has_database, services

SEEN_WITHIN_S = 30


class Native:
    audit = "make audit"

    def services(self) -> list[str]:
        """Those that have a database, the called before their callers."""
        record = process.record_of("postgres")
        if not record or not record.alive():
            raise Trouble("no database is running here: `make run` starts the site. Of a cluster: CONTEXT=<its name>")
        return [service for service in services() if has_database(service)]

    def client(self, service: str, program: str, *words: str, stdin: BinaryIO | int = subprocess.DEVNULL,
               stdout: BinaryIO | int = subprocess.PIPE, text: str | None = None) -> subprocess.CompletedProcess:
        """Runs a program of PostgreSQL as the superuser, where the service's database is."""
        given = {"input": text.encode()} if text is not None else {"stdin": stdin}
        return subprocess.run([str(postgres.binaries() / program), *words], stdout=stdout, stderr=subprocess.PIPE, cwd="/",
                              env=os.environ | site.database_server().environment(), **given)

    def stop(self, names: list[str]) -> list[str]:
        """Stops these services and returns those that ran."""
        running = [record.name for record in process.records() if record.name in names and record.alive()]
        return site.down(running) if running else []

    def start(self, stopped: list[str]) -> None:
        """Returns once they are ready and the gateway has seen it."""
        with site.locked():
            site.start_all([site.service_program(name) for name in services() if name in stopped])
        gateway, end = process.record_of("gateway"), time.monotonic() + SEEN_WITHIN_S
        while gateway and gateway.alive() and not site.gateway_sees(set(stopped) & set(calls()["gateway"])):
            if time.monotonic() > end:
                raise Trouble(f"the gateway does not see that {', '.join(stopped)} can be asked; its log is in data/logs")
            time.sleep(0.05)

    def forget_messages(self) -> str:
        """Empties NATS. Returns what is left for a person to do: nothing."""
        server = site.nats_server()
        if any(record.name == "nats" for record in process.records()):
            site.down(["nats"])
            shutil.rmtree(server.folder)
            with site.locked():
                site.start_all([server.program()])
        return ""
