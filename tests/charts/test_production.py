"""values-production.yaml: what careful operators look for, in what it renders."""

import pytest
from conftest import CHART, environment, faults, helm, of, parsed, pods

FILE = CHART / "values-production.yaml"


@pytest.fixture(scope="module")
def production() -> list[dict]:
    told = helm("template", "serai", str(CHART), "--namespace", "serai", "--values", str(FILE))
    assert told.returncode == 0, told.stderr
    return parsed(told.stdout)


@pytest.fixture(scope="module")
def services(values) -> set[str]:
    return set(values["global"]["calls"]) - {"bank"}


def test_kubernetes_knows_every_field(production):
    assert not faults(production, "1.34")


def test_every_service_has_two_copies_on_two_nodes_and_may_spare_one(production, services):
    scalers, deployments = of(production, "HorizontalPodAutoscaler"), of(production, "Deployment")
    assert set(of(production, "PodDisruptionBudget")) == services
    for name in services:
        fewest = scalers[name]["spec"]["minReplicas"] if name in scalers else deployments[name]["spec"]["replicas"]
        assert fewest >= 2, name
        apart = {one["topologyKey"]: one["whenUnsatisfiable"]
                 for one in deployments[name]["spec"]["template"]["spec"]["topologySpreadConstraints"]}
        assert apart["kubernetes.io/hostname"] == "DoNotSchedule", name
        assert {one["tolerationSeconds"] for one in deployments[name]["spec"]["template"]["spec"]["tolerations"]} == {30}, name


def test_every_service_scales_but_the_one_that_only_answers_a_command(production, services):
    assert set(of(production, "HorizontalPodAutoscaler")) == services - {"audit"}


def test_every_pod_that_stays_has_limits_of_both_kinds(production):
    for name, pod in pods(production).items():
        if name.startswith(("Deployment", "StatefulSet")):
            limits = pod["spec"]["containers"][0]["resources"]["limits"]
            assert limits.keys() == {"cpu", "memory"}, name


def test_nothing_is_only_for_show(production):
    assert "bank" not in {thing["metadata"]["name"] for thing in production}
    assert not of(production, "Job"), "demo data"
    assert not [name for name in of(production, "Deployment") if "FAULTS" in environment(production, "Deployment", name)]
    assert environment(production, "Deployment", "payment")["BANK_URL"].startswith("https://")
    assert int(environment(production, "Deployment", "gateway")["RATE_LIMIT"]) <= 10_000


def test_the_certificate_is_somebody_elses(production):
    volumes = pods(production)["Deployment gateway"]["spec"]["volumes"]
    assert "shop-example-tls" in [volume.get("secret", {}).get("secretName") for volume in volumes]


def test_only_the_load_balancer_opens_the_cluster(production):
    kinds = {name: service["spec"].get("type", "ClusterIP") for name, service in of(production, "Service").items()}
    assert {name for name, kind in kinds.items() if kind != "ClusterIP"} == {"gateway"}
    assert kinds["gateway"] == "LoadBalancer"


def test_what_must_be_changed_is_marked():
    lines = FILE.read_text().splitlines()
    for number, line in enumerate(lines):
        if "example" in line and not line.startswith("#"):
            assert "yours" in lines[number - 1] or "yours" in lines[number - 2], line
