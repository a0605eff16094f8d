"""What the tests stand on: the real gateway on free loopback ports before small real HTTP servers."""

from __future__ import annotations

import base64
import contextlib
import datetime
import http.server
import ipaddress
import json
import os
import random
import pathlib
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse
import uuid

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID

GATEWAY = pathlib.Path(__file__).resolve().parent.parent
INTERNAL_TOKEN = "sesame-of-the-tests"
PUBLIC_URL = "https://localhost:8443"
USER = "018f2f7e-5b7a-7c3e-9d53-0242ac120002"
PATIENCE_S = 20


def wait_until(condition, what: str, patience_s: float = PATIENCE_S):
    """Returns the first true answer of `condition`, asked again and again for `patience_s`."""
    end = time.monotonic() + patience_s
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < end, f"waited {patience_s} s in vain for: {what}"
        time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now, below those the kernel gives to clients, who could take one meanwhile."""
    free: list[int] = []
    while len(free) < count:
        port = random.randrange(12_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            free += [port] if port not in free else []
    return free


# --- keys, certificates, tokens ----------------------------------------------------------------------------


def public_pem(key) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def write_certificate(folder: pathlib.Path) -> None:
    """Leaves tls.crt and tls.key for localhost in `folder`, as a kubernetes.io/tls Secret is mounted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"localhost {uuid.uuid4()}")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value) -> str:
    return base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


def claims(**changes) -> dict:
    """Good claims; a change to None leaves the claim out."""
    now = int(time.time())
    good = {
        "iss": PUBLIC_URL,
        "aud": "serai",
        "sub": USER,
        "exp": now + 600,
        "iat": now,
        "jti": str(uuid.uuid4()),
        "roles": "customer admin",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def es256(key, message: bytes) -> bytes:
    r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def token(key, kid="k1", header=None, payload=None, sign=es256) -> str:
    """A token as user makes it, unless told otherwise; header values of None are left out."""
    head = {"alg": "ES256", "typ": "at+jwt", "kid": kid} | (header or {})
    head = {name: value for name, value in head.items() if value is not None}
    message = part(head) + "." + part(claims() if payload is None else payload)
    return message + "." + base64url(sign(key, message.encode()))


# --- an upstream -------------------------------------------------------------------------------------------


class Upstream:
    """An HTTP server that answers what it got. Its query tells it to misbehave: status=, body=, drop=N
    (closes without an answer N times), hold=1 (answers once `release` is set), header=Name:value."""

    def __init__(self, name: str, port: int = 0, host: str = "127.0.0.1"):
        self.name = name
        self.ready = True
        self.requests: list[dict] = []
        self.connections = 0
        self.dropped = 0
        self.held = threading.Semaphore(0)
        self.release = threading.Event()
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                upstream.connections += 1
                super().setup()

            def answer(self):
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length)
                if self.path == "/ready":
                    return self.send(200 if upstream.ready else 503, b"{}")
                got = {
                    "number": time.monotonic_ns(),
                    "name": upstream.name,
                    "method": self.command,
                    "path": self.path,
                    "headers": [[key.lower(), value] for key, value in self.headers.items()],
                    "body": body.decode("latin-1"),
                }
                upstream.requests.append(got)
                query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
                if upstream.dropped < int(query.get("drop", 0)):
                    upstream.dropped += 1
                    self.close_connection = True
                    return None
                if "hold" in query:
                    upstream.held.release()
                    upstream.release.wait(PATIENCE_S)
                self.send(int(query.get("status", 200)), json.dumps(got).encode(), query.get("header"))
                return None

            def send(self, status, body, header=None):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("X-Powered-By", "the tests")
                self.send_header("X-Internal-Token", "leak")
                if header:
                    self.send_header(*header.split(":", 1))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, *_):  # a peer that goes away is part of several tests
                pass

        self.server = Server((host, port), Handler)
        self.address = f"{host}:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


def headers_of(got: dict, name: str) -> list[str]:
    return [value for key, value in got["headers"] if key == name.lower()]


