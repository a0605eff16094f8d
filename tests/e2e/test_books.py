"""After all that the other files did, everybody's books still agree."""

import re

from conftest import kubectl, objects, prometheus, until


def test_the_audit_finds_the_books_in_order(say):
    kubectl("delete", "job", "audit-now", "--ignore-not-found")
    kubectl("create", "job", "audit-now", "--from=cronjob/audit")
    ended = until("the audit to end", lambda: next(
        (condition["type"] for job in objects("jobs") if job["metadata"]["name"] == "audit-now"
         for condition in job["status"].get("conditions", []) if condition["type"] in ("Complete", "Failed")), None), 180)
    report = kubectl("logs", "job/audit-now")
    say(report.strip().replace("\n", "\n    "))
    assert ended == "Complete", report


def test_prometheus_knows_of_no_violation():
    told = until("the audit's metrics", lambda: prometheus("sum by (job) (books_violations)"))
    assert told == {"audit": 0}
    assert prometheus("count by (job) (books_violations)")["audit"] >= 5


def test_every_event_was_sent_and_none_is_dead():
    publishers = {"user", "product", "order", "payment"}  # those that have just started are asked soon
    until("the outbox of each seen", lambda: prometheus("max by (job) (outbox_pending)").keys() == publishers)
    until("nothing waiting to be sent", lambda: set(prometheus("max by (job) (outbox_pending)").values()) == {0})
    assert set(prometheus("max by (job) (dead_letters)").values()) == {0}


def test_no_program_was_killed_for_its_memory():
    for pod in objects("pods"):
        for container in pod["status"].get("containerStatuses", []):
            ended = container["lastState"].get("terminated") or {}
            assert not re.search("OOM", ended.get("reason", "")), pod["metadata"]["name"]
