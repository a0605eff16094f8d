"""Who watches: a Prometheus here, or one of an operator; with the same rules, boards and names."""

import json
import subprocess

import pytest
import yaml
from conftest import ROOT, of, refusal, render

DASHBOARDS = ROOT / "dashboards"
OPERATOR = {"global": {"prometheus": {"operatorNamespace": "monitoring"}}}
KINDS = ("PodMonitor", "PrometheusRule")


@pytest.fixture(scope="module")
def operated() -> list[dict]:
    return render(OPERATOR | {"prometheus": {"labels": {"release": "stack"}}})


def configuration(objects: list[dict]) -> dict:
    """prometheus.yml"""
    return yaml.safe_load(of(objects, "ConfigMap")["prometheus"]["data"]["prometheus.yml"])


def groups() -> list[dict]:
    return [group for path in sorted((DASHBOARDS / "rules").glob("*.yaml"))
            for group in yaml.safe_load(path.read_text())["groups"]]


def test_prometheus_gets_the_rules_and_the_pages_as_they_are(objects):
    for name, folder in (("rules", "rules"), ("consoles", "consoles")):
        files = {path.name: path.read_text().strip() for path in (DASHBOARDS / folder).glob("*")}
        packed = of(objects, "ConfigMap")[f"prometheus-{name}"]["data"]
        assert {key: text.strip() for key, text in packed.items()} == files
    pod = of(objects, "Deployment")["prometheus"]["spec"]["template"]["spec"]
    mounts = {mount["mountPath"]: mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    maps = {volume["name"]: volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume}
    told = configuration(objects)
    assert told["rule_files"] == ["/etc/serai/rules/*.yaml"] and maps[mounts["/etc/serai/rules"]] == "prometheus-rules"
    assert "--web.console.templates=/etc/serai/consoles" in pod["containers"][0]["args"]
    assert maps[mounts["/etc/serai/consoles"]] == "prometheus-consoles"


def test_prometheus_takes_its_configuration(tmp_path):
    objects = render({"prometheus": {"alertmanagers": ["alertmanager.monitoring:9093"]}})
    (tmp_path / "prometheus.yml").write_text(of(objects, "ConfigMap")["prometheus"]["data"]["prometheus.yml"])
    told = subprocess.run(["promtool", "check", "config", str(tmp_path / "prometheus.yml")], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_target_carries_the_installation(objects, operated):
    told = configuration(objects)
    for job in told["scrape_configs"]:
        if job["job_name"] != "prometheus":
            assert job["relabel_configs"] == [{"target_label": "site", "replacement": "serai"}]
    for monitor in of(operated, "PodMonitor").values():
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
        assert endpoint["relabelings"] == [{"targetLabel": "site", "replacement": "serai"}]


def test_prometheus_tells_only_the_alertmanagers_named(objects):
    assert "alerting" not in configuration(objects)
    named = render({"prometheus": {"alertmanagers": ["alertmanager.monitoring:9093"]}})
    (one,) = configuration(named)["alerting"]["alertmanagers"]
    assert one["static_configs"] == [{"targets": ["alertmanager.monitoring:9093"]}]
    assert {"ports": [{"port": 9093}]} in of(named, "NetworkPolicy")["prometheus"]["spec"]["egress"]


def test_an_operator_gets_everything_by_one_value(objects, operated, values):
    assert not any(of(objects, kind) for kind in KINDS)
    by_default = render(OPERATOR)
    assert all(of(by_default, kind) for kind in KINDS)
    for made in (by_default, operated):
        assert "prometheus" not in of(made, "Deployment") and "prometheus" not in of(made, "NetworkPolicy")
    assert of(operated, "PodMonitor").keys() == values["global"]["calls"].keys()
    assert of(operated, "PrometheusRule")["serai"]["spec"]["groups"] == groups()
    for kind in KINDS:
        for name, thing in of(operated, kind).items():
            assert thing["metadata"]["labels"]["release"] == "stack", name


def test_a_monitor_finds_the_pods_and_the_port_of_its_service(operated):
    for name, monitor in of(operated, "PodMonitor").items():
        pod = of(operated, "Deployment")[name]["spec"]["template"]
        assert monitor["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items(), name
        assert pod["metadata"]["labels"][monitor["spec"]["jobLabel"]] == name
        ports = {port["name"]: port["containerPort"] for port in pod["spec"]["containers"][0]["ports"]}
        probed = pod["spec"]["containers"][0]["readinessProbe"]["httpGet"]["port"]
        assert ports[monitor["spec"]["podMetricsEndpoints"][0]["port"]] == ports.get(probed, probed), name


def test_the_policies_let_in_the_operators_prometheus_and_no_other(objects, operated):
    def watchers(objects, name):
        rules = of(objects, "NetworkPolicy")[name]["spec"]["ingress"]
        return [peer for rule in rules for peer in rule.get("from", [])
                if peer["podSelector"].get("matchLabels") == {"app.kubernetes.io/name": "prometheus"}]

    for name in of(operated, "PodMonitor"):
        (peer,) = watchers(operated, name)
        assert peer["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}
        assert all("namespaceSelector" not in peer for peer in watchers(objects, name)), name


def test_one_service_alone_brings_its_monitor_and_not_the_rules():
    alone = render(OPERATOR | {"tags": {"all": False}, "product": {"enabled": True}}, name="product")
    assert set(of(alone, "PodMonitor")) == {"product"}
    assert not of(alone, "PrometheusRule") and set(of(alone, "ConfigMap")) == {"product-test"}


def test_two_who_watch_are_refused():
    said = refusal(OPERATOR | {"prometheus": {"enabled": True}})
    assert "leave prometheus.enabled out" in said


def test_grafana_gets_its_boards_where_it_is_wanted(objects, operated):
    files = {path.stem: json.loads(path.read_text()) for path in (DASHBOARDS / "grafana").glob("*.json")}

    def boards(objects):
        return {name.removeprefix("serai-board-"): json.loads(thing["data"][f"{name.removeprefix('serai-board-')}.json"])
                for name, thing in of(objects, "ConfigMap").items()
                if thing["metadata"]["labels"].get("grafana_dashboard") == "1"}

    assert boards(objects) == {} and len(files) == 5
    assert boards(operated) == boards(render({"prometheus": {"boards": True}})) == files
    assert boards(render(OPERATOR | {"prometheus": {"boards": False}})) == {}


def test_audit_sees_the_certificate_without_its_key(objects):
    pod = of(objects, "Deployment")["audit"]["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume.get("secret") for volume in pod["volumes"]}
    assert volumes["certificate"] == {"secretName": "serai-certificate", "defaultMode": 0o440,
                                      "items": [{"key": "tls.crt", "path": "tls.crt"}]}
    assert {"name": "TLS_CERT", "value": "/etc/serai/tls/tls.crt"} in pod["containers"][0]["env"]
