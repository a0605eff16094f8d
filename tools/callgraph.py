#!/usr/bin/python3
"""Draws who calls whom: docs/services.svg, from charts/serai/values.yaml and the folders of services/.

  tools/callgraph.py            write it
  tools/callgraph.py --check    fail when the file is not what would be written
"""

import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from local.settings import ROOT, calls, has_database, has_events  # noqa: E402

PICTURE = ROOT / "docs/services.svg"
WIDTH, HEIGHT = 132, 48  # of a box
GAP_X, GAP_Y = 92, 30
LANE = 22  # between two lines that pass a column
MARGIN = 24
VISITORS = "people, programs"

STYLE = """
  text { font: 600 15px system-ui, sans-serif; fill: #20302f; text-anchor: middle; dominant-baseline: central; }
  .outside text { font: italic 400 14px system-ui, sans-serif; }
  .box { fill: #fdf6e9; stroke: #b0763a; stroke-width: 1.5; }
  .edge .box { fill: #e3efe9; stroke: #2f6f62; }
  .outside .box { fill: none; stroke: #8a8a86; stroke-dasharray: 4 4; }
  .call { fill: none; stroke: #5d6b68; stroke-width: 1.4; marker-end: url(#head); }
  .data { fill: #fff; stroke: #b0763a; stroke-width: 1.2; }
  .events { fill: none; stroke: #2f6f62; stroke-width: 1.6; stroke-linecap: round; }
""".strip("\n")


def columns(graph: dict[str, list[str]]) -> dict[str, int]:
    """How far from the outside each service stands: one more than the farthest of its callers."""
    depth: dict[str, int] = {}

    def place(name: str, above: tuple[str, ...]) -> None:
        depth[name] = max(depth.get(name, 0), len(above))
        for called in graph.get(name, []):
            if called not in above:
                place(called, (*above, name))

    for name in sorted(set(graph) - {called for many in graph.values() for called in many}):
        place(name, ())
    for name in graph:  # only reached in a circle
        depth.setdefault(name, 0)
    return depth


Spot = tuple[int, str]  # a column, and the service that stands there or that a lane there leads to


def ways(graph: dict[str, list[str]], depth: dict[str, int]) -> list[list[Spot]]:
    """For each call the spots from the caller to the called. A call over several columns passes between their boxes
    in a lane, which all calls of the same service share."""
    found = []
    for caller in sorted(graph):
        for called in graph[caller]:
            if called in depth:
                lanes = [(column, called) for column in range(depth[caller] + 1, depth[called])]
                found.append([(depth[caller], caller), *lanes, (depth[called], called)])
    return found


def stacked(depth: dict[str, int], paths: list[list[Spot]]) -> list[list[Spot]]:
    """What stands in each column, from top to bottom, so that few calls cross."""
    spots = {spot for path in paths for spot in path} | {(column, name) for name, column in depth.items()}
    columns = [sorted(spot for spot in spots if spot[0] == column) for column in range(max(depth.values()) + 1)]
    joined: dict[Spot, set[Spot]] = {spot: set() for spot in spots}
    for path in paths:
        for near, far in zip(path, path[1:]):
            joined[near].add(far)
            joined[far].add(near)
    for sweep in range(8):
        forth = sweep % 2 == 0
        for at in range(1, len(columns)) if forth else range(len(columns) - 2, -1, -1):
            before = columns[at - 1 if forth else at + 1]
            height = {spot: (row + 0.5) / len(before) for row, spot in enumerate(before)}

            def middle(spot: Spot) -> float:
                beside = [height[other] for other in joined[spot] if other in height]
                return math.fsum(beside) / len(beside) if beside else 0.5  # the same, whichever comes first in a set

            columns[at].sort(key=lambda spot: (middle(spot), spot))
    return columns


