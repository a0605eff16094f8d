"""The site on the cluster that tests/e2e/run made: how to ask it, and how to command the cluster."""

import base64
import contextlib
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from program import Api, Shopper  # noqa: E402

CLUSTER = os.environ.get("CLUSTER", "serai-e2e")
NAMESPACE = os.environ.get("NAMESPACE", "serai")
BASE = f"https://localhost:{os.environ.get('PORT_HTTPS', '8443')}"
PLAIN = f"http://localhost:{os.environ.get('PORT_HTTP', '8080')}"
PROMETHEUS = f"http://localhost:{os.environ.get('PORT_PROMETHEUS', '9090')}"
ADMIN = ("admin@example.com", "keeper-of-the-serai-42")
SHOPPERS_WORD = "seven-lamps-and-a-carpet-3"
MADE = pathlib.Path(__file__).resolve().parents[2] / "build/e2e"


def run(*command: str, text: str | None = None, timeout: int = 180) -> subprocess.CompletedProcess:
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=timeout)


def kubectl(*arguments: str, text: str | None = None, namespace: str = NAMESPACE) -> str:
    """What kubectl says about our namespace, or another; a failure carries its words."""
    told = run("kubectl", "--namespace", namespace, *arguments, text=text)
    assert told.returncode == 0, f"kubectl {' '.join(arguments)}: {told.stderr.strip()}"
    return told.stdout


def objects(kind: str, selector: str = "", namespace: str = NAMESPACE) -> list[dict]:
    told = kubectl("get", kind, "--output", "json", *(["--selector", selector] if selector else []), namespace=namespace)
    return json.loads(told)["items"]


def lasting_pods() -> dict[str, dict]:
    """The pods that serve or keep data, by name: no Jobs, and none that is leaving."""
    return {pod["metadata"]["name"]: pod for pod in objects("pods")
            if pod["metadata"].get("ownerReferences", [{}])[0].get("kind") in ("ReplicaSet", "StatefulSet")
            and not pod["metadata"].get("deletionTimestamp")}


def installed_values() -> dict:
    """What the installation was given beside the chart's own values."""
    return json.loads(run("helm", "--namespace", NAMESPACE, "get", "values", "serai", "--output", "json").stdout)


def upgrade(*settings: str, chart: str = "charts/serai") -> None:
    """Changes these values, name=JSON, keeps the others, and waits until all is ready."""
    told = run("helm", "--namespace", NAMESPACE, "upgrade", "serai", chart, "--reuse-values", "--wait",
               *(f"--set-json={setting}" for setting in settings))
    assert told.returncode == 0, told.stderr


def tag_in_cluster(image: str, tag: str) -> None:
    """Gives an image that the nodes have another tag there."""
    for node in run("kind", "get", "nodes", "--name", CLUSTER).stdout.split():
        told = run("docker", "exec", node, "ctr", "--namespace", "k8s.io", "images", "tag", "--force",
                   f"docker.io/{image}", f"docker.io/{image.rsplit(':', 1)[0]}:{tag}")
        assert told.returncode == 0, told.stderr


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


def ready_pods(service: str) -> list[str]:
    """The names of the pods of a service that are ready and stay."""
    return [pod["metadata"]["name"] for pod in server_pods(service) if not pod["metadata"].get("deletionTimestamp")
            and any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))]


def sum_of(metrics: str, name: str, leaving_out: str = "(?!)") -> float:
    """The sum of one metric's series in a page of /metrics, without those whose labels match the pattern."""
    rows = re.findall(rf"^{name}(\{{.*\}})? (\S+)$", metrics, re.MULTILINE)
    return sum(float(value) for labels, value in rows if not re.search(leaving_out, labels))


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


def secret(name: str, key: str, namespace: str = NAMESPACE) -> str:
    data = json.loads(kubectl("get", "secret", name, "--output", "json", namespace=namespace))["data"]
    return base64.b64decode(data[key]).decode()


@contextlib.contextmanager
def inside(service: str, pod: str = "", namespace: str = NAMESPACE) -> Iterator[httpx.Client]:
    """One pod of the service, or this one, as its peers see it, /internal included."""
    target = f"pod/{pod}" if pod else f"deployment/{service}"
    forward = subprocess.Popen(["kubectl", "--namespace", namespace, "port-forward", target, ":8080"],
                               stdout=subprocess.PIPE, text=True)
    try:
        found = re.match(r"Forwarding from 127.0.0.1:(\d+)", forward.stdout.readline())
        assert found, f"kubectl forwards no port of {target}"
        headers = {"X-Internal-Token": secret("serai-internal-token", "token", namespace)}
        with httpx.Client(base_url=f"http://127.0.0.1:{found[1]}", headers=headers, timeout=15) as client:
            yield client
    finally:
        forward.terminate()
        forward.wait(10)


@pytest.fixture(scope="session")
def authority() -> str:
    """The file of the certificate authority that the installation made."""
    path = MADE / "ca.crt"
    path.write_text(secret("serai-certificate", "ca.crt"))
    return str(path)


@pytest.fixture(scope="session")
def trust(authority) -> ssl.SSLContext:
    """Takes only certificates signed by that authority."""
    return ssl.create_default_context(cafile=authority)


@pytest.fixture
def admin(authority) -> Api:
    return Api(BASE, authority).sign_in(":".join(ADMIN))


@pytest.fixture(scope="session")
def new_shopper(authority) -> Callable[[], Shopper]:
    """Makes people with an account and an empty cart."""
    def make() -> Shopper:
        return Shopper.registered({"BASE": BASE, "CA": authority}, timeout=20, password=SHOPPERS_WORD)
    return make


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


class Crowd:
    """Calls that all go on, each in a thread of its own, until the block is left: they look at `_stop`."""

    def __init__(self, calls: list[Callable[[], None]]):
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=call, daemon=True) for call in calls]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)


class Load(Crowd):
    """Asks for the same paths at a constant rate until stopped, and keeps what went wrong."""

    def __init__(self, trust: ssl.SSLContext, paths: list[str], rate: int, threads: int = 4):
        super().__init__([lambda: self._ask(trust, paths, threads / rate)] * threads)
        self.answered, self.failed, self._lock = 0, [], threading.Lock()

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
