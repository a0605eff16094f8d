"""Each rule of the layout: a tidy repository passes, and breaking the rule is reported with its remedy."""

import pathlib
import subprocess
import sys

import pytest

TIDY = pathlib.Path(__file__).resolve().parents[1] / "tidy.py"

CLEAN = {
    "README.md": "# Small\n",
    "chassis/include/chassis/json.h": "#pragma once\n",
    "chassis/src/json.cpp": '#include <rapidjson/document.h>\n#include "chassis/json.h"\n',
    "services/tea/README.md": "# tea\n",
    "services/tea/CMakeLists.txt": "add_service(tea)\n",
    "services/tea/openapi.yaml": "openapi: 3.1.0\n",
    "services/tea/migrations/0001_leaves.sql": "CREATE TABLE leaves ();\n",
    "services/tea/migrations/0002_more.sql": "CREATE TABLE more ();\n",
    "services/tea/src/main.cpp": '#include "leaf_routes.h"\n#include "leaf_store.h"\n',
    "services/tea/src/leaf.h": '#include "chassis/error.h"\n',
    "services/tea/src/leaf_json.h": '#include "chassis/json.h"\n#include "leaf.h"\n',
    "services/tea/src/leaf_store.h": '#include "chassis/db.h"\n#include "leaf.h"\n',
    "services/tea/src/leaf_store.cpp": '#include "leaf_store.h"\n#include "leaf_events.h"\n',
    "services/tea/src/leaf_events.h": '#include "chassis/db.h"\n#include "leaf.h"\n',
    "services/tea/src/leaf_events.cpp": '#include "leaf_events.h"\n#include "leaf_json.h"\n',
    "services/tea/src/leaf_routes.h": '#include "chassis/http.h"\n#include "leaf.h"\n',
    "services/tea/src/leaf_routes.cpp": '#include "leaf_json.h"\n#include "leaf_routes.h"\n',
    "services/tea/tests/leaf_test.cpp": '#include "leaf.h"\n',
    "services/gateway/README.md": "# gateway\n",
    "charts/serai/Chart.yaml": "dependencies:\n  - {name: service, alias: tea}\n  - {name: service, alias: gateway}\n",
    "charts/serai/values.yaml": "global:\n  calls:\n    gateway: [tea]\n    tea: []\n",
    "tools/ports.txt": "tea 9101\ngateway 8443\n",
    "dashboards/rules/alerts.yaml": "groups: [{name: tea, rules: [{alert: TeaCold, expr: cold, annotations: "
                                    "{runbook: docs/runbooks/TeaCold.md}}]}]\n",
    "docs/runbooks/README.md": "[TeaCold](TeaCold.md)\n",
    "docs/runbooks/TeaCold.md": "# TeaCold\n",
    "tests/watching/alerts/TeaCold.yaml": "tests: []\n",
}
TEA = "services/tea/src/"
LEFTOVER = "FIX" + "ME"
HOME = "/ro" + "ot/tea"