def placed(columns: list[list[Spot]], depth: dict[str, int]) -> tuple[dict[Spot, tuple[float, float]], float]:
    """The left end of each spot at half its height, and how high the tallest column is."""
    def tall(spot: Spot) -> float:
        return HEIGHT + GAP_Y if depth[spot[1]] == spot[0] else LANE

    heights = [sum(map(tall, column)) for column in columns]
    place = {}
    for number, column in enumerate(columns):
        y = MARGIN + (max(heights) - heights[number]) / 2
        for spot in column:
            place[spot] = (MARGIN + number * (WIDTH + GAP_X), y + tall(spot) / 2)
            y += tall(spot)
    return place, max(heights)


def draw(graph: dict[str, list[str]]) -> str:
    depth = {VISITORS: 0} | {name: column + 1 for name, column in columns(graph).items()}
    graph = {VISITORS: ["gateway"]} | graph if "gateway" in graph else graph
    paths = ways(graph, depth)
    stacks = stacked(depth, paths)
    place, tallest = placed(stacks, depth)
    width = 2 * MARGIN + len(stacks) * (WIDTH + GAP_X) - GAP_X
    height = 2 * MARGIN + tallest
    parts = [arrow([place[spot] for spot in path]) for path in paths]
    parts += [box(name, *place[depth[name], name]) for name in sorted(depth)]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
            f'aria-label="The services and who calls whom">\n'
            '<title>The services and who calls whom; a drum is a database of one\'s own, waves are events</title>\n'
            f'<style>\n{STYLE}\n</style>\n'
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            '<path d="M0 0 8 4 0 8z" fill="#5d6b68"/></marker></defs>\n'
            f'<rect width="{width:g}" height="{height:g}" rx="10" fill="#fffdf9"/>\n' + "\n".join(parts) + "\n</svg>\n")


def arrow(spots: list[tuple[float, float]]) -> str:
    """From the right side of the caller, along the lanes, to the left side of the called; back or within a column,
    round the right side."""
    (x, y), *lanes, (x_end, y_end) = spots
    x += WIDTH
    if x_end < x:
        return f'<path class="call" d="M{x:g} {y:g} C{x + 50:g} {y:g} {x_end + WIDTH + 50:g} {y_end:g} {x_end + WIDTH:g} {y_end:g}"/>'
    line = f"M{x:g} {y:g}"
    for x_next, y_next in [*lanes, (x_end, y_end)]:
        bend = (x_next - x) / 2
        line += f" C{x + bend:g} {y:g} {x_next - bend:g} {y_next:g} {x_next:g} {y_next:g}"
        if x_next != x_end:
            line += f" H{x_next + WIDTH:g}"
        x, y = x_next + WIDTH, y_next
    return f'<path class="call" d="{line}"/>'


def box(name: str, x: float, middle: float) -> str:
    kind = "outside" if name == VISITORS else "edge" if name == "gateway" else "service"
    y, marks = middle - HEIGHT / 2, ""
    if has_database(name):
        left, right, top, low = x + WIDTH - 30, x + WIDTH - 8, y + HEIGHT - 12, y + HEIGHT + 6
        marks += (f'<path class="data" d="M{left:g} {top:g}v{low - top:g}a11 4 0 0 0 22 0v{top - low:g}"/>'
                  f'<ellipse class="data" cx="{(left + right) / 2:g}" cy="{top:g}" rx="11" ry="4"/>')
    if has_events(name):
        marks += "".join(f'<path class="events" d="M{x + 10:g} {y + HEIGHT - 5 + lower:g}q4 -6 8 0t8 0t8 0"/>' for lower in (0, 6))
    return (f'<g class="{kind}"><rect class="box" x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
            f'<text x="{x + WIDTH / 2:g}" y="{middle:g}">{name}</text>{marks}</g>')


def main() -> int:
    wanted = draw(calls())
    if sys.argv[1:] == ["--check"]:
        if not PICTURE.exists() or PICTURE.read_text() != wanted:
            print(f"{PICTURE.relative_to(ROOT)} is not what the call graph says: tools/callgraph.py writes it anew")
            return 1
        return 0
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
