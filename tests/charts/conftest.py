"""Renders the charts as `helm template` does, and gives what comes out."""

import copy
import functools
import pathlib
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts/serai"
# It would read all definitions anew for each object.
kubernetes_validate.utils.schema_contents = functools.cache(kubernetes_validate.utils.schema_contents)
FOREIGN = ("gateway.networking.k8s.io/", "monitoring.coreos.com/")  # kinds that somebody else gives a cluster


def helm(*arguments: str, values: dict | None = None) -> subprocess.CompletedProcess:
    """Runs helm and returns what it said, whether it liked the chart or not."""
    return subprocess.run(["helm", *arguments, *(["--values", "-"] if values else [])], cwd=ROOT, text=True,
                          input=yaml.safe_dump(values) if values else None, capture_output=True, timeout=120)


def render(values: dict | None = None, name: str = "serai", is_upgrade: bool = False) -> list[dict]:
    """Every object of the chart with these values."""
    told = helm("template", name, str(CHART), "--namespace", "serai", *(["--is-upgrade"] if is_upgrade else []),
                values=values)
    assert told.returncode == 0, told.stderr
    return parsed(told.stdout)


def parsed(text: str) -> list[dict]:
    """The objects that helm wrote."""
    return [thing for thing in yaml.load_all(text, yaml.CSafeLoader) if thing]


def environment(objects: list[dict], kind: str, name: str) -> dict[str, str]:
    """The settings of a program that stand in its pod as they are."""
    container = of(objects, kind)[name]["spec"]["template"]["spec"]["containers"][0]
    return {one["name"]: one["value"] for one in container.get("env", []) if "value" in one}


def volumes(objects: list[dict], kind: str, name: str) -> dict[str, dict]:
    """The Secrets that a program sees as files, by the volume's name."""
    pod = of(objects, kind)[name]["spec"]["template"]["spec"]
    return {volume["name"]: volume["secret"] for volume in pod["volumes"] if "secret" in volume}


def refusal(values: dict) -> str:
    """What helm says about values that it must not take."""
    told = helm("template", "serai", str(CHART), values=values)
    assert told.returncode != 0, f"these values were taken: {values}"
    return told.stderr


def of(objects: list[dict], kind: str) -> dict[str, dict]:
    """The objects of one kind, by name."""
    return {thing["metadata"]["name"]: thing for thing in objects if thing["kind"] == kind}


def pods(objects: list[dict]) -> dict[str, dict]:
    """The specification of every pod that the objects make, by the object's kind and name."""
    found = {}
    for thing in objects:
        spec = thing.get("spec", {})
        spec = thing if thing["kind"] == "Pod" else spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if isinstance(spec, dict) and "containers" in spec.get("spec", {}):
            found[f"{thing['kind']} {thing['metadata']['name']}"] = spec
    return found


def faults(objects: list[dict], version: str) -> list[str]:
    """What a Kubernetes of this version finds wrong with the objects; of those that are not its own it knows nothing."""
    found = []
    for thing in objects:
        if thing["apiVersion"].startswith(FOREIGN):
            continue
        try:
            kubernetes_validate.validate(thing, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"{thing['kind']} {thing['metadata']['name']}: {error.message}")
    return found


@pytest.fixture(scope="session", autouse=True)
def helm_is_here():
    if not shutil.which("helm"):
        pytest.exit("helm is not on the path: install helm 3.14 or newer", returncode=2)


@pytest.fixture(scope="session")
def rendered() -> list[dict]:
    return render()


@pytest.fixture
def objects(rendered) -> list[dict]:
    """The chart as it comes."""
    return copy.deepcopy(rendered)


@pytest.fixture(scope="session")
def values() -> dict:
    return yaml.safe_load((CHART / "values.yaml").read_text())
