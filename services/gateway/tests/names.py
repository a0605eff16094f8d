"""Runs as root of a network namespace of its own, where it is the DNS server: `names.py FOLDER`.

Proves what the gateway does with names of a cluster: it starts before a service exists, gives new pods their
share, takes gone ones out, and keeps all of them over a reload. Ends with status 0 when all of it holds."""

import collections
import pathlib
import socket
import struct
import sys
import threading

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from harness import PATIENCE_S, Gateway, Upstream, public_pem, token, wait_until
from load import Load

PORT = 8080


class Names:
    """A DNS server for A records: `addresses` maps names to lists; what is not in it does not exist."""

    def __init__(self):
        self.addresses: dict[str, list[str]] = {}
        self.silent = False
        self.asked = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(4096)
            self.asked += 1
            if not self.silent:
                self.socket.sendto(self.answer(query), client)

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += query[at] + 1
        question = query[12 : at + 5]
        kind = struct.unpack("!H", query[at + 1 : at + 3])[0]
        known = self.addresses.get(".".join(labels).lower(), [])
        found = known if kind == 1 else []
        head = query[:2] + struct.pack("!HHHHH", 0x8580 | (0 if known else 3), 1, len(found), 0, 0)
        records = b"".join(
            b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 1, 4) + socket.inet_aton(each) for each in found
        )
        return head + question + records


def who_answers(gateway, path="/api/v1/products", count=30):
    with httpx.Client(base_url=gateway.url, verify=gateway.trust, timeout=PATIENCE_S) as client:
        answers = [client.get(path) for _ in range(count)]
    return collections.Counter(
        each.json()["name"] if each.status_code == 200 else each.status_code for each in answers
    )


def main(folder: pathlib.Path):
    names = Names()
    pods = [Upstream(f"pod{number}", PORT, f"127.0.1.{number}") for number in range(1, 5)]
    user = Upstream("user")
    gateway = Gateway(
        folder,
        {"user": user.address, "frontend": user.address},
        PRODUCT_ADDRESS=f"product-pods.test:{PORT}",
        PRODUCT_SLOTS="10",
        CHECK_INTERVAL="2s",
    )
    try:
        prove(gateway, names)
    finally:
        gateway.stop()
        for each in [user, *pods]:
            each.stop()


def prove(gateway, names):
    gateway.wait_for("user")
    # The service does not exist yet: the gateway runs all the same.
    assert set(who_answers(gateway)) == {503}

    def become(*numbers):
        names.addresses["product-pods.test"] = [f"127.0.1.{number}" for number in numbers]
        wanted = {f"pod{number}" for number in numbers}
        # 10 seconds: the promise to whoever scales a service.
        wait_until(lambda: set(who_answers(gateway)) == wanted, f"exactly {wanted} to answer", 10)

    become(1)
    with Load(lambda: gateway, gateway.token, "/api/v1/products") as load:
        become(1, 2, 3)
        shares = who_answers(gateway, count=90)
        assert min(shares.values()) >= 20, shares
        load.wait_for_more()
        # A reload starts with the addresses of this moment, so that nobody meets an empty backend.
        for kid in ("k2", "k3", "k4"):
            key = ec.generate_private_key(ec.SECP256R1())
            (gateway.keys / f"{kid}.pem").write_bytes(public_pem(key))
            bearer = {"Authorization": "Bearer " + token(key, kid=kid)}

            def counts():
                with httpx.Client(base_url=gateway.url, verify=gateway.trust) as client:
                    return client.get("/api/v1/users/me", headers=bearer).status_code == 200

            wait_until(counts, f"{kid} to count")
            load.wait_for_more()
        wait_until(lambda: len(who_answers(gateway)) == 3, "all pods after the reloads", 10)
        become(1)
        load.wait_for_more()
        become(1, 2, 3, 4)
        load.wait_for_more()
    assert not load.failures, load.failures[:5]
    # A name server that is gone takes nobody's addresses away.
    asked = names.asked
    wait_until(lambda: names.asked > asked, "one more question")
    names.silent = True
    asked = names.asked
    wait_until(lambda: names.asked > asked + 4, "questions that nobody answers")
    become(1, 2, 3, 4)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
