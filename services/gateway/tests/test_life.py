"""Keys, certificates and processes change while requests go on, and none of them notices."""

import concurrent.futures
import os
import signal
import ssl
import subprocess
import threading

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from harness import GATEWAY, headers_of, public_pem, token, wait_until, write_certificate
from load import Load, keep_asking

NEEDS_CALLER = "/api/v1/users/me"


def status_with(site, bearer):
    """The status a new connection gets: one from before a reload is served by the old keys until it ends."""
    with httpx.Client(base_url=site.gateway.url, verify=site.gateway.trust) as client:
        return client.get(NEEDS_CALLER, headers={"Authorization": f"Bearer {bearer}"}).status_code


def publish(folder, kid, key):
    """Writes a key as a careful program does: whole or not at all."""
    (folder / ".new").write_bytes(public_pem(key))
    os.replace(folder / ".new", folder / f"{kid}.pem")


def test_keys_rotate_and_no_request_fails(make_site):
    site = make_site()
    gateway = site.gateway
    signing = {"kid": "k1", "key": gateway.key}
    next_key = ec.generate_private_key(ec.SECP256R1())

    with Load(lambda: gateway, lambda: token(**signing)) as load:
        assert status_with(site, token(next_key, kid="k2")) == 401
        publish(gateway.keys, "k2", next_key)
        wait_until(lambda: status_with(site, token(next_key, kid="k2")) == 200, "the new key to count")
        load.wait_for_more()
        assert status_with(site, token(gateway.key)) == 200
        signing.update(kid="k2", key=next_key)
        load.wait_for_more()
        (gateway.keys / "k1.pem").unlink()
        wait_until(lambda: status_with(site, token(gateway.key)) == 401, "the old key to be forgotten")
        load.wait_for_more()
    assert not load.failures


def test_keys_change_as_kubernetes_mounts_them(make_site, tmp_path):
    """A mounted Secret is a symbolic link to a folder, and the link is replaced."""
    mount = tmp_path / "mount"
    (mount / "first").mkdir(parents=True)
    (mount / "second").mkdir()
    old, new = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    publish(mount / "first", "old", old)
    publish(mount / "second", "new", new)
    (mount / "..data").symlink_to("first")
    site = make_site(JWT_KEYS_DIR=str(mount / "..data"))
    assert status_with(site, token(old, kid="old")) == 200
    (mount / "..next").symlink_to("second")
    os.replace(mount / "..next", mount / "..data")
    wait_until(lambda: status_with(site, token(new, kid="new")) == 200, "the new folder to count")
    assert status_with(site, token(old, kid="old")) == 401


def test_a_broken_key_file_breaks_nothing_else(make_site):
    site = make_site()
    next_key = ec.generate_private_key(ec.SECP256R1())
    (site.gateway.keys / "k0.pem").write_text("tea")
    (site.gateway.keys / "k 1;.pem").write_bytes(public_pem(next_key))
    (site.gateway.keys / "readme.txt").write_text("tea")
    publish(site.gateway.keys, "k2", next_key)
    wait_until(lambda: status_with(site, token(next_key, kid="k2")) == 200, "the good key to count")
    for _ in range(20):
        assert status_with(site, token(site.gateway.key)) == 200
        assert status_with(site, token(site.gateway.key, kid="k0")) == 401


def test_without_keys_nobody_is_known(make_site):
    site = make_site()
    (site.gateway.keys / "k1.pem").unlink()
    wait_until(lambda: status_with(site, token(site.gateway.key)) == 401, "the key to be forgotten")
    assert site.client.get("/").status_code == 200


def test_a_new_certificate_is_served_and_no_request_fails(make_site):
    site = make_site()
    gateway = site.gateway

    def served():
        return ssl.get_server_certificate(("127.0.0.1", gateway.port))

    first = served()
    both = gateway.folder / "both.crt"
    renewed = gateway.folder / "renewed"
    renewed.mkdir()
    write_certificate(renewed)
    both.write_bytes((gateway.folder / "tls.crt").read_bytes() + (renewed / "tls.crt").read_bytes())

    class Trusting:
        url = gateway.url
        authorities = both

        @property
        def trust(self):
            return ssl.create_default_context(cafile=both)

    trusting = Trusting()
    with Load(lambda: trusting, gateway.token) as load:
        # The moment between the two files is harmless: a pair that does not fit is not taken.
        for name in ("tls.crt", "tls.key"):
            os.replace(renewed / name, gateway.folder / name)
            load.wait_for_more()
        wait_until(lambda: served() != first, "the new certificate")
        load.wait_for_more()
    assert not load.failures


def test_draining_loses_no_request(make_site, tmp_path):
    """Two gateways: the first is stopped, its clients are told, and go on at the second."""
    leaving, staying = make_site(DRAIN_MS="300"), make_site()
    slow = "/shop?hold=1"
    results, told = [], []
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        held = pool.submit(lambda: httpx.get(leaving.gateway.url + slow, verify=leaving.gateway.trust, timeout=20))
        assert leaving.upstreams["frontend"].held.acquire(timeout=20)
        kept = [pool.submit(keep_asking, leaving.gateway, told, results) for _ in range(4)]
        wait_until(lambda: len(results) > 50, "some answers")
        leaving.gateway.terminate()
        # It still serves whoever has not heard of it yet.
        with httpx.Client(base_url=leaving.gateway.url, verify=leaving.gateway.trust) as newcomer:
            assert newcomer.get("/shop").status_code == 200
        for each in kept:
            each.result()
        assert len(told) == 4 and set(results) == {200}
        assert leaving.gateway.process.poll() is None
        leaving.upstreams["frontend"].release.set()
        assert held.result().status_code == 200
    assert leaving.gateway.process.wait(20) == 0
    assert staying.client.get("/shop").status_code == 200


def test_traffic_moves_between_gateways_without_a_failure(make_site):
    first, second = make_site(DRAIN_MS="4000"), make_site()
    publish(second.gateway.keys, "k1", first.gateway.key)
    wait_until(lambda: status_with(second, token(first.gateway.key)) == 200, "the key to count at both")
    current = [first.gateway]
    with Load(lambda: current[0], first.gateway.token) as load:
        first.gateway.terminate()
        # As a cluster does: who is told to stop gets no new connections from now on.
        current[0] = second.gateway
        load.wait_for_more()
        assert first.gateway.process.wait(20) == 0
        load.wait_for_more()
    assert not load.failures


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_it_stops_when_told_and_leaves_nothing(make_site, name):
    site = make_site()
    site.client.close()
    site.gateway.process.send_signal(signal.Signals[name])
    assert site.gateway.process.wait(20) == 0
    assert not list((site.gateway.folder / "run").iterdir())


def test_it_does_not_start_without_the_internal_token(make_site):
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run([GATEWAY / "gateway"], env=environment, capture_output=True, timeout=20)
    assert done.returncode == 2 and b"INTERNAL_TOKEN" in done.stderr


def test_the_internal_token_may_be_in_a_file(make_site, tmp_path):
    (tmp_path / "token").write_text("from-a-file\n")
    site = make_site(INTERNAL_TOKEN="", INTERNAL_TOKEN_FILE=str(tmp_path / "token"))
    assert headers_of(site.client.get("/").json(), "x-internal-token") == ["from-a-file"]


def test_many_at_once_are_all_answered(site):
    statuses, lock = [], threading.Lock()

    def ask(_):
        with httpx.Client(base_url=site.gateway.url, verify=site.gateway.trust) as client:
            for _ in range(5):
                answer = client.get("/").status_code
                with lock:
                    statuses.append(answer)

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(32)))
    assert statuses == [200] * 160