BREACHES = [  # rule, file, its new text (None: removed), what is said, the remedy that is named
    ("library owner", TEA + "leaf.cpp", "#include <rapidjson/reader.h>\n", "only chassis/src/json.cpp", "chassis/json.h"),
    ("library owner in the chassis", "chassis/src/app.cpp", "#include <pqxx/pqxx>\n", "only chassis/include/chassis/db.h",
     "chassis/db.h"),
    ("template library", TEA + "leaf.cpp", "#include <mustache.hpp>\n", "only services/frontend/src/page.cpp", "page.h"),
    ("chassis knows no service", "chassis/src/app.cpp", '#include "tea/leaf.h"\n', "chassis knows no service", "move"),
    ("another service", TEA + "leaf.cpp", '#include "../../milk/src/milk.h"\n', "outside this service", "over HTTP"),
    ("another service in a test", "services/tea/tests/x_test.cpp", '#include "gateway/x.h"\n', "outside this service", "HTTP"),
    ("domain below json", TEA + "leaf.cpp", '#include "leaf_json.h"\n', "a domain file", "turn the arrow round"),
    ("store beside json", TEA + "leaf_store.cpp", '#include "leaf_json.h"\n', "a store file", "turn the arrow round"),
    ("routes above store", TEA + "leaf_routes.cpp", '#include "leaf_store.h"\n', "a routes file", "turn the arrow round"),
    ("events above store", TEA + "leaf_events.cpp", '#include "leaf_store.h"\n', "events file", "turn the arrow round"),
    ("no SQL in the domain", TEA + "leaf.cpp", '#include "chassis/db.h"\n', "a domain file", "layer it belongs to"),
    ("no HTTP in the store", TEA + "leaf_store.cpp", '#include "chassis/http.h"\n', "a store file", "layer it belongs to"),
    ("wiring only in main", TEA + "main.cpp", "int x;\n" * 61, "61 lines", "move the rest"),
    ("service file", "services/tea/openapi.yaml", None, "openapi.yaml is missing", "make new-service"),
    ("events without their promise", TEA + "leaf_events.cpp", 'void f() { chassis::publish(t, "leaf.fell"); }\n',
     "events.yaml and", "say there what is told"),
    ("a promise of events never told", "services/tea/events.yaml", "asyncapi: 3.0.0\n", "events.yaml and", "remove it"),
    ("alert without a runbook", "docs/runbooks/TeaCold.md", None, "has no docs/runbooks/TeaCold.md", "write it"),
    ("alert without a test", "tests/watching/alerts/TeaCold.yaml", None, "has no tests/watching/alerts", "write it"),
    ("runbook without an alert", "docs/runbooks/TeaHot.md", "# TeaHot\n", "there is no alert TeaHot", "remove it"),
    ("alert that leads nowhere", "dashboards/rules/alerts.yaml",
     "groups: [{name: tea, rules: [{alert: TeaCold, expr: cold}]}]\n", "does not lead to its page", "add the annotation"),
    ("runbook that is not listed", "docs/runbooks/README.md", "# none\n", "TeaCold is missing", "add its line"),
    ("service name", "services/teaPot/README.md", "# pot\n", "one lower-case word", "rename the folder"),
    ("chart alias", "charts/serai/Chart.yaml", "dependencies: [{name: service, alias: gateway}]\n", "tea is missing",
     "alias: tea"),
    ("alias without folder", "charts/serai/Chart.yaml", CLEAN["charts/serai/Chart.yaml"] +
     "  - {name: service, alias: milk}\n", "alias milk has no folder", "remove it"),
    ("call graph", "charts/serai/values.yaml", "global: {calls: {gateway: [tea]}}\n", "tea is missing in global.calls", "add"),
    ("call of nobody", "charts/serai/values.yaml", "global: {calls: {gateway: [milk], tea: []}}\n", "names milk", "no folder"),
    ("port", "tools/ports.txt", "gateway 8443\n", "tea is missing", "add a line"),
    ("migration gap", "services/tea/migrations/0004_gap.sql", "SELECT 1;\n", "[1, 2, 4]", "number them"),
    ("migration double", "services/tea/migrations/0002_again.sql", "SELECT 1;\n", "[1, 2, 2]", "number them"),
    ("migration name", "services/tea/migrations/late.sql", "SELECT 1;\n", "late.sql", "rename it"),
    ("leftover work", TEA + "leaf.cpp", f"// {LEFTOVER} later\n", LEFTOVER, "open an issue"),
    ("machine path", "README.md", f"Look at {HOME}/leaf.\n", "path of one machine", "make it relative"),
    ("vague name", "chassis/src/string_utils.cpp", "", "says nothing", "name it after what it does"),
    ("top folder", "stuff/leaf.txt", "leaf\n", "stuff", "docs/architecture.md"),
]


def tidy(folder: pathlib.Path, files: dict[str, str]) -> subprocess.CompletedProcess:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return subprocess.run([sys.executable, TIDY, folder], capture_output=True, text=True)


def test_a_tidy_repository_passes(tmp_path):
    result = tidy(tmp_path, CLEAN)
    assert (result.returncode, result.stdout) == (0, "tidy\n"), result.stdout + result.stderr


@pytest.mark.parametrize("rule, file, text, said, remedy", BREACHES,
                         ids=[breach[0] for breach in BREACHES])
def test_a_breach_is_reported_with_its_remedy(tmp_path, rule, file, text, said, remedy):
    files = {name: kept for name, kept in CLEAN.items() if name != file or text is not None}
    result = tidy(tmp_path, files | ({file: text} if text is not None else {}))
    assert result.returncode == 1, result.stdout + result.stderr
    reports = [line for line in result.stdout.splitlines() if said in line and remedy in line]
    assert reports, f"{rule}: nothing says {said!r} and {remedy!r} in\n{result.stdout}"


def test_a_long_file_is_a_warning_only(tmp_path):
    result = tidy(tmp_path, CLEAN | {TEA + "leaf.cpp": "int x;\n" * 401})
    assert result.returncode == 0
    assert "warning: services/tea/src/leaf.cpp: 401 lines" in result.stdout
