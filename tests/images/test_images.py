"""What is in the images, and what is not."""

import re

import pytest
from image import INFRASTRUCTURE, NAMES, SERVICES

MB = 1_000_000
SHELLS = {"sh", "ash", "bash", "dash", "busybox", "zsh", "ksh"}
# The gateway's start script watches its keys, initdb starts the server through a shell, checks are scripts.
WITH_A_SHELL = {"gateway", "postgres", "test"}
BUILD_TOOLS = re.compile(r"(cc|gcc|g\+\+|c\+\+|cpp|ld|as|make|cmake|ninja|ccache|git|python3?|perl|go|apt|apt-get|dpkg|pip3?)"
                         r"(-[\d.]+)?")


def programs(image) -> set[str]:
    """What can be executed, libraries apart."""
    return {path for path, file in image.files.items()
            if (file.issym() or file.mode & 0o111) and not re.search(r"\.so(\.[\d.]+)?$", path)
            and not path.startswith("var/run")}


def on_disk(images) -> int:
    """What these take on one disk: a layer that several have is there once."""
    return sum(layer.bytes for layer in {layer.digest: layer for image in images for layer in image.layers}.values())


def test_images_are_small(images, capsys):
    services = [images[name] for name in SERVICES]
    biggest = max(services, key=lambda image: image.bytes)
    together, everything = on_disk(services), on_disk(images.values())
    with capsys.disabled():
        print(f"\n    the biggest service, {biggest.name}: {biggest.bytes / MB:.1f} MB; the {len(services)} services "
              f"together: {together / MB:.1f} MB, of which {services[0].layers[0].bytes / MB:.1f} MB are shared\n    "
              + ", ".join(f"{name}: {images[name].bytes / MB:.1f}" for name in ("gateway", *INFRASTRUCTURE))
              + f" MB; everything: {everything / MB:.1f} MB", flush=True)
    assert biggest.bytes <= 30 * MB
    assert together <= 60 * MB
    assert everything <= 500 * MB


def test_services_share_one_layer_and_add_their_program_alone(images):
    assert len({images[name].layers[0].digest for name in SERVICES}) == 1
    for name in SERVICES:
        assert [set(layer.files) for layer in images[name].layers[1:]] == [{"service"}], name


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_shell_only_where_one_is_needed(images, name):
    found = {path.rpartition("/")[2] for path in images[name].files} & SHELLS
    assert bool(found) == (name in WITH_A_SHELL), f"{name} has {found or 'none'}"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_run_nothing_but_itself(images, name):
    assert programs(images[name]) == {"service"}
    assert images[name].config["Entrypoint"] == ["/service"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_build_or_install_with_is_left(images, name):
    assert not [path for path in programs(images[name]) if BUILD_TOOLS.fullmatch(path.rpartition("/")[2])]


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_as_nobody_and_lets_nobody_become_somebody(images, name):
    image = images[name]
    assert image.config["User"] == "65532:65532"
    things = [thing for layer in image.layers for thing in (*layer.files.values(), *layer.folders.values())]
    assert not [thing.name for thing in things if thing.mode & 0o6000]
    assert {thing.name.strip("/") for thing in things if thing.mode & 0o002 and not thing.issym()} <= {"tmp"}
    assert {thing.mode & 0o7777 for thing in things if thing.name.strip("/") == "tmp"} == {0o1777}
    assert {thing.uid for thing in things} <= {0, 65532}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_layer_tells_when_it_was_made(images, name):
    shared = images[name].layers[0]
    assert {file.mtime for file in shared.files.values()} == {0}, "the same files would not make the same layer"


@pytest.mark.parametrize("name", NAMES)
def test_labels_say_what_it_is_and_no_address(images, name):
    labels = images[name].labels
    assert name in labels["title"].lower() or name == "postgres" and "PostgreSQL" in labels["title"]
    assert labels["version"] and labels["version"] != "unknown"
    assert not [value for value in labels.values() if "://" in value or "@" in value]


@pytest.mark.parametrize(("name", "package"),
                         [("postgres", "postgresql-15"), ("prometheus", "prometheus"), ("nats", "nats-server")])
def test_the_version_of_a_third_party_is_its_package_s(images, name, package):
    found = re.match(r"\d+(\.\d+)?", images[name].packages()[package])[0]
    wanted = images[name].labels["version"]
    assert f"{found}.".startswith(f"{wanted}."), f"the label in Dockerfiles/{name}.Dockerfile says {wanted}"
    assert images[name].labels["licenses"]


@pytest.mark.parametrize(("name", "packages"), [
    ("product", ["libc6", "libstdc++6", "libpistache0", "libpqxx-6.4", "libpq5", "libcurl4", "libssl3", "libnats3.4",
                 "libprometheus-cpp-core1.0", "libspdlog1.10", "rapidjson-dev", "ca-certificates"]),
    ("gateway", ["haproxy", "libssl3", "dash"]),
    ("postgres", ["postgresql-15", "busybox", "tzdata"]),
    ("prometheus", ["prometheus"]),
    ("nats", ["nats-server"]),
    ("test", ["curl", "busybox"]),
])
def test_scanners_find_the_packages_with_their_versions(images, name, packages):
    found = images[name].packages()
    assert not set(packages) - set(found), f"found are {sorted(found)}"
    assert all(re.match(r"(\d+:)?\d\S*$", version) for version in found.values()), found
    assert "etc/os-release" in images[name].files, "scanners look there for the distribution"


@pytest.mark.parametrize("name", NAMES)
def test_the_licence_of_each_package_comes_along(images, name):
    licences = {path.split("/")[3] for path in images[name].files if re.match("usr/share/doc/.*/copyright", path)}
    # The compiler's own libraries have theirs with the compiler.
    assert set(images[name].packages()) - {"libgcc-s1", "libstdc++6"} <= licences
    assert "libstdc++6" not in images[name].packages() or "gcc-12-base" in licences
