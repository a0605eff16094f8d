"""Each way to break a promise is found and told with its remedy, and what keeps it is let pass."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))

from compatibility.contracts import findings  # noqa: E402
from compatibility.version import Version, before  # noqa: E402

API, EVENTS, SQL = "services/tea/openapi.yaml", "services/tea/events.yaml", "services/tea/migrations/0002_more.sql"
RELEASED = {
    "services/tea/migrations/0001_teas.sql": "CREATE TABLE teas (name text);\n",
    "services/envelope.yaml":
        "type: object\nrequired: [id, type, data]\nproperties: {id: {type: string}, data: {type: object}}\n",
    API: """
openapi: 3.1.0
paths:
  /v1/teas:
    get:
      parameters:
        - {name: q, in: query, schema: {type: string, maxLength: 100}}
        - {name: sort, in: query, deprecated: true, schema: {type: string}}
        - {$ref: "#/components/parameters/Guest"}
      security: [{account: []}, {}]
      responses:
        "200":
          headers: {ETag: {required: true, schema: {type: string}}}
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Tea"}}}}
        "304": {description: Unchanged.}
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [name]
              additionalProperties: false
              properties:
                name: {type: string, minLength: 1, maxLength: 80}
                grams: {type: integer, minimum: 1, maximum: 1000}
                kind: {type: string, enum: [green, black]}
                note: {anyOf: [{$ref: "#/components/schemas/Note"}, {type: "null"}]}
                colour: {type: string, deprecated: true}
      responses:
        "201": {content: {application/json: {schema: {$ref: "#/components/schemas/Tea"}}}}
  /v1/teas/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    get: {responses: {"200": {description: It.}}}
    delete: {deprecated: true, responses: {"204": {description: Gone.}}}
components:
  parameters:
    Guest: {name: X-Guest-Id, in: header, schema: {type: string}}
  schemas:
    Note: {type: string, maxLength: 200}
    Tea:
      type: object
      required: [id, name, made_at]
      properties:
        id: {type: string, format: uuid}
        name: {type: string, maxLength: 80}
        made_at: {type: string, format: date-time}
        state: {type: string, enum: [fresh, stale]}
        grams: {type: integer, maximum: 1000}
        origin: {type: string}
""",
    EVENTS: """
asyncapi: 3.0.0
channels:
  brewed: {address: serai.tea.brewed.v1, messages: {brewed: {$ref: "#/components/messages/Brewed"}}}
  cold: {address: serai.tea.cold.v1, x-deprecated: true, messages: {cold: {$ref: "#/components/messages/Cold"}}}
components:
  messages:
    Brewed:
      name: tea.brewed
      payload:
        allOf:
          - {$ref: ../envelope.yaml}
          - properties:
              type: {const: tea.brewed}
              data:
                required: [tea_id, degrees]
                properties:
                  tea_id: {type: string, format: uuid}
                  degrees: {type: integer}
                  pot: {type: string}
    Cold: {name: tea.cold, payload: {$ref: ../envelope.yaml}}
