"""Clients that never stop asking and count every request that did not get its 200."""

import contextlib
import http.client
import subprocess
import threading

import httpx
from harness import wait_until

PATH = "/api/v1/users/me"


class Load:
    """Asks from several threads: on kept HTTP/1.1 connections, on new ones each time, and over HTTP/2.
    `gateway()` and `bearer()` are asked before each round of requests. Failures stand in `failures`."""

    def __init__(self, gateway, bearer, path=PATH):
        self.gateway, self.bearer, self.path = gateway, bearer, path
        self.failures: list[str] = []
        self.stopping = threading.Event()
        kinds = [self.on_a_kept_connection, self.on_new_connections, self.over_http2] * 2
        self.rounds = [0] * len(kinds)
        self.threads = [
            threading.Thread(target=self.run, args=(number, kind), daemon=True)
            for number, kind in enumerate(kinds)
        ]

    def run(self, number, kind):
        kept: dict = {}
        while not self.stopping.is_set():
            try:
                kind(kept, self.gateway(), self.bearer())
            except (AssertionError, httpx.HTTPError) as error:
                self.failures.append(f"{kind.__name__}: {error!r}")
            self.rounds[number] += 1
        for client in kept.values():
            client.close()

    def on_a_kept_connection(self, kept, gateway, bearer):
        if gateway not in kept:
            while kept:
                kept.popitem()[1].close()
            kept[gateway] = httpx.Client(verify=gateway.trust, base_url=gateway.url, timeout=20)
        self.expect_200(kept[gateway].get(self.path, headers={"Authorization": f"Bearer {bearer}"}))

    def on_new_connections(self, _, gateway, bearer):
        with httpx.Client(verify=gateway.trust, base_url=gateway.url, timeout=20) as client:
            self.expect_200(client.get(self.path, headers={"Authorization": f"Bearer {bearer}"}))

    def over_http2(self, _, gateway, bearer):
        # curl, because Python's h2 gives up its streams when the server says that it will go away soon.
        done = subprocess.run(
            ["curl", "-sS", "--http2", "--max-time", "20", "--cacert", gateway.authorities]
            + ["-H", f"Authorization: Bearer {bearer}", "-o", "/dev/null", "-w", "%{http_version} %{http_code}\n"]
            + [f"{gateway.url}{self.path}?n=[1-20]"],
            capture_output=True,
            text=True,
        )
        assert done.stdout.split("\n") == ["2 200"] * 20 + [""], done.stdout + done.stderr

    @staticmethod
    def expect_200(answer):
        assert answer.status_code == 200, f"{answer.status_code} {answer.text[:200]}"

    def wait_for_more(self) -> None:
        """Waits until every client has gone through a whole round that started after this call."""
        goals = [each + 5 for each in self.rounds]
        wait_until(
            lambda: self.failures or all(now >= goal for now, goal in zip(self.rounds, goals)),
            f"more answers, {self.rounds} of {goals}",
        )
        assert not self.failures, self.failures[:5]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.wait_for_more()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def keep_asking(gateway, told_to_stop, results, path="/shop") -> None:
    """One HTTP/1.1 client on one kept connection, until the gateway says that it closes."""
    connection = http.client.HTTPSConnection("localhost", gateway.port, context=gateway.trust, timeout=20)
    with contextlib.closing(connection):
        while True:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            results.append(answer.status)
            if answer.will_close:
                told_to_stop.append(True)
                return
