#!/usr/bin/python3
"""Runs clang-tidy over what was compiled: tools/clang_tidy.py [FILE...]

Without names: the programs' sources. With FULL=1 the tests as well, and the static analyzer, which takes most of
the time. A file that passed is not looked at again until it, a header of ours that it includes, its compile
command or .clang-tidy changes: the marks are kept beside other caches of the user, for every checkout.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/debug"
MARKS = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "serai-clang-tidy"
FULL = bool(os.environ.get("FULL"))
COMMAND = ["clang-tidy-14", "--quiet", "--extra-arg=-Wno-unknown-warning-option",
           *([] if FULL else ["--checks=-clang-analyzer-*"]), "-p", str(BUILD)]


def main() -> int:
    database = BUILD / "compile_commands.json"
    if not database.exists():
        print("clang-tidy needs build/debug: make build PRESET=debug")
        return 1
    entries = [entry for entry in json.loads(database.read_text())
               if str(ROOT) in entry["file"] and str(BUILD) not in entry["file"]]
    if sys.argv[1:]:
        chosen = {str(pathlib.Path(name).resolve()) for name in sys.argv[1:]}
        entries = [entry for entry in entries if entry["file"] in chosen]
    elif not FULL:
        entries = [entry for entry in entries if not {"tests", "testing"} & set(pathlib.Path(entry["file"]).parts)]
    included = headers()
    MARKS.mkdir(parents=True, exist_ok=True)
    todo = [(entry, mark) for entry in entries if not (mark := MARKS / key(entry, included)).exists()]
    print(f"clang-tidy: {len(todo)} of {len(entries)} files to look at", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as side_by_side:
        results = list(side_by_side.map(lambda job: look(*job), todo))
    return 0 if all(results) else 1


def look(entry: dict, mark: pathlib.Path) -> bool:
    done = subprocess.run([*COMMAND, entry["file"]], capture_output=True, text=True)
    name = pathlib.Path(entry["file"]).relative_to(ROOT)
    if done.returncode:
        print(f"{name}:\n{done.stdout}", flush=True)  # the rest only counts warnings of other people's headers
        return False
    print(name, flush=True)
    mark.touch()
    return True


def headers() -> dict[str, list[str]]:
    """object file -> the files of ours it was compiled from, as the build knows them."""
    listed = subprocess.run(["ninja", "-C", str(BUILD), "-t", "deps"], capture_output=True, text=True).stdout
    found: dict[str, list[str]] = {}
    files: list[str] = []
    for line in listed.splitlines():
        if line.startswith("    "):
            file = os.path.normpath(BUILD / line.strip())
            if file.startswith(str(ROOT)) and not file.startswith(str(BUILD)):
                files.append(file)
        elif ": #deps" in line:
            files = found[line.split(":")[0]] = []
    return found


def key(entry: dict, included: dict[str, list[str]]) -> str:
    command = " ".join([*COMMAND, entry["command"]]).replace(str(ROOT), "")
    digest = hashlib.sha256((command + (ROOT / ".clang-tidy").read_text()).encode())
    for file in sorted({entry["file"], *included.get(entry.get("output", ""), [])}):
        digest.update(pathlib.Path(file).read_bytes() if os.path.exists(file) else b"gone")
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
