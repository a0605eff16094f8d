"""chart_values.py: a value that is not explained is named with its remedy, and a table says what the files say."""

import json
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from chart_values import Chart  # noqa: E402

VALUES = """\
image:
  # The version of `<name>`; a|b when
  # empty.
  tag: ""
# Whether it shouts.
loud: ""
"""
SCHEMA = {
    "additionalProperties": False,
    "properties": {
        "image": {"description": "The image.", "properties": {"tag": {"type": "string", "description": "The version."}}},
        "loud": {"$ref": "#/definitions/volume", "description": "Whether it shouts."},
    },
    "definitions": {"volume": {"enum": ["", "always"]}},
}


@pytest.fixture
def chart(tmp_path):
    def make(values: str = VALUES, **properties: dict) -> Chart:
        folder = tmp_path / "service"
        folder.mkdir(exist_ok=True)
        (folder / "values.yaml").write_text(values)
        schema = SCHEMA | {"properties": SCHEMA["properties"] | properties}
        (folder / "values.schema.json").write_text(json.dumps(schema))
        return Chart(folder)
    return make


def test_what_is_explained_in_both_files_is_right(chart):
    assert not list(chart().problems())


@pytest.mark.parametrize(("values", "properties", "problem"), [
    (VALUES.replace("# Whether it shouts.\n", ""), {}, "loud has no comment; say in a line above it"),
    (VALUES.replace("# Whether", "\n# Apart.\n\nother: 1\n# Whether"), {}, "other is missing; describe it there"),
    (VALUES, {"deep": {"description": "Deep."}}, "deep is missing; give it with its default and a comment"),
    (VALUES, {"loud": {"type": "boolean"}}, "loud has no description"),
])
def test_what_is_missing_is_named_with_its_remedy(chart, values, properties, problem):
    assert problem in "\n".join(chart(values, **properties).problems())


def test_a_value_without_a_default_says_why_in_the_schema(chart):
    hidden = {"type": "integer", "description": "Deep.", "$comment": "Not in values.yaml: it would overrule the rest."}
    made = chart(deep=hidden)
    assert not list(made.problems())
    assert "| `deep` | whole number | | Deep. |" in made.readme()


def test_the_table_says_kind_default_and_comment(chart):
    text = chart().readme()
    assert '| `image.tag` | text | `""` | The version of `<name>`; a\\|b when empty. |' in text
    assert '| `loud` | empty or `always` | `""` | Whether it shouts. |' in text
