"""What an installation says at its end: what to do next."""

import shutil

import pytest
import yaml
from conftest import CHART, helm


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    """Renders NOTES.txt, which `helm template` does not show, as a text of a template."""
    chart = shutil.copytree(CHART, tmp_path_factory.mktemp("charts") / "serai")
    shutil.copy(chart / "templates/NOTES.txt", chart / "files/NOTES.txt")
    (chart / "templates/notes.yaml").write_text('text: {{ tpl (.Files.Get "files/NOTES.txt") . | toJson }}\n')

    def render(values: dict) -> str:
        told = helm("template", "serai", str(chart), "--namespace", "shop", "--show-only", "templates/notes.yaml",
                    values=values or {"tags": {"all": True}})
        assert told.returncode == 0, told.stderr
        return yaml.safe_load(told.stdout)["text"]

    return render


def test_they_say_how_to_open_check_scale_break_and_audit_the_site(notes):
    text = notes({})
    for words in ("https://localhost:8443", "ada@example.com", "helm -n shop test serai",
                  "kubectl -n shop scale deployment/product --replicas=3", "kubectl -n shop delete pod",
                  "kubectl -n shop create job audit-now --from=cronjob/audit"):
        assert words in text, words


@pytest.mark.parametrize(("values", "words", "absent"), [
    ({"tags": {"all": False}, "product": {"enabled": True}}, "Installed: product", "audit"),
    ({"global": {"demo": "none"}}, "https://localhost:8443", "ada@example.com"),
    ({"gateway": {"service": {"type": "LoadBalancer"}}}, "load balancer", "port-forward service/gateway"),
    ({"ingress": {"kind": "Ingress"}}, "get ingress gateway", "port-forward service/gateway"),
    ({"product": {"autoscaling": {"enabled": True}}}, "the autoscaler does not", "no service"),
])
def test_they_name_only_what_is_there(notes, values, words, absent):
    text = notes(values)
    assert words in text
    assert absent not in text
