"""A road between a service and one it calls, on which the traffic of one order can be held."""

import dataclasses
import http.client
import http.server
import json
import re
import threading
import urllib.parse

# What order and payment ask for, by name: the request, so that a test can stop before it is made or after it was answered.
CALLS = {
    "reserve": ("PUT", r"^/internal/reservations/([0-9a-f-]{36})$"),
    "commit": ("POST", r"^/internal/reservations/([0-9a-f-]{36})/commit$"),
    "release": ("DELETE", r"^/internal/reservations/([0-9a-f-]{36})$"),
    "charge": ("PUT", r"^/internal/payments/([0-9a-f-]{36})$"),
    "void": ("DELETE", r"^/internal/payments/([0-9a-f-]{36})$"),
    "refund": ("PUT", r"^/internal/payments/([0-9a-f-]{36})/refunds/[0-9a-f-]{36}$"),
    "bank-charge": ("POST", r"^/v1/charges$"),
    "bank-refund": ("POST", r"^/v1/charges/([0-9a-f-]{36})/refunds$"),
}


@dataclasses.dataclass
class Stop:
    """A place at which everything about one product waits until all may go on."""

    product_id: str
    call: str
    when: str  # before, or after
    reached: threading.Event = dataclasses.field(default_factory=threading.Event)


class Roads:
    """All crossings of a site, what is stopped on them, and whose order is whose."""

    def __init__(self):
        self.lock = threading.Lock()
        self.stops: list[Stop] = []
        self.open = threading.Event()
        self.open.set()
        self.product_of: dict[str, str] = {}  # by order, and by the bank's charge

    def stop(self, product_id: str, call: str, when: str) -> Stop:
        stop = Stop(product_id, call, when)
        with self.lock:
            self.open.clear()
            self.stops.append(stop)
        return stop

    def release(self) -> None:
        """Everything goes on, and nothing is stopped any more."""
        with self.lock:
            self.stops.clear()
            self.open.set()

    def wait(self, when: str, method: str, path: str, body: bytes) -> None:
        call, product_id = self.identify(method, path, body)
        with self.lock:
            stops = [s for s in self.stops if (s.product_id, s.call, s.when) == (product_id, call, when)]
        for stop in stops:
            stop.reached.set()
            self.open.wait(120)

    def identify(self, method: str, path: str, body: bytes) -> tuple[str, str]:
        """Which call this is, and for whose product; empty when it is none of CALLS."""
        for call, (wanted, pattern) in CALLS.items():
            found = re.match(pattern, path) if method == wanted else None
            if not found:
                continue
            if call == "bank-charge":
                return call, self.product_of.get(json.loads(body)["reference"], "")
            name = found[1]
            if call == "reserve":
                self.product_of[name] = json.loads(body)["lines"][0]["product_id"]
            return call, self.product_of.get(name, "")
        return "", ""

    def learn(self, method: str, path: str, answer: bytes) -> None:
        """The bank's names for charges, from its answers."""
        if method == "POST" and path == "/v1/charges":
            charge = json.loads(answer)
            if charge.get("reference") in self.product_of:
                self.product_of[charge["id"]] = self.product_of[charge["reference"]]

    def lay(self, target: str) -> str:
        """A new crossing to the service at `target`; returns its own address."""
        roads, there = self, urllib.parse.urlsplit(target)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_) -> None:
                """Says nothing: the services log."""

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = self.path.split("?")[0]
                roads.wait("before", self.command, path, body)
                try:
                    answer, content = self.ask(body)
                except (OSError, http.client.HTTPException):
                    self.close_connection = True  # as if the called had broken off
                    return
                if answer.status < 300:
                    roads.learn(self.command, path, content)
                roads.wait("after", self.command, path, body)
                try:
                    self.answer(answer, content)
                except OSError:
                    self.close_connection = True  # the caller is gone

            def ask(self, body: bytes):
                connection = http.client.HTTPConnection(there.hostname, there.port, timeout=30)
                try:
                    connection.request(self.command, self.path, body or None, dict(self.headers))
                    answer = connection.getresponse()
                    return answer, answer.read()
                finally:
                    connection.close()

            def answer(self, answer: http.client.HTTPResponse, content: bytes) -> None:
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_DELETE = pass_on

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_) -> None:
                """Whoever was killed breaks off: that is what the tests are about."""

        server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"
