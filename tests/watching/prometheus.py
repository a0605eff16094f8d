"""What Prometheus knows, and what the boards and rules ask it."""

import dataclasses
import json
import math
import pathlib
import re
from collections.abc import Iterator

import httpx
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARDS = ROOT / "dashboards"
RULES = sorted((DASHBOARDS / "rules").glob("*.yaml"))


@dataclasses.dataclass
class Prometheus:
    address: str

    def get(self, path: str, **parameters: str) -> httpx.Response:
        answer = httpx.get(self.address + path, params=parameters, timeout=20)
        assert answer.status_code == 200, f"{path} {parameters}: {answer.text}"
        return answer

    def ask(self, expression: str) -> list[dict]:
        """The series that the expression has now."""
        return self.get("/api/v1/query", query=expression).json()["data"]["result"]

    def has(self, expression: str) -> bool:
        """Whether the expression has a number now."""
        return any(not math.isnan(float(series["value"][1])) for series in self.ask(expression))


def boards() -> dict[str, dict]:
    """What each of Prometheus' own pages is to show, by the page's file name."""
    return {path.name: json.loads(re.search(r'application/json">(.*?)</script>', path.read_text(), re.DOTALL)[1])
            for path in sorted((DASHBOARDS / "consoles").glob("*.html"))}


def rules() -> Iterator[dict]:
    for path in RULES:
        for group in yaml.safe_load(path.read_text())["groups"]:
            yield from group["rules"]


def alerts() -> list[str]:
    return [rule["alert"] for rule in rules() if "alert" in rule]
