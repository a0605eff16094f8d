"""The site on the cluster that tests/e2e/run made: how to ask it, and how to command the cluster."""

import base64
import json
import os
import pathlib
import re
import ssl
import subprocess
import threading
import time

import httpx
import pytest

NAMESPACE = os.environ.get("NAMESPACE", "serai")
BASE = f"https://localhost:{os.environ.get('PORT_HTTPS', '8443')}"
PLAIN = f"http://localhost:{os.environ.get('PORT_HTTP', '8080')}"
PROMETHEUS = f"http://localhost:{os.environ.get('PORT_PROMETHEUS', '9090')}"
ADMIN = ("admin@example.com", "keeper-of-the-serai-42")
MADE = pathlib.Path(__file__).resolve().parents[2] / "build/e2e"


def run(*command: str, text: str | None = None, timeout: int = 180) -> subprocess.CompletedProcess:
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=timeout)


def kubectl(*arguments: str, text: str | None = None) -> str:
    """What kubectl says about our namespace; a failure carries its words."""
    told = run("kubectl", "--namespace", NAMESPACE, *arguments, text=text)
    assert told.returncode == 0, f"kubectl {' '.join(arguments)}: {told.stderr.strip()}"
    return told.stdout


def objects(kind: str, selector: str = "") -> list[dict]:
    return json.loads(kubectl("get", kind, "--output", "json", *(["--selector", selector] if selector else [])))["items"]


def server_pods(service: str) -> list[dict]:
    """The pods of a service, those that are leaving too."""
    return objects("pods", f"app.kubernetes.io/name={service},app.kubernetes.io/component=server")


def until(what: str, check, seconds: float = 60):
    """Asks again and again until the check gives something, and returns that."""
    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            if found := check():
                return found
        except (AssertionError, httpx.HTTPError) as error:
            last = error
        time.sleep(0.2)
    pytest.fail(f"not within {seconds} s: {what}" + (f" (last: {last})" if last else ""))


def scale(service: str, copies: int) -> None:
    """Sets the number of copies and waits until so many are ready and no other is left."""
    kubectl("scale", f"deployment/{service}", f"--replicas={copies}")
    kubectl("rollout", "status", f"deployment/{service}", "--timeout=120s")
    until(f"{copies} pods of {service}", lambda: len(server_pods(service)) == copies, 90)


def prometheus(query: str) -> dict[str, float]:
    """The result of a query, by the value of its `job` or else `instance` label."""
    answer = httpx.get(f"{PROMETHEUS}/api/v1/query", params={"query": query}, timeout=10).raise_for_status().json()
    return {row["metric"].get("job") or row["metric"].get("instance", ""): float(row["value"][1])
            for row in answer["data"]["result"]}


@pytest.fixture
def say(capsys):
    """Prints a figure beside the test's name, whether it passes or not."""
    def print_it(text: str) -> None:
        with capsys.disabled():
            print(f"\n    {text}", flush=True)
    return print_it


@pytest.fixture(scope="session")
def trust() -> ssl.SSLContext:
    """Takes only certificates signed by the authority that the installation made."""
    secret = json.loads(kubectl("get", "secret", "serai-certificate", "--output", "json"))
    return ssl.create_default_context(cadata=base64.b64decode(secret["data"]["ca.crt"]).decode())


@pytest.fixture
def site(trust):
    """A visitor without cookies."""
    with httpx.Client(base_url=BASE, verify=trust, timeout=15) as client:
        yield client


def form_of(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the form with this action."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
    assert form, f"{page.url} has no form for {action}"
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    assert "csrf" in dict(hidden), f"the form for {action} has no csrf field"
    return dict(hidden)


def sign_in(site: httpx.Client, email: str, password: str) -> dict[str, str]:
    """Signs in as a program does, and returns the header that proves it."""
    answer = site.post("/api/v1/sessions", json={"email": email, "password": password})
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


class Load:
    """Asks for the same paths at a constant rate until stopped, and keeps what went wrong."""

    def __init__(self, trust: ssl.SSLContext, paths: list[str], rate: int, threads: int = 4):
        self.answered, self.failed = 0, []
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(trust, paths, threads / rate), daemon=True)
                         for _ in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def more(self, requests: int) -> None:
        """Waits until so many more requests have been answered."""
        goal = self.answered + requests
        until(f"{requests} more answers", lambda: self.answered + len(self.failed) >= goal, 120)

    def _ask(self, trust: ssl.SSLContext, paths: list[str], pause: float) -> None:
        with httpx.Client(base_url=BASE, verify=trust, timeout=10) as client:
            at = time.monotonic()
            for number in range(1_000_000):
                if self._stop.is_set():
                    return
                path = paths[number % len(paths)]
                try:
                    answer = client.get(path)
                    wrong = None if answer.status_code == 200 else f"{answer.status_code} {answer.text[:200]}"
                except httpx.HTTPError as error:
                    wrong = repr(error)
                with self._lock:
                    if wrong:
                        self.failed.append(f"{time.strftime('%X')} {path}: {wrong}")
                    else:
                        self.answered += 1
                at += pause
                self._stop.wait(max(0.0, at - time.monotonic()))
