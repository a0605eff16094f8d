"""`make backup` and `make restore` on the cluster."""

import os
import subprocess

from conftest import NAMESPACE, kubectl, lasting_pods, run, until
from program import RIGHTS, ROOT, new_product


def tried(name: str, *words: str) -> subprocess.CompletedProcess:
    return run(str(ROOT / "tools" / name), *words, "--context", kubectl("config", "current-context").strip(),
               "--namespace", NAMESPACE, timeout=280)


def done(name: str, *words: str) -> str:
    told = tried(name, *words)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def rights_of(service: str) -> str:
    return kubectl("exec", f"{service}-db-0", "--", "psql", "-U", "postgres", "-d", service, "-Atc", RIGHTS)


def bystanders(restored: set[str]) -> set[str]:
    """The pods that a restore leaves alone: all databases, and every program but the restored services and NATS."""
    labels = {pod["metadata"]["uid"]: pod["metadata"]["labels"] for pod in lasting_pods().values()}
    return {uid for uid, label in labels.items() if label.get("app.kubernetes.io/component") == "database"
            or label["app.kubernetes.io/name"] not in restored | {"nats"}}


def test_every_database_is_copied_while_all_runs_and_brought_back(admin, new_shopper, tmp_path, say):
    bell, shopper = new_product(admin, stock=10), new_shopper()
    assert shopper.buy(bell["id"]).status_code in (201, 202)
    before, rights = shopper.ended_orders(), rights_of("payment")
    say(done("backup", "--into", str(tmp_path)).strip().replace("\n", "\n    "))
    [kept] = tmp_path.iterdir()
    restored = {file.stem for file in kept.iterdir()}
    assert restored == {"user", "product", "order", "payment", "bank"}
    assert shopper.buy(bell["id"]).status_code in (201, 202)
    assert len(shopper.ended_orders()) == 2

    others = bystanders(restored)
    assert len(others) > len(restored)
    said = done("restore", str(kept))
    assert "create job audit-now --from=cronjob/audit" in said
    until("the orders of the time of the backup", lambda: shopper.orders() == before)
    assert shopper.api.get(f"/api/v1/products/{bell['id']}").json()["stock"] == 9
    assert rights_of("payment") == rights
    assert others <= bystanders(restored), "somebody was restarted who has nothing to do with it"


def test_a_big_file_that_is_no_backup_is_refused_and_nobody_is_stopped(tmp_path):
    """What reads it ends at its first bytes, with all the others unread."""
    file = tmp_path / "bank.dump"
    file.write_bytes(os.urandom(2_000_000))
    before = lasting_pods().keys()
    told = tried("restore", str(file))
    assert told.returncode == 1
    assert "bank.dump is no whole backup" in told.stderr
    assert lasting_pods().keys() == before
