"""All that a version promised, held against another one."""

import dataclasses

from . import asyncapi, migrations, openapi
from .version import Finding, Version

RULES = "docs/compatibility.md"


def findings(was: Version, now: Version) -> list[Finding]:
    found = [one for file in was.matching("services/*/openapi.yaml") for one in openapi.compare(was, now, file)]
    found += [one for file in was.matching("services/*/events.yaml") for one in asyncapi.compare(was, now, file)]
    return found + list(migrations.compare(was, now))


def with_accepted(found: list[Finding], name: str, now: Version) -> list[Finding]:
    """What RULES says was broken on purpose, when the version before has this name, becomes a warning."""
    accepted = {promise: why for base, promise, why in on_purpose(now) if base == name}
    kept = [dataclasses.replace(one, remedy=f"on purpose: {accepted[one.promise]}", warning=True)
            if one.promise in accepted else one for one in found]
    return kept + [Finding(RULES, promise, "was broken on purpose, and is not broken", "remove the line")
                   for promise in accepted if promise not in {one.promise for one in found}]


def on_purpose(now: Version) -> list[tuple[str, str, str]]:
    """(version before, promise, why) of each line of the last table in RULES."""
    if RULES not in now.files:
        return []
    lines = now.text(RULES).partition("## Broken on purpose")[2].splitlines()
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [(row[0], row[1], row[2]) for row in rows[2:]]
