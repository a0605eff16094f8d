#!/usr/bin/python3
"""Writes the README of each chart: its values, from the comments of values.yaml and the kinds of values.schema.json.

  tools/chart_values.py            write them
  tools/chart_values.py --check    fail when a file is not what would be written, or a value is not explained in both
"""

import dataclasses
import json
import pathlib
import sys
from collections.abc import Iterator

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHARTS = {"service": "The values of one service", "serai": "The values of the site"}
KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false",
         "array": "list", "object": "map"}
DEFAULT_MAX = 80  # characters; what is longer is read in values.yaml
NOT_GIVEN = "Not in values.yaml"  # how a schema's $comment begins where a value has no default on purpose


@dataclasses.dataclass(frozen=True)
class Value:
    """One value of values.yaml, as `a.b.c`, with the comment above it."""

    path: str
    comment: str
    default: object


class Chart:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        text = (folder / "values.yaml").read_text()
        self.lines, self.root = text.splitlines(), yaml.compose(text, yaml.SafeLoader)
        self.schema = json.loads((folder / "values.schema.json").read_text())

    def kind_of(self, schema: dict) -> dict:
        """The schema itself, or the definition that it refers to."""
        name = schema.get("$ref", "").removeprefix("#/definitions/")
        return self.schema["definitions"][name] if name else schema

    def find(self, path: str) -> dict | None:
        """What the schema says about a value; None when it says nothing."""
        found = self.schema
        for name in path.split("."):
            found = found.get("properties", {}).get(name)
            if found is None:
                return None
        return found

    def values(self) -> list[Value]:
        """The values that the schema describes, in the order of values.yaml."""
        return list(self.below(self.root, self.schema, ""))

    def below(self, node: yaml.Node, schema: dict, path: str) -> Iterator[Value]:
        for key, value in node.value:
            name, described = f"{path}{key.value}", schema.get("properties", {}).get(key.value)
            if not path and described is None and not self.closed():
                continue  # a service, whose values the other chart describes
            if described and "properties" in described and isinstance(value, yaml.MappingNode) and value.value:
                yield from self.below(value, described, name + ".")
            else:
                yield Value(name, self.comment(key), made_of(value))

    def overrides(self) -> Iterator[Value]:
        """What values.yaml says about single services."""
        if self.closed():
            return
        for key, node in self.root.value:
            if key.value not in self.schema["properties"]:
                for inner, value in node.value:
                    comment = self.comment(inner) or self.comment(key)
                    yield Value(f"{key.value}.{inner.value}", comment, made_of(value))

    def closed(self) -> bool:
        return self.schema.get("additionalProperties") is False

    def comment(self, key: yaml.Node) -> str:
        """The lines of comment right above a key, as one paragraph."""
        words, line, indent = [], key.start_mark.line - 1, " " * key.start_mark.column
        while line >= 0 and self.lines[line].startswith(indent + "#"):
            words.insert(0, self.lines[line].strip().lstrip("#").strip())
            line -= 1
        return " ".join(words)

    def problems(self) -> Iterator[str]:
        name = f"charts/{self.folder.name}"
        values = self.values()
        for value in values:
            if not value.comment:
                yield f"{name}/values.yaml: {value.path} has no comment; say in a line above it what it does"
            if self.find(value.path) is None:
                yield f"{name}/values.schema.json: {value.path} is missing; describe it there"
        for path, schema in self.properties(self.schema, ""):
            if "description" not in schema:
                yield f"{name}/values.schema.json: {path} has no description; say what it is"
            given = {value.path for value in values}
            inside = any(path == one or path.startswith(one + ".") or one.startswith(path + ".") for one in given)
            if not inside and not schema.get("$comment", "").startswith(NOT_GIVEN):
                yield (f"{name}/values.yaml: {path} is missing; give it with its default and a comment, "
                       f"or a $comment in the schema that begins \"{NOT_GIVEN}\" and says why")

    def properties(self, schema: dict, path: str) -> Iterator[tuple[str, dict]]:
        """Every property that the schema knows by name, those of list items and of maps left out."""
        for name, one in schema.get("properties", {}).items():
            yield path + name, one
            yield from self.properties(one, f"{path}{name}.")

    def readme(self) -> str:
        lines = [f"# {CHARTS[self.folder.name]}", "",
                 "Made by `make values` from the comments of `values.yaml` and the kinds of `values.schema.json`: change these.",
                 "What the charts do is said in [charts/README.md](../README.md).", "",
                 "| value | kind | default | what it says |", "|---|---|---|---|"]
        lines += [f"| `{value.path}` | {self.kind(value.path)} | {shown(value.default)} | {prose(value.comment)} |"
                  for value in self.values()]
        lines += [f"| `{path}` | {self.kind(path)} | | {prose(schema['description'])} |"
                  for path, schema in self.properties(self.schema, "") if "$comment" in schema]
        if special := list(self.overrides()):
            lines += ["", "## What is special about a service", "",
                      "A service's own values are those of [charts/service](../service/README.md), under its name.", "",
                      "| value | here | why |", "|---|---|---|"]
            lines += [f"| `{value.path}` | {shown(value.default)} | {prose(value.comment)} |" for value in special]
        return "\n".join(lines) + "\n"

    def kind(self, path: str) -> str:
        schema = self.kind_of(self.find(path) or {})
        if "enum" in schema:
            return " or ".join(f"`{one}`" if one else "empty" for one in schema["enum"])
        types = schema.get("type", "object")
        return " or ".join(KINDS[one] for one in ([types] if isinstance(types, str) else types) if one != "null")


def made_of(node: yaml.Node) -> object:
    return yaml.SafeLoader("").construct_object(node, deep=True)


def shown(default: object) -> str:
    if default is None:
        return ""
    text = json.dumps(default) if isinstance(default, (str, bool)) else yaml.safe_dump(
        default, default_flow_style=True, sort_keys=False, width=1000).removesuffix("...\n").strip()
    return f"`{text}`".replace("|", "\\|") if len(text) <= DEFAULT_MAX else "see values.yaml"


def prose(text: str) -> str:
    """A comment as a cell of a table: what stands between backquotes stays as it is."""
    parts = text.split("`")
    parts[::2] = [part.replace("<", "&lt;").replace("*", "\\*") for part in parts[::2]]
    return "`".join(parts).replace("|", "\\|")


def main() -> int:
    charts = [Chart(ROOT / "charts" / name) for name in CHARTS]
    found = [problem for chart in charts for problem in chart.problems()]
    for chart in charts:
        file = chart.folder / "README.md"
        wanted = chart.readme()
        if sys.argv[1:] != ["--check"]:
            file.write_text(wanted)
        elif not file.exists() or file.read_text() != wanted:
            found.append(f"{file.relative_to(ROOT)} is not what the values say: `make values` writes it anew")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
