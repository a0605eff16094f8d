"""The picture of the services: every call is in it, and none leads through the box of another service."""

import pathlib
import random
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import callgraph  # noqa: E402

BOX = re.compile(r'<rect class="box" x="([\d.]+)" y="([\d.]+)"')
LINE = re.compile(r'<path class="call" d="M([\d.]+) ([\d.]+)([^"]*)"')
LANE = re.compile(r"([\d.]+) ([\d.]+) H([\d.]+)")


def some_graph(seed: int) -> dict[str, list[str]]:
    """A dozen services at most, each calling some of those after it."""
    dice = random.Random(seed)
    names = [f"s{number}" for number in range(dice.randrange(1, 12))]
    return {name: [called for called in names[at + 1:] if dice.random() < 0.4] for at, name in enumerate(names)}


@pytest.mark.parametrize("seed", range(30))
def test_every_call_is_drawn_and_no_line_runs_through_a_box(seed):
    graph = some_graph(seed)
    picture = callgraph.draw(graph)
    boxes = [(float(x), float(y)) for x, y in BOX.findall(picture)]
    lines = LINE.findall(picture)
    assert len(lines) == sum(map(len, graph.values()))
    assert len(boxes) == len(graph) + 1
    for _, _, rest in lines:
        for x, y, x_end in LANE.findall(rest):
            assert float(x_end) - float(x) == callgraph.WIDTH
            crossed = [box for box in boxes if box[0] == float(x) and box[1] < float(y) < box[1] + callgraph.HEIGHT]
            assert not crossed, f"a lane at {y} runs through {crossed}"


def test_services_that_call_each_other_can_be_drawn():
    picture = callgraph.draw({"gateway": ["a"], "a": ["b"], "b": ["a"]})
    assert len(LINE.findall(picture)) == 4  # with the visitors' own
