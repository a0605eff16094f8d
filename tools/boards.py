#!/usr/bin/python3
"""Makes what is generated in dashboards/ of its sources there: `make boards`.

  tools/boards.py            writes it
  tools/boards.py --check    says what is not as its sources would make it, and exits 1

  boards.yaml                -> grafana/<board>.json, for Grafana
  boards.yaml, page.*        -> consoles/<board>.html and serai.lib, pages that Prometheus itself serves
  features.yaml              -> rules/features.yaml, what the alerts on features are made of
"""

import json
import pathlib
import re
import sys

import yaml

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "dashboards"
MADE_OF = "Made by `make boards` of {}; change that."
COLUMNS = 24
WIDTH = {"number": 4, "lines": 8, "bars": 8, "table": 8}
HEIGHT = {"number": 4, "lines": 8, "bars": 8, "table": 8}  # in Grafana's rows
GRAFANA_UNITS = {"per second": "cps", "per minute": "cpm", "per hour": "suffix: /h", "times": "suffix: ×", "ratio": "percentunit",
                 "seconds": "s", "seconds ago": "s", "days": "d", "bytes": "bytes", "money": "locale", "cores": "none", "": "none"}
GRAFANA_KINDS = {"number": "stat", "lines": "timeseries", "bars": "bargauge", "table": "table"}
INTERVAL_S = 15  # between two evaluations of the features
WINDOWS = {"5m": 300, "30m": 1800, "1h": 3600, "6h": 21600, "3d": 259200}


def load(name: str) -> list[dict]:
    return yaml.safe_load((FOLDER / name).read_text())


def panels(board: dict) -> list[dict]:
    return [panel for row in board["rows"] for panel in row["panels"]]


def kind(panel: dict) -> str:
    return panel.get("kind", "lines")


def wide(panel: dict) -> int:
    return panel.get("wide", WIDTH[kind(panel)])


def filled(expression: str, site: str, service: str, window: str) -> str:
    """The expression with its words in capitals replaced."""
    words = {"SITE": site, "SERVICE": service, "WINDOW": window, "ASKED": 'route!~"/(health|ready|metrics)"'}
    return re.sub(r"\b(SITE|SERVICE|WINDOW|ASKED)\b", lambda match: words[match[1]], expression)


# --- Grafana ---------------------------------------------------------------------------------------------------------

SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def variable(name: str, label: str, query: str, everything: bool) -> dict:
    return {"name": name, "label": label, "type": "query", "datasource": SOURCE, "refresh": 2, "sort": 1,
            "query": {"query": query, "refId": name}, "definition": query, "includeAll": everything, "multi": False,
            "current": {"text": "All", "value": "$__all"} if everything else {}}


def grafana_panel(panel: dict, place: dict, number: int) -> dict:
    instant = kind(panel) in ("bars", "table")
    targets = []
    for index, (legend, expression) in enumerate(panel["queries"].items()):
        targets.append({"refId": chr(ord("A") + index), "datasource": SOURCE, "instant": instant, "range": not instant,
                        "format": "table" if kind(panel) == "table" else "time_series",
                        "expr": filled(expression, 'site=~"$site"', 'job="$service"', "$__rate_interval"),
                        "legendFormat": re.sub(r"{(\w+)}", r"{{\1}}", legend)})
    steps = [{"color": "green", "value": None}]
    if "bad" in panel:
        steps.append({"color": "red", "value": panel["bad"]})
    made = {"id": number, "title": panel["panel"], "type": GRAFANA_KINDS[kind(panel)], "datasource": SOURCE,
            "gridPos": place, "targets": targets, "description": panel.get("about", ""),
            "fieldConfig": {"defaults": {"unit": GRAFANA_UNITS[panel.get("unit", "")],
                                         "thresholds": {"mode": "absolute", "steps": steps}}, "overrides": []}}
    if kind(panel) == "lines":
        made["fieldConfig"]["defaults"]["custom"] = {"fillOpacity": 8, "lineWidth": 2, "showPoints": "never"}
        made["options"] = {"legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull"]},
                           "tooltip": {"mode": "multi", "sort": "desc"}}
    elif kind(panel) == "table":
        made["transformations"] = [{"id": "organize", "options": {"excludeByName": {"Time": True, "site": True}}}]
    else:
        made["options"] = {"reduceOptions": {"calcs": ["lastNotNull"]}, "orientation": "horizontal"}
    return made


