"""What syft finds in the images is what is in them."""

import json
import shutil
import subprocess

import pytest
from image import ROOT


@pytest.mark.skipif(not shutil.which("syft"), reason="syft is not on the path; tools/sbom says where to get it")
@pytest.mark.parametrize("name", ["product", "postgres"])
def test_the_list_of_an_image_names_its_packages_with_their_versions(images, name):
    told = subprocess.run([ROOT / "tools/sbom", name], capture_output=True, text=True, timeout=300)
    assert told.returncode == 0, told.stderr
    document = json.loads((ROOT / f"build/sbom/{name}.spdx.json").read_text())
    found = {package["name"]: package["versionInfo"] for package in document["packages"]
             if any("pkg:deb/debian/" in reference["referenceLocator"] for reference in package.get("externalRefs", []))}
    assert found == images[name].packages()
