"""Writes a C++ source that holds files, and its header: embed_files.py OUTPUT NAMESPACE ROOT FILE...

A .yaml file is stored as JSON, so that a service can serve its OpenAPI description without a YAML
parser. The text is written as string literals of one line each, which compile fast.
"""

import json
import pathlib
import sys

import yaml

LITERAL_BYTES_MAX = 16_000  # compilers limit the length of one literal


def content(path: pathlib.Path) -> tuple[str, bytes]:
    """The ending-adjusted name and the bytes to store for one file."""
    if path.suffix == ".yaml":
        text = json.dumps(yaml.safe_load(path.read_text()), separators=(",", ":"), ensure_ascii=False, default=str)
        return ".json", text.encode()
    return path.suffix, path.read_bytes()


def literal(data: bytes) -> str:
    """A C++ string literal; octal escapes have a fixed length, so no escape swallows what follows."""
    plain = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("?"): "\\?"}
    return '"' + "".join(plain.get(b, chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in data) + '"'


def main() -> None:
    output, namespace, root, *files = sys.argv[1:]
    entries = []
    for file in sorted(files):
        path = pathlib.Path(file)
        suffix, data = content(path)
        name = str(path.relative_to(root).with_suffix(suffix))
        parts = [data[i:i + LITERAL_BYTES_MAX] for i in range(0, len(data), LITERAL_BYTES_MAX)] or [b""]
        literals = "\n     ".join(literal(part) for part in parts)
        entries.append(f"    {{{literal(name.encode())},\n     std::string_view{{{literals}, {len(data)}}}}},\n")
    header = pathlib.Path(output).with_suffix(".h")
    declaration = ('#pragma once\n\n#include "chassis/files.h"\n\n'
                   f"namespace {namespace} {{\n\n/// The files compiled into this program.\n"
                   f"chassis::Files embedded();\n\n}}  // namespace {namespace}\n")
    if not header.exists() or header.read_text() != declaration:  # a newer date would compile its readers anew
        header.write_text(declaration)
    pathlib.Path(output).write_text(
        '#include "chassis/files.h"\n\n'
        f"namespace {namespace} {{\n\n"
        "chassis::Files embedded() {\n  static const chassis::Files files{\n"
        + "".join(entries) + "  };\n  return files;\n}\n\n"
        f"}}  // namespace {namespace}\n")


if __name__ == "__main__":
    main()
