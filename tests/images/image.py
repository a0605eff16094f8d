"""An image taken apart, layer by layer, and which images there are."""

import dataclasses
import email.parser
import json
import os
import pathlib
import subprocess
import tarfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
REPOSITORY = os.environ.get("REPOSITORY", "serai")
SERVICES = sorted(path.parents[1].name for path in ROOT.glob("services/*/src/main.cpp"))
INFRASTRUCTURE = ["nats", "postgres", "prometheus", "test"]
NAMES = [*SERVICES, "gateway", *INFRASTRUCTURE]


@dataclasses.dataclass
class Layer:
    digest: str
    files: dict[str, tarfile.TarInfo]  # by path, without a slash at the beginning; folders are left out
    folders: dict[str, tarfile.TarInfo]
    texts: dict[str, str]  # what the package facts say

    @property
    def bytes(self) -> int:
        return sum(file.size for file in self.files.values())


@dataclasses.dataclass
class Image:
    name: str
    config: dict
    layers: list[Layer]

    @property
    def files(self) -> dict[str, tarfile.TarInfo]:
        return {path: file for layer in self.layers for path, file in layer.files.items()}

    @property
    def bytes(self) -> int:
        return sum(layer.bytes for layer in self.layers)

    @property
    def labels(self) -> dict[str, str]:
        """Without the prefix that all have."""
        return {name.removeprefix("org.opencontainers.image."): value for name, value in (self.config["Labels"] or {}).items()}

    def packages(self) -> dict[str, str]:
        """name -> version of the Debian packages that a scanner finds in it."""
        facts = [email.parser.HeaderParser().parsestr(text) for layer in self.layers for text in layer.texts.values()]
        return {fact["Package"]: fact["Version"] for fact in facts}


def layer_of(digest: str, file) -> Layer:
    layer = Layer(digest, {}, {}, {})
    with tarfile.open(fileobj=file) as packed:
        for member in packed:
            path = member.name.strip("/")
            (layer.folders if member.isdir() else layer.files)[path] = member
            if path.startswith("var/lib/dpkg/status.d/") and member.isfile():
                layer.texts[path] = packed.extractfile(member).read().decode()
    return layer


def take_apart(packed: pathlib.Path) -> dict[str, Image]:
    """Every image that docker has from `make images`, by way of this file, which is as big as they are."""
    told = subprocess.run(["docker", "save", "--output", str(packed), *[f"{REPOSITORY}/{name}:latest" for name in NAMES]],
                          capture_output=True, text=True)
    assert told.returncode == 0, f"{told.stderr.strip()}\nBuild them first: make images"
    found, layers = {}, {}
    with tarfile.open(packed) as archive:
        for entry in json.load(archive.extractfile("manifest.json")):
            config = json.load(archive.extractfile(entry["Config"]))
            digests = config["rootfs"]["diff_ids"]
            for digest, path in zip(digests, entry["Layers"], strict=True):
                if digest not in layers:
                    layers[digest] = layer_of(digest, archive.extractfile(path))
            name = entry["RepoTags"][0].removeprefix(f"{REPOSITORY}/").removesuffix(":latest")
            found[name] = Image(name, config["config"], [layers[digest] for digest in digests])
    packed.unlink()
    assert sorted(found) == sorted(NAMES)
    return found
