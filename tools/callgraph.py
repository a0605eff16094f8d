#!/usr/bin/python3
"""Draws who calls whom: docs/services.svg, from charts/serai/values.yaml and the folders of services/.

  tools/callgraph.py            write it
  tools/callgraph.py --check    fail when the file is not what would be written
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from local.settings import ROOT, calls, has_database  # noqa: E402

PICTURE = ROOT / "docs/services.svg"
WIDTH, HEIGHT = 132, 48  # of a box
GAP_X, GAP_Y = 92, 34
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


def draw(graph: dict[str, list[str]]) -> str:
    depth = {VISITORS: 0} | {name: column + 1 for name, column in columns(graph).items()}
    graph = {VISITORS: ["gateway"]} | graph if "gateway" in graph else graph
    stacks = [sorted(name for name in depth if depth[name] == column) for column in range(max(depth.values()) + 1)]
    tallest = max(len(stack) for stack in stacks)
    place = {}
    for column, stack in enumerate(stacks):
        top = MARGIN + (tallest - len(stack)) * (HEIGHT + GAP_Y) / 2
        for row, name in enumerate(stack):
            place[name] = (MARGIN + column * (WIDTH + GAP_X), top + row * (HEIGHT + GAP_Y))
    width = 2 * MARGIN + len(stacks) * (WIDTH + GAP_X) - GAP_X
    height = 2 * MARGIN + tallest * (HEIGHT + GAP_Y) - GAP_Y + 8
    parts = [arrow(place[caller], place[called]) for caller in sorted(graph) for called in graph[caller] if called in place]
    parts += [box(name, *place[name]) for name in sorted(place)]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
            f'aria-label="The services and who calls whom">\n'
            f'<title>The services and who calls whom; a drum is a database of one\'s own</title>\n<style>\n{STYLE}\n</style>\n'
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            '<path d="M0 0 8 4 0 8z" fill="#5d6b68"/></marker></defs>\n'
            f'<rect width="{width:g}" height="{height:g}" rx="10" fill="#fffdf9"/>\n' + "\n".join(parts) + "\n</svg>\n")


def arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    """From the right side of the caller to the left side of the called; within a column, round the right side."""
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT / 2
    if end[0] <= start[0]:
        x2, y2 = end[0] + WIDTH, end[1] + HEIGHT / 2
        return f'<path class="call" d="M{x1:g} {y1:g} C{x1 + 50:g} {y1:g} {x2 + 50:g} {y2:g} {x2:g} {y2:g}"/>'
    x2, y2 = end[0], end[1] + HEIGHT / 2
    if end[0] - start[0] > WIDTH + GAP_X:  # at once to the height of the called, past what stands between
        over = y2 if y1 != y2 else y2 - HEIGHT / 2 - GAP_Y / 2
        near, far = x1 + GAP_X, x2 - GAP_X
        return (f'<path class="call" d="M{x1:g} {y1:g} C{x1 + 60:g} {y1:g} {near - 60:g} {over:g} {near:g} {over:g} '
                f'H{far:g} C{far + 60:g} {over:g} {x2 - 60:g} {y2:g} {x2:g} {y2:g}"/>')
    bend = (x2 - x1) / 2
    return f'<path class="call" d="M{x1:g} {y1:g} C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"/>'


def box(name: str, x: float, y: float) -> str:
    kind = "outside" if name == VISITORS else "edge" if name == "gateway" else "service"
    drum = ""
    if has_database(name):
        left, right, top, low = x + WIDTH - 30, x + WIDTH - 8, y + HEIGHT - 12, y + HEIGHT + 6
        drum = (f'<path class="data" d="M{left:g} {top:g}v{low - top:g}a11 4 0 0 0 22 0v{top - low:g}"/>'
                f'<ellipse class="data" cx="{(left + right) / 2:g}" cy="{top:g}" rx="11" ry="4"/>')
    return (f'<g class="{kind}"><rect class="box" x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
            f'<text x="{x + WIDTH / 2:g}" y="{y + HEIGHT / 2:g}">{name}</text>{drum}</g>')


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