# --- the gateway -------------------------------------------------------------------------------------------


def hear_interrupts() -> None:
    """A suite started in the background ignores SIGINT, and so would all it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Gateway:
    """One running gateway. `settings` are its environment; `log_lines()` is its access log so far."""

    def __init__(self, folder: pathlib.Path, upstreams: dict[str, str], **settings: str):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "tls.crt").exists():
            write_certificate(folder)
        self.keys = folder / "keys"
        self.keys.mkdir(exist_ok=True)
        self.key = ec.generate_private_key(ec.SECP256R1())
        (self.keys / "k1.pem").write_bytes(public_pem(self.key))
        self.port, self.plain_port, self.metrics_port = free_ports(3)
        environment = {
            "PATH": os.environ["PATH"] + ":/usr/sbin",
            "HTTPS_BIND": f"127.0.0.1:{self.port}",
            "HTTP_BIND": f"127.0.0.1:{self.plain_port}",
            "METRICS_BIND": f"127.0.0.1:{self.metrics_port}",
            "TLS_CERT": str(folder / "tls.crt"),
            "JWT_KEYS_DIR": str(self.keys),
            "RUN_DIR": str(folder / "run"),
            "PUBLIC_URL": PUBLIC_URL,
            "INTERNAL_TOKEN": INTERNAL_TOKEN,
            "RATE_LIMIT": "1000000",
            "GUESS_LIMIT": "1000000",
            "COSTLY_LIMIT": "1000000",
            "CHECK_INTERVAL": "200ms",
            "DRAIN_MS": "0",
        }
        for name, address in upstreams.items():  # by address; by name in a cluster
            environment |= {f"{name.upper()}_ADDRESS": address, f"{name.upper()}_SLOTS": "1"}
        self.log = folder / "log"
        with self.log.open("wb") as log, (folder / "errors").open("wb") as errors:
            self.process = subprocess.Popen(
                [GATEWAY / "gateway"], env=environment | settings, stdout=log, stderr=errors, start_new_session=True,
                preexec_fn=hear_interrupts,
            )
        self.url = f"https://localhost:{self.port}"
        self.client = httpx.Client(base_url=self.url, verify=self.trust, timeout=PATIENCE_S)
        wait_until(self.is_ready, "the gateway to be ready")

    @property
    def trust(self) -> ssl.SSLContext:
        """A context of one's own: httpx writes its protocols into the one it is given."""
        return ssl.create_default_context(cafile=self.authorities)

    @property
    def authorities(self) -> pathlib.Path:
        return self.folder / "tls.crt"

    def is_ready(self) -> bool:
        assert self.process.poll() is None, (self.folder / "errors").read_text()
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{self.metrics_port}/ready").status_code == 200
        return False

    def wait_for(self, backend: str, up: bool = True) -> None:
        """Waits until the gateway's own metrics say that `backend` has a server, or has none."""
        line = f'haproxy_backend_active_servers{{proxy="{backend}"}} '

        def agrees():
            text = httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics").text
            return (float(text.split(line)[1].split()[0]) > 0) == up

        wait_until(agrees, f"{backend} to be {'up' if up else 'down'}")

    def token(self, **changes) -> str:
        return token(self.key, **changes)

    def bearer(self, **changes) -> dict:
        return {"Authorization": "Bearer " + self.token(**changes)}

    def connect(self, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return (context or self.trust).wrap_socket(plain, server_hostname="localhost")

    def raw(self, data: bytes) -> bytes:
        """Sends these bytes over TLS and returns all that comes until the gateway closes."""
        with self.connect() as connection:
            received = b""
            with contextlib.suppress(ConnectionError, ssl.SSLEOFError):
                connection.sendall(data)
            with contextlib.suppress(ConnectionError, ssl.SSLEOFError):
                while chunk := connection.recv(65536):
                    received += chunk
            return received

    def log_lines(self) -> list[dict]:
        lines = self.log.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
