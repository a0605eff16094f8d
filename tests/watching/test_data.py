"""After a load run nothing on a board is empty: each expression of each panel and rule has a number."""

import json

import pytest
from program import wait_until
from prometheus import DASHBOARDS, boards, rules

# What Grafana would put in the place of its variables.
CHOSEN = {"$site": "local", "$__rate_interval": "1m"}
# The services of which at least one must fill a panel of the board with the variable `service`.
SERVICES = ["order", "product", "frontend"]
LIMIT_S = 60


def with_choices(expression: str) -> list[str]:
    for variable, value in CHOSEN.items():
        expression = expression.replace(variable, value)
    return [expression.replace("$service", service) for service in SERVICES] if "$service" in expression else [expression]


def grafana_expressions() -> list:
    return [pytest.param(target["expr"], id=f"{path.stem}: {panel['title']}: {target['legendFormat']}")
            for path in sorted((DASHBOARDS / "grafana").glob("*.json"))
            for panel in json.loads(path.read_text())["panels"] for target in panel.get("targets", [])]


def console_expressions() -> list:
    return [pytest.param(query["expr"], id=f"{name.removesuffix('.html')}: {panel['title']}: {query['legend']}")
            for name, board in boards().items()
            for row in board["rows"] for panel in row["panels"] for query in panel["queries"]]


@pytest.mark.parametrize("expression", grafana_expressions())
def test_a_panel_in_grafana_has_data(prometheus, expression):
    wait_until(lambda: any(map(prometheus.has, with_choices(expression))), expression, LIMIT_S)


@pytest.mark.parametrize("expression", console_expressions())
def test_a_panel_of_prometheus_own_pages_has_data(prometheus, expression):
    told = expression.replace("SERVICE", 'job="$service"').replace("WINDOW", "1m")
    wait_until(lambda: any(map(prometheus.has, with_choices(told))), told, LIMIT_S)


@pytest.mark.parametrize("record", sorted({rule["record"] for rule in rules() if "record" in rule}))
def test_a_recording_rule_has_data(prometheus, record):
    labels = {json.dumps(rule.get("labels", {})) for rule in rules() if rule.get("record") == record}
    for one in map(json.loads, labels):
        chosen = ", ".join(f'{name}="{value}"' for name, value in one.items())
        wait_until(lambda asked=f"{record}{{{chosen}}}": prometheus.has(asked), f"{record} {one}", LIMIT_S)


def test_prometheus_takes_every_rule_and_none_fails(prometheus):
    groups = prometheus.get("/api/v1/rules").json()["data"]["groups"]
    known = [rule for group in groups for rule in group["rules"]]
    assert len(known) == len(list(rules()))
    assert not [(rule["name"], rule["lastError"]) for rule in known if rule.get("lastError")]
