"""All that a version promised, held against another one."""

from . import asyncapi, migrations, openapi
from .version import Finding, Version


def findings(was: Version, now: Version) -> list[Finding]:
    found = [one for file in was.matching("services/*/openapi.yaml") for one in openapi.compare(was, now, file)]
    found += [one for file in was.matching("services/*/events.yaml") for one in asyncapi.compare(was, now, file)]
    return found + list(migrations.compare(was, now))
