"""`make new-service` in a copy of the project: the service is tidy, builds, passes its tests and starts."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CEREMONY_LINES_MAX = 15


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """What is or would be committed, in a folder of its own."""
    folder = tmp_path_factory.mktemp("copy")
    folder.chmod(0o755)
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split("\0")
    for name in listed:
        source, target = ROOT / name, folder / name
        if name and (source.exists() or source.is_symlink()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    return folder


@pytest.fixture(scope="module")
def before(copy):
    return {path: path.read_text() for path in (copy / "tools/ports.txt", copy / "charts/serai/Chart.yaml",
                                                copy / "charts/serai/values.yaml")}


@pytest.fixture(scope="module")
def made(copy, before):
    done = run(copy, "tools/new_service.py", "samovar")
    assert done.returncode == 0, done.stderr
    return copy


def run(folder: pathlib.Path, *command: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=folder, env=os.environ | environment, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=600)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def test_the_new_service_is_tidy_and_formatted(made):
    tidy = run(made, "tools/tidy.py")
    assert tidy.returncode == 0, tidy.stdout
    sources = [str(path) for path in (made / "services/samovar").rglob("*.[ch]*")]
    formatted = run(made, "clang-format-14", "--dry-run", "--Werror", *sources)
    assert formatted.returncode == 0, formatted.stderr


def test_it_takes_few_lines_beyond_its_domain(made, before):
    ceremony = lines((made / "services/samovar/src/main.cpp").read_text())
    ceremony += lines((made / "services/samovar/CMakeLists.txt").read_text())
    for path, text in before.items():
        ceremony += [line for line in lines(path.read_text()) if line not in lines(text)]
    assert any("samovar" in line for line in ceremony)
    assert len(ceremony) <= CEREMONY_LINES_MAX, "\n".join(ceremony)


def test_it_builds_passes_its_tests_and_starts(made):
    built = run(made, "tools/build", "debug", "samovar", "samovar_test")
    assert built.returncode == 0, built.stdout[-4000:] + built.stderr[-1000:]
    tested = run(made, "tools/with_postgres", "build/debug/bin/samovar_test")
    assert tested.returncode == 0 and "[  PASSED  ]" in tested.stdout, tested.stdout[-4000:]
    started = run(made, "tools/with_site", "--only", "samovar", "sh", "-c",
                  'curl -fsS "http://127.0.0.1:$SERAI_PORT_SAMOVAR/v1/samovars"', SERAI_PRESET="debug")
    assert started.returncode == 0, started.stdout + started.stderr
    assert '{"items":[],"next_cursor":null}' in started.stdout


@pytest.mark.parametrize("name, reason", [("", "one lower-case word"), ("Tea", "one lower-case word"), ("a-b", "one lower-case"),
                                          ("class", "means something else"), ("product", "is there already")])
def test_a_name_that_will_not_do_is_refused(copy, name, reason):
    refused = run(copy, "tools/new_service.py", name)
    assert refused.returncode == 2 and reason in refused.stderr