""",
}

BREACHES = [  # rule, file, what is replaced, by what, what is said
    ("path", API, "/v1/teas/{id}:", "/v1/tea/{id}:", "GET /v1/teas/{id}: is gone"),
    ("method", API, "    post:\n", "    put:\n", "POST /v1/teas: is gone"),
    ("answer", API, '        "304": {description: Unchanged.}\n', "", "GET /v1/teas 304: is not answered any more"),
    ("kind of answer", API, '"201": {content: {application/json:', '"201": {content: {text/html:',
     "201 application/json: is not answered"),
    ("member of an answer", API, "        origin: {type: string}\n", "", "200/[]/origin: is not given any more"),
    ("certain member of an answer", API, "required: [id, name, made_at]", "required: [id, name]",
     "/made_at: may be missing"),
    ("form of an answer", API, "name: {type: string, maxLength: 80}\n        made", "name: {type: integer}\n        made",
     "/name: may be integer now"),
    ("null in an answer", API, "origin: {type: string}", "origin: {type: [string, 'null']}", "/origin: may be null now"),
    ("format of an answer", API, "made_at: {type: string, format: date-time}", "made_at: {type: string, format: date}",
     "/made_at: format is 'date' now"),
    ("limit of an answer", API, "grams: {type: integer, maximum: 1000}", "grams: {type: integer, maximum: 2000}",
     "/grams: maximum is 2000 now, and was 1000"),
    ("no limit of an answer", API, "grams: {type: integer, maximum: 1000}", "grams: {type: integer}",
     "/grams: maximum is none now"),
    ("all values of an answer", API, "enum: [fresh, stale]", "enum: [new, old]", "/state: is 'new', 'old' now"),
    ("header of an answer", API, "headers: {ETag: {required: true,", "headers: {ETag: {",
     "header ETag: may be missing now"),
    ("new parameter that must be sent", API, "        - {name: q,",
     "        - {name: page, in: query, required: true}\n        - {name: q,",
     "query page: must be sent now"),
    ("parameter must be sent", API, "{name: q, in: query,", "{name: q, in: query, required: true,",
     "query q: must be sent"),
    ("parameter", API, "        - {name: q, in: query, schema: {type: string, maxLength: 100}}\n", "",
     "query q: may not be sent"),
    ("limit of a parameter", API, "{type: string, maxLength: 100}", "{type: string, maxLength: 50}",
     "query q: maxLength is 50"),
    ("parameter by reference", API, "{name: X-Guest-Id, in: header, schema: {type: string}}",
     "{name: X-Guest-Id, in: header, schema: {type: string, format: uuid}}", "header X-Guest-Id: format is 'uuid' now"),
    ("new field that must be sent", API, "required: [name]", "required: [name, origin]\n              minProperties: 2",
     "body: minProperties is 2"),
    ("field must be sent", API, "required: [name]", "required: [name, kind]", "body/kind: must be sent now"),
    ("field", API, "                grams: {type: integer, minimum: 1, maximum: 1000}\n", "",
     "body/grams: may not be sent"),
    ("form of a field", API, "grams: {type: integer, minimum: 1, maximum: 1000}", "grams: {type: string}",
     "body/grams: takes no integer any more"),
    ("limit of a field", API, "minimum: 1, maximum: 1000", "minimum: 5, maximum: 1000", "body/grams: minimum is 5 now"),
    ("new limit of a field", API, "kind: {type: string, enum: [green, black]}",
     "kind: {type: string, enum: [green, black], minLength: 5}", "body/kind: minLength is 5 now, and was none"),
    ("value of a field", API, "enum: [green, black]", "enum: [green]", "body/kind: takes 'black' no more"),
    ("null in a field", API, '{anyOf: [{$ref: "#/components/schemas/Note"}, {type: "null"}]}',
     '{$ref: "#/components/schemas/Note"}', "body/note: takes no null any more"),
    ("limit in a reference", API, "Note: {type: string, maxLength: 200}", "Note: {type: string, maxLength: 20}",
     "body/note: maxLength is 20"),
    ("body must be sent", API, "      requestBody:\n", "      requestBody:\n        required: true\n",
     "body: must be sent now"),
    ("callers", API, "security: [{account: []}, {}]", "security: [{account: []}]",
     "prove themselves by nothing are refused"),
    ("a service", API, None, None, "is gone"),
    ("event", EVENTS, "address: serai.tea.brewed.v1", "address: serai.tea.brewed.v2",
     "is told on serai.tea.brewed.v2 now"),
    ("all events", EVENTS, None, None, "serai.tea.brewed.v1: is not told any more"),
    ("member of an event", EVENTS, "                  pot: {type: string}\n", "", "/data/pot: is not given any more"),
    ("form in an event", EVENTS, "degrees: {type: integer}", "degrees: {type: number}",
     "/data/degrees: may be number now"),
    ("certain member of an event", EVENTS, "required: [tea_id, degrees]", "required: [tea_id]",
     "/data/degrees: may be missing"),
    ("type of an event", EVENTS, "{const: tea.brewed}", "{const: tea.made}",
     "/type: is 'tea.made' now, and was 'tea.brewed'"),
    ("envelope", "services/envelope.yaml", "required: [id, type, data]", "required: [type, data]",
     "/id: may be missing now"),
    ("released migration", "services/tea/migrations/0001_teas.sql", "name text", "name varchar",
     "was released and is another now"),
    ("no released migration", "services/tea/migrations/0001_teas.sql", None, None, "was released and is another now"),
    ("drop", SQL, "", "SELECT 1;\n\nALTER TABLE teas ADD grams integer, DROP name;\n", "line 3: drops something"),
    ("drop of a table", SQL, "", "DROP TABLE IF EXISTS teas;\n", "line 1: drops something"),
    ("rename", SQL, "", "ALTER TABLE teas RENAME name TO title;\n", "line 1: renames something"),
    ("not null", SQL, "", "ALTER TABLE teas ALTER COLUMN name SET NOT NULL;\n", "wants a column filled"),
    ("new column not null", SQL, "", "ALTER TABLE teas ADD COLUMN grams integer NOT NULL;\n",
     "adds a column that must be filled"),
    ("type", SQL, "", "ALTER TABLE teas ALTER name TYPE varchar(10);\n", "changes the type of a column"),
    ("a mark of what is not released", SQL, "", "-- since v0.2.0 nothing reads it\nDROP TABLE teas;\n",
     "drops something"),
]

KEPT = [  # what may be done, file, what is replaced, by what
    ("a path beside", API, "  /v1/teas/{id}:", "  /v2/teas: {get: {responses: {}}}\n  /v1/teas/{id}:"),
    ("another name of a path's parameter", API, "/v1/teas/{id}:\n    parameters: [{name: id,",
     "/v1/teas/{tea}:\n    parameters: [{name: tea,"),
    ("what was deprecated goes", API, '    delete: {deprecated: true, responses: {"204": {description: Gone.}}}\n', ""),
    ("a deprecated parameter goes", API,
     "        - {name: sort, in: query, deprecated: true, schema: {type: string}}\n", ""),
    ("a deprecated field goes", API, "                colour: {type: string, deprecated: true}\n", ""),
    ("an optional field", API, "kind: {type: string,", "size: {type: string}\n                kind: {type: string,"),
    ("more of a field", API, "minimum: 1, maximum: 1000", "minimum: 0, maximum: 5000"),
    ("more values of a field", API, "enum: [green, black]", "enum: [green, black, white]"),
    ("an optional parameter", API, "        - {name: q,",
     "        - {name: page, in: query, schema: {type: integer}}\n        - {name: q,"),
    ("more in an answer", API, "origin: {type: string}", "origin: {type: string}\n        maker: {type: string}"),
    ("more certain in an answer", API, "required: [id, name, made_at]", "required: [id, name, made_at, origin]"),
    ("less of an answer", API, "grams: {type: integer, maximum: 1000}", "grams: {type: integer, maximum: 500}"),
    ("another error", API, '"304": {description: Unchanged.}',
     '"304": {description: Same.}\n        "429": {description: Later.}'),
    ("other words", API, "Note: {type: string,", "Note: {description: Said in passing., type: string,"),
    ("the same by reference", API, "origin: {type: string}", 'origin: {$ref: "#/components/schemas/Note"}'),
    ("more in an event", EVENTS, "pot: {type: string}", "pot: {type: string}\n                  cups: {type: integer}"),
    ("another event", EVENTS, "  cold: {",
     '  hot: {address: serai.tea.hot.v1, messages: {hot: {$ref: "#/components/messages/Cold"}}}\n  cold: {'),
    ("an event that was going", EVENTS,
     '  cold: {address: serai.tea.cold.v1, x-deprecated: true, messages: {cold: {$ref: "#/components/messages/Cold"}}}\n', ""),
    ("a column", SQL, "",
     "ALTER TABLE teas ADD grams integer NOT NULL DEFAULT 0, ADD cup text CHECK (cup <> '; DROP');\n"),
    ("a table, and what only sounds like trouble", SQL, "",
     "-- DROP TABLE teas\nCREATE TABLE cups (name text NOT NULL);\nALTER TABLE cups DROP CONSTRAINT IF EXISTS x;\n"
     "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DROP TABLE teas; $$;\nCREATE TEMP TABLE t (a int) ON COMMIT DROP;\n"),
    ("what nothing released uses", SQL, "", "-- since v0.1.0 nothing reads it\nDROP TABLE teas;\n"),
]

WARNINGS = [
    ("another value", API, "enum: [fresh, stale]", "enum: [fresh, stale, gone]", "/state: may be 'gone' now"),
    ("another success", API, '"201": {content', '"202": {description: Later.}\n        "201": {content',
     "202: is a new kind of success"),
    ("another pattern", EVENTS, "pot: {type: string}", "pot: {type: string, not: {const: cup}}",
     "/data/pot: not is another now"),
]


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> pathlib.Path:
    """A repository whose last commit is v0.1.0."""
    folder = tmp_path_factory.mktemp("released")
    for name, text in RELEASED.items():
        write(folder / name, text)
    git(folder, "init", "-q")
    commit(folder, "v0.1.0")
    return folder


def git(folder: pathlib.Path, *words: str) -> None:
    subprocess.run(["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", *words], check=True,
                   capture_output=True)


def commit(folder: pathlib.Path, tag: str = "") -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--allow-empty", "-qm", "what is here")
    if tag:
        git(folder, "tag", tag)


def write(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture(scope="module")
def was(released) -> Version:
    return Version(released, "v0.1.0")


@pytest.fixture
def change(released, was):
    """Changes a file of the work tree, and what is found then; afterwards it is as it was released."""
    changed = []

    def change(file: str, old: str | None, new: str | None) -> list:
        text = RELEASED.get(file, "")
        assert old is None or text.count(old) == 1 or not text, f"{old} stands {text.count(old)} times in {file}"
        changed.append(file)
        if old is None:
            (released / file).unlink()
        else:
            write(released / file, text.replace(old, new) if text else new)
        return findings(was, Version(released))
    yield change
    for file in changed:
        (released / file).unlink(missing_ok=True)
        if file in RELEASED:
            write(released / file, RELEASED[file])


@pytest.mark.parametrize("rule, file, old, new, said", BREACHES, ids=[breach[0] for breach in BREACHES])
def test_a_broken_promise_is_found(change, rule, file, old, new, said):
    broken = [one for one in change(file, old, new) if not one.warning]
    assert [one for one in broken if said in str(one)], "\n".join(map(str, broken))
    assert all(one.remedy and one.file.startswith("services/tea/") for one in broken)


@pytest.mark.parametrize("what, file, old, new", KEPT, ids=[kept[0] for kept in KEPT])
def test_what_keeps_the_promise_passes(change, what, file, old, new):
    assert not change(file, old, new)


@pytest.mark.parametrize("what, file, old, new, said", WARNINGS, ids=[one[0] for one in WARNINGS])
def test_what_a_person_should_see_is_a_warning(change, what, file, old, new, said):
    found = change(file, old, new)
    assert found and all(one.warning and said in str(one) for one in found), "\n".join(map(str, found))


@pytest.fixture
def repository(tmp_path) -> pathlib.Path:
    """A repository without a tag, with the command in it."""
    shutil.copytree(TOOLS / "compatibility", tmp_path / "tools/compatibility", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TOOLS / "compat", tmp_path / "tools/compat")
    for name, text in RELEASED.items():
        write(tmp_path / name, text)
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    return tmp_path


def compat(repository: pathlib.Path, word: str = "--contracts", **environment: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if name != "COMPAT_BASE"} | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([repository / "tools/compat", word], env=kept | environment, capture_output=True,
                          text=True)


def test_without_an_earlier_version_there_is_nothing_to_compare(repository):
    done = compat(repository)
    assert done.returncode == 0 and "there is no earlier version" in done.stderr and "COMPAT_BASE=" in done.stderr
    lost = compat(repository, COMPAT_BASE="v9")
    assert lost.returncode == 1 and "git knows no v9; fetch it" in lost.stderr


def test_the_earlier_version_is_compiled_as_it_was_and_its_folder_is_the_only_answer(repository):
    assert compat(repository, "--build").stdout == ""
    compiler = repository / "tools/build"
    write(compiler, "#!/bin/sh\necho compiled; cp services/tea/openapi.yaml built-from\n")
    compiler.chmod(0o755)
    commit(repository)
    git(repository, "tag", "v0.1.0")
    write(repository / API, "changed since")
    commit(repository)
    folder = pathlib.Path(compat(repository, "--build").stdout.removesuffix("\n"))
    assert folder.parent == repository / "build/compat"
    assert (folder / "built-from").read_text() == RELEASED[API]


def test_a_breach_fails_the_command_and_names_file_place_and_remedy(repository):
    git(repository, "tag", "v0.1.0")
    write(repository / API, RELEASED[API].replace("enum: [green, black]", "enum: [green]"))
    done = compat(repository)
    assert done.returncode == 1
    assert f"FAILED {API}: POST /v1/teas body/kind: takes 'black' no more; keep it as it was" in done.stdout
    commit(repository)
    assert compat(repository).returncode == 1, "committed, it is still broken"
    assert compat(repository, COMPAT_BASE="HEAD").returncode == 0


def test_a_release_is_compared_with_the_one_before_it(repository):
    git(repository, "tag", "v0.1.0")
    write(repository / API, RELEASED[API].replace("enum: [green, black]", "enum: [green]"))
    commit(repository, "v0.2.0")
    done = compat(repository)
    assert done.returncode == 1 and "Promises of v0.1.0 are broken" in done.stdout


def test_what_is_broken_on_purpose_is_a_warning_until_the_next_version(repository):
    git(repository, "tag", "v0.1.0")
    rules, table = repository / "docs/compatibility.md", "## Broken on purpose\n\n| version before | promise | why |\n|---|---|---|\n"
    write(repository / API, RELEASED[API].replace("enum: [green, black]", "enum: [green]"))
    write(rules, f"{table}| v0.1.0 | `{API}: POST /v1/teas body/kind` | Black tea is not sold any more. |\n")
    done = compat(repository)
    assert done.returncode == 0 and "takes 'black' no more; on purpose: Black tea is not sold any more." in done.stdout
    commit(repository, "v0.2.0")
    commit(repository)
    assert compat(repository).returncode == 0, "the line is of an earlier version"
    write(rules, f"{table}| v0.2.0 | `{API}: GET /v1/cups` | |\n")
    done = compat(repository)
    assert done.returncode == 1 and "is not broken; remove the line" in done.stdout
