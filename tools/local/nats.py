"""A private NATS server with JetStream: its own folder, its own port on 127.0.0.1, closed to who has no password."""

import dataclasses
import json
import pathlib
import shutil
import socket

from . import keys
from .process import Program

USER = "serai"
STORE_MAX = "1GB"  # without a word it would take three quarters of the disk


@dataclasses.dataclass(frozen=True)
class Server:
    folder: pathlib.Path
    port: int
    password: str

    def url(self) -> str:
        return f"nats://{USER}:{self.password}@127.0.0.1:{self.port}"

    def configuration(self) -> pathlib.Path:
        """Writes the server's configuration, which holds the password, for its owner alone."""
        path = keys.private_folder(self.folder) / "nats.conf"
        text = (f"server_name: serai\nlisten: 127.0.0.1:{self.port}\n"
                f"jetstream {{ store_dir: {json.dumps(str(self.folder))}, max_file_store: {STORE_MAX} }}\n"
                f"authorization {{ user: {USER}, password: {json.dumps(self.password)} }}\n")
        if not path.exists() or path.read_text() != text:
            keys.write_private(path, text)
        return path

    def program(self) -> Program:
        configuration = self.configuration()
        return Program("nats", [shutil.which("nats-server") or "/usr/sbin/nats-server", "--config", str(configuration)],
                       ports=[self.port], ready=self.ready, files=[configuration])

    def ready(self) -> bool:
        """Whether it greets a client and says that it keeps streams."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                word, _, told = connection.makefile().readline().partition(" ")
        except OSError:
            return False
        return word == "INFO" and bool(json.loads(told).get("jetstream"))
