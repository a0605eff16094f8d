"""The schemas: a file that was released stays as it is, and a new one leaves the version before something to work with."""

import dataclasses
import re
import subprocess
from collections.abc import Iterator

from .version import Finding, Version, git

TOKEN = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$|;|[^-/'$;]+|.", re.DOTALL)
NARROWING = [  # what one clause does that the version before may not survive
    (r"(?<!COMMIT )\bDROP\s+(?!INDEX|CONSTRAINT|NOT\s+NULL|TRIGGER|POLICY|IDENTITY|EXPRESSION)", "drops something"),
    (r"\bRENAME\b", "renames something"),
    (r"\bSET\s+NOT\s+NULL\b", "wants a column filled"),
    (r"\bALTER\s+TABLE\b.*\bADD\b(?!.*\b(?:DEFAULT|GENERATED)\b).*\bNOT\s+NULL\b", "adds a column that must be filled"),
    (r"\bALTER\s+(?:COLUMN\s+)?\S+\s+(?:SET\s+DATA\s+)?TYPE\b", "changes the type of a column"),
]
CLAUSE = re.compile(r",(?![^()]*\))")  # not the commas within parentheses
MARK = re.compile(r"--\s*since (\S+?):? +\S")
REMEDY = ("add first and remove a version later; once the released version does without, say so above the statement: "
          "`-- since <its tag> nothing reads it`")


@dataclasses.dataclass
class Statement:
    line: int
    sql: str  # without comments, texts and bodies of functions
    comments: str


def compare(was: Version, now: Version) -> Iterator[Finding]:
    released = was.matching("*/migrations/*.sql")
    for file in released:
        if file not in now.files or now.text(file) != was.text(file):
            yield Finding(file, "", "was released and is another now", "restore it, and write a new migration")
    for file in now.matching("*/migrations/*.sql"):
        if file not in released and any(file.startswith(f"{other.rpartition('/')[0]}/") for other in released):
            yield from narrowing(was, now.text(file), file)


def narrowing(was: Version, text: str, file: str) -> Iterator[Finding]:
    for statement in statements(text):
        mark = MARK.search(statement.comments)
        if mark and in_version(was, mark[1]):
            continue
        for what in sorted({what for clause in clauses(statement.sql) for pattern, what in NARROWING
                            if re.search(pattern, clause, re.IGNORECASE | re.DOTALL)}):
            yield Finding(file, f"line {statement.line}", f"{what} while the version before still runs", REMEDY)


def clauses(sql: str) -> list[str]:
    """The parts of an ALTER TABLE, each as a statement of its own; any other statement is one."""
    table = re.match(r"\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?\S+", sql, re.IGNORECASE)
    return [f"{table[0]} {clause}" for clause in CLAUSE.split(sql[table.end():])] if table else [sql]


def statements(text: str) -> Iterator[Statement]:
    sql, comments, first, line = "", "", 0, 1
    for match in TOKEN.finditer(text):
        token = match[0]
        if token.startswith("--") or token.startswith("/*"):
            comments += token + "\n"
        elif token == ";":
            yield Statement(first, sql, comments)
            sql, comments, first = "", "", 0
        elif not token.startswith(("'", "$")) or len(token) == 1:
            if not first and token.strip():
                first = line + token[:len(token) - len(token.lstrip())].count("\n")
            sql += token
        line += token.count("\n")
    if sql.strip():
        yield Statement(first, sql, comments)


def in_version(was: Version, tag: str) -> bool:
    """Whether the version before is the named one, or came after it."""
    try:
        git(was.root, "merge-base", "--is-ancestor", f"{tag}^{{commit}}", was.commit)
        return True
    except subprocess.CalledProcessError:
        return False