def grafana_board(board: dict) -> dict:
    made, number, top = [], 1, 0
    for row in board["rows"]:
        made.append({"id": number, "type": "row", "title": row["row"], "collapsed": False, "panels": [],
                     "gridPos": {"x": 0, "y": top, "w": COLUMNS, "h": 1}})
        number, top, left, height = number + 1, top + 1, 0, 0
        for panel in row["panels"]:
            if left + wide(panel) > COLUMNS:
                left, top, height = 0, top + height, 0
            place = {"x": left, "y": top, "w": wide(panel), "h": HEIGHT[kind(panel)]}
            made.append(grafana_panel(panel, place, number))
            number, left, height = number + 1, left + wide(panel), max(height, place["h"])
        top += height
    variables = [{"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
                 variable("site", "Site", 'label_values(up{site!=""}, site)', everything=True)]
    if board.get("choose"):
        variables.append(variable("service", "Service", 'label_values(build_info{site=~"$site"}, job)', everything=False))
    return {"uid": f"serai-{board['board']}", "title": f"Serai: {board['title']}", "description": board["about"],
            "tags": ["serai"], "timezone": "browser", "schemaVersion": 39, "refresh": "10s",
            "time": {"from": "now-1h", "to": "now"}, "templating": {"list": variables}, "panels": made,
            "links": [{"type": "dashboards", "tags": ["serai"], "title": "Serai", "asDropdown": True, "keepTime": True}]}


# --- Prometheus' own pages -------------------------------------------------------------------------------------------

def page_name(board: dict) -> str:
    return "index.html" if board["board"] == "overview" else f"{board['board']}.html"


def console(board: dict, boards: list[dict]) -> str:
    """The page of a board: what to show as JSON, between the two halves of serai.lib."""
    shown = {"board": board["board"], "title": board["title"], "about": board["about"],
             "choose": board.get("choose", ""),
             "pages": [{"title": one["title"], "page": page_name(one)} for one in boards],
             "rows": [{"row": row["row"], "panels": [
                 {"title": panel["panel"], "kind": kind(panel), "unit": panel.get("unit", ""), "wide": wide(panel),
                  "about": panel.get("about", ""), "bad": panel.get("bad"), "labels": panel.get("labels", []),
                  "queries": [{"legend": legend, "expr": filled(expression, 'site!=""', "SERVICE", "WINDOW")}
                              for legend, expression in panel["queries"].items()]} for panel in row["panels"]]}
                      for row in board["rows"]]}
    text = json.dumps(shown, indent=1).replace("<", "\\u003c").replace("{{", "{\\u007b")
    return ('{{ template "serai_head" }}\n<script id="board" type="application/json">\n'
            f'{text}\n</script>\n{{{{ template "serai_foot" }}}}\n')


def library() -> str:
    style, script = ((FOLDER / name).read_text().strip() for name in ("page.css", "page.js"))
    frame = (FOLDER / "page.html").read_text()
    head, foot = frame.replace("STYLE", style).split("BOARD")
    return (f'{{{{/* {MADE_OF.format("page.html, page.css and page.js")} */}}}}\n'
            f'{{{{ define "serai_head" }}}}{head.strip()}{{{{ end }}}}\n'
            f'{{{{ define "serai_foot" }}}}{foot.replace("SCRIPT", script).strip()}{{{{ end }}}}\n')


# --- The features' rules ---------------------------------------------------------------------------------------------

def feature_rules(features: list[dict]) -> str:
    rules = []
    for one in features:
        chosen = ", ".join(['site!=""', f'job="{one["service"]}"',
                            *([f'method=~"{one["method"]}"'] if "method" in one else []),
                            f'route=~{json.dumps(one["route"])}'])
        count, bucket = (f"http_server_request_duration_seconds_{part}" for part in ("count", "bucket"))
        asked = f'rate({count}{{{chosen}}}[5m])\n  or service:unreached:rate5m{{service="{one["service"]}"}}'
        good = f'rate({bucket}{{{chosen}, status!~"5..", le="{one["in_time"]}"}}[5m])'
        label = {"feature": one["feature"]}
        rules += [
            {"record": "feature:requests:rate5m", "labels": label, "expr": f"sum by (site) (\n  {asked}\n)"},
            {"record": "feature:bad:rate5m", "labels": label,
             "expr": f"clamp_min(sum by (site) (\n  {asked}\n  or -{good}\n), 0)"},
            {"record": "feature:budget:ratio", "labels": label, "expr": f"vector({round(1 - one['good'], 6)})"},
        ]
    for window in WINDOWS:
        rules.append({"record": f"feature:bad:ratio{window}",
                      "expr": f"sum_over_time(feature:bad:rate5m[{window}])\n"
                              f"/ (sum_over_time(feature:requests:rate5m[{window}]) > 0)"})
    text = yaml.dump({"groups": [{"name": "serai-feature-budgets", "interval": f"{INTERVAL_S}s", "rules": rules}]},
                     Dumper=Readable, sort_keys=False, width=200)
    return f"# {MADE_OF.format('features.yaml')}\n{text}"


class Readable(yaml.SafeDumper):
    """Text of several lines as such, and lists as yamllint wants them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


Readable.add_representer(str, lambda dumper, text: dumper.represent_scalar(
    "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None))


def made() -> dict[str, str]:
    """Every generated file, by its name in dashboards/."""
    boards = load("boards.yaml")
    return ({f"grafana/{board['board']}.json": json.dumps(grafana_board(board), indent=1) + "\n" for board in boards}
            | {f"consoles/{page_name(board)}": console(board, boards) for board in boards}
            | {"consoles/serai.lib": library(), "rules/features.yaml": feature_rules(load("features.yaml"))})


def main() -> int:
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    wanted = made()
    there = {str(path.relative_to(FOLDER)) for folder in ("grafana", "consoles") for path in (FOLDER / folder).glob("*")}
    stale = sorted(name for name in wanted.keys() | there
                   if not (FOLDER / name).exists() or (FOLDER / name).read_text() != wanted.get(name))
    if sys.argv[1:]:
        for name in stale:
            print(f"dashboards/{name}: is not what its sources make; run `make boards` and commit what it writes")
        return 1 if stale else 0
    for name in stale:
        if name in wanted:
            (FOLDER / name).parent.mkdir(exist_ok=True)
            (FOLDER / name).write_text(wanted[name])
        else:
            (FOLDER / name).unlink()
        print(f"dashboards/{name}: {'written' if name in wanted else 'removed'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
