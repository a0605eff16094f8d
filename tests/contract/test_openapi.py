"""Each service answers as its openapi.yaml says, whatever Schemathesis sends.

The services are asked directly, as the gateway asks them: with the installation's token, and an identity in
headers. FULL=1 sends ten times as much.
"""

import os
import pathlib
import re
import subprocess
import sys
import urllib.request

import pytest
import yaml

from conftest import ROOT
from local import settings

TIMES = 10 if os.environ.get("FULL") else 1
SERVICES = [name for name in settings.services() if (ROOT / f"services/{name}/openapi.yaml").exists()]
# Some serve peers alone, by routes that their README describes.
PUBLIC = [name for name in SERVICES if yaml.safe_load((ROOT / f"services/{name}/openapi.yaml").read_text())["paths"]]


@pytest.fixture
def sound_bank(address, token):
    """What was switched on at random must not disturb the services that come next."""
    yield
    headers = {"X-Internal-Token": token, "Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(address("bank") + "/v1/faults", b"{}", headers, method="PUT"), timeout=10)


@pytest.mark.usefixtures("sound_bank")
@pytest.mark.parametrize("caller", ["nobody", "administrator"])
@pytest.mark.parametrize("service", PUBLIC)
def test_the_service_keeps_its_promise(service, caller, identities, address, token, tmp_path):
    description = ROOT / f"services/{service}/openapi.yaml"
    headers = {"X-Internal-Token": token} | identities[caller]
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text("")
    command = [pathlib.Path(sys.executable).with_name("schemathesis"), "--config-file", configuration, "run", description,
               "--url", address(service), "--max-examples", str(15 * TIMES), "--seed", "7", "--no-color",
               "--phases", "examples,coverage,fuzzing", "--workers", "1", "--request-timeout", "10",
               "--generation-database", "none", "--continue-on-failure", "--checks",
               "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
               "response_headers_conformance"]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=600 * TIMES)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) generated", done.stdout)[1]) > 0, done.stdout[-2000:]


@pytest.mark.parametrize("service", SERVICES)
def test_the_service_serves_its_description(service, address):
    with urllib.request.urlopen(address(service) + "/openapi.json", timeout=10) as answer:
        served = yaml.safe_load(answer.read())
    assert served == yaml.safe_load((ROOT / f"services/{service}/openapi.yaml").read_text())
    assert served["openapi"].startswith("3.1")
