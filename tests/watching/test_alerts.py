"""Each alert fires when it should and is silent when it should be, by Prometheus' own unit tests for rules."""

import subprocess

import pytest
import yaml
from prometheus import ROOT, RULES, alerts

CASES = ROOT / "tests/watching/alerts"


def promtool(*words: object) -> None:
    told = subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, timeout=300)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_rules_are_well_formed():
    promtool("check", "rules", "--lint-fatal", *RULES)


@pytest.mark.parametrize("alert", alerts())
def test_an_alert_fires_and_is_silent(alert):
    path = CASES / f"{alert}.yaml"
    expected = [bool(case["exp_alerts"]) for test in yaml.safe_load(path.read_text())["tests"]
                for case in test["alert_rule_test"] if case["alertname"] == alert]
    assert {True, False} == set(expected), f"{path.name} must show {alert} firing and silent"
    promtool("test", "rules", path)
