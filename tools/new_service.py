#!/usr/bin/python3
"""Writes a new service that builds, has tests and starts: make new-service NAME=word

services/<word>/ is written after tools/service_template, and the service is named where the site is put
together: tools/ports.txt, charts/serai/Chart.yaml and global.calls in charts/serai/values.yaml.
"""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "tools/service_template"
WORD = re.compile(r"[a-z]{3,20}")
# Words that cannot be a namespace, or mean something here already.
TAKEN = """auto bool break case catch char class const continue default delete double else enum explicit export extern
false final float for friend goto inline int long mutable namespace new operator override private protected public
register return short signed sizeof static struct switch template this throw true try typedef typename union unsigned
using virtual void volatile while chassis std pqxx testing postgres prometheus nats gateway migrate seed detail""".split()


class Refused(Exception):
    """Why there will be no such service; the text names the remedy."""


def check(name: str) -> None:
    if not WORD.fullmatch(name):
        raise Refused("the name is one lower-case word of 3 to 20 letters: make new-service NAME=tea")
    if name in TAKEN:
        raise Refused(f"{name} means something else already; choose another word")
    if (ROOT / "services" / name).exists():
        raise Refused(f"services/{name} is there already; choose another word, or remove it first")


def named(text: str, name: str) -> str:
    return text.replace("kettle", name).replace("Kettle", name.capitalize())


def write_folder(name: str) -> list[pathlib.Path]:
    written = []
    for source in sorted(path for path in TEMPLATE.rglob("*") if path.is_file()):
        target = ROOT / "services" / name / named(str(source.relative_to(TEMPLATE)), name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(named(source.read_text(), name))
        written.append(target)
    if formatter := shutil.which("clang-format-14"):  # another name breaks lines at other places
        subprocess.run([formatter, "-i", *(path for path in written if path.suffix in (".h", ".cpp"))], check=True, cwd=ROOT)
    return written


def add_port(name: str) -> None:
    path = ROOT / "tools/ports.txt"
    text = path.read_text()
    ports = {int(number) for number in re.findall(r"^\S+ (\d+)$", text, re.MULTILINE)}
    free = next(number for number in range(9101, 10_000) if number not in ports)
    path.write_text(f"{text.rstrip()}\n{name} {free}\n")


def add_alias(name: str) -> None:
    """One line after the last service's, of the same form."""
    path = ROOT / "charts/serai/Chart.yaml"
    text = path.read_text()
    last = re.findall(r"^ *- \{name: service, alias: .*\}$", text, re.MULTILINE)[-1]
    before = re.search(r"alias: ([a-z]+)", last)[1]
    path.write_text(text.replace(last, last + "\n" + re.sub(rf"\b{before}\b", name, last)))


def add_calls(name: str) -> None:
    """A service that calls nobody yet."""
    path = ROOT / "charts/serai/values.yaml"
    text = path.read_text()
    graph = re.search(r"^  calls:.*\n((?:    .*\n)+)", text, re.MULTILINE)
    path.write_text(text[:graph.end()] + f"    {name}: []\n" + text[graph.end():])


def main() -> int:
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    try:
        check(name)
    except Refused as refused:
        print(f"new-service: {refused}", file=sys.stderr)
        return 2
    written = write_folder(name)
    add_port(name)
    add_alias(name)
    add_calls(name)
    subprocess.run([ROOT / "tools/callgraph.py"], check=True)
    print("\n".join(str(path.relative_to(ROOT)) for path in written))
    print(f"""and a line each in tools/ports.txt, charts/serai/Chart.yaml and charts/serai/values.yaml.

`make run` starts it; `make test SUITES="tidy build unit"` tests it. It answers the other services only:
  a service that calls it names it in global.calls (charts/serai/values.yaml) and gets {name.upper()}_URL;
  for the public API, name its prefix in services/gateway/routes.map, and its backend in haproxy.cfg.""")
    return 0


if __name__ == "__main__":
    sys.exit(main())
