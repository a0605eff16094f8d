"""The HTTP face of a service: services/<word>/openapi.yaml of two versions."""

import re
from collections.abc import Iterator

from .schema import Side
from .version import Finding, Version, pairs

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
REMEDY = "keep it as it was, and serve the new form beside it under /v2, or mark it `deprecated` for one version first"


def compare(was: Version, now: Version, file: str) -> Iterator[Finding]:
    taken, given = (Side(was, now, file, taken, REMEDY) for taken in (True, False))
    if file not in now.files:
        yield Finding(file, "", "is gone", "keep the service, with every operation `deprecated`, for one version more")
        return
    old_operations, new_operations = operations(was, file), operations(now, file)
    for (method, path), old in old_operations.items():
        place = f"{method.upper()} {old['path']}"
        if new := new_operations.get((method, path)):
            yield from compare_parameters(taken, old, new, place)
            yield from compare_body(taken, old, new, place)
            yield from compare_callers(taken, old, new, place)
            yield from compare_answers(given, old, new, place)
        elif not old.get("deprecated"):
            yield taken.breach(place, "is gone")


def operations(version: Version, file: str) -> dict[tuple[str, str], dict]:
    """(method, path without the names of its parameters) -> the operation with what its path and the file say of it."""
    contract, found = version.contract(file), {}
    for path, item in contract.get("paths", {}).items():
        item = version.follow(item)
        for method in METHODS:
            if method not in item:
                continue
            parameters = [version.follow(one) for one in [*item.get("parameters", []), *item[method].get("parameters", [])]]
            found[method, re.sub(r"\{.*?\}", "{}", path)] = item[method] | {
                "path": path, "parameters": {named(one, path): one for one in parameters},
                "security": item[method].get("security", contract.get("security", []))}
    return found


def named(parameter: dict, path: str) -> tuple[str, object]:
    """What a parameter is known by on the wire: one of the path by its place."""
    name = parameter["name"]
    if parameter["in"] == "path":
        return "path", re.findall(r"\{(.*?)\}", path).index(name)
    return parameter["in"], name.lower() if parameter["in"] == "header" else name


def compare_parameters(side: Side, old: dict, new: dict, place: str) -> Iterator[Finding]:
    for (kind, _), before, after in pairs(old["parameters"], new["parameters"]):
        there = f"{place} {kind} {(before or after)['name']}"
        must_before, must_now = bool(before and before.get("required")), bool(after and after.get("required"))
        if must_now and not must_before:
            yield side.breach(there, "must be sent now")
        if before and not after and not before.get("deprecated"):
            yield side.breach(there, "may not be sent any more")
        if before and after:
            yield from side.compare(before.get("schema", {}), after.get("schema", {}), there)


def compare_body(side: Side, old: dict, new: dict, place: str) -> Iterator[Finding]:
    before, after = side.was.follow(old.get("requestBody")) or {}, side.now.follow(new.get("requestBody")) or {}
    if after.get("required") and not before.get("required"):
        yield side.breach(f"{place} body", "must be sent now")
    yield from compare_content(side, before, after, f"{place} body", "is not taken any more")


def compare_callers(side: Side, old: dict, new: dict, place: str) -> Iterator[Finding]:
    """Whoever could call it still can: an alternative of the callers' proofs that asks no more than theirs did."""
    def proofs(operation: dict) -> list[set]:
        return [{(name, scope) for name, scopes in one.items() for scope in (scopes or [""])}
                for one in operation["security"]] or [set()]
    for proof in proofs(old):
        if not any(asked <= proof for asked in proofs(new)):
            had = " and ".join(sorted(name for name, _ in proof)) or "nothing"
            yield side.breach(place, f"callers who prove themselves by {had} are refused now")


def compare_answers(side: Side, old: dict, new: dict, place: str) -> Iterator[Finding]:
    for status, before, after in pairs(old["responses"], new["responses"]):
        there = f"{place} {status}"
        if after is None:
            yield side.breach(there, "is not answered any more")
        elif before is None:
            if str(status).startswith(("2", "3")):
                yield Finding(side.file, there, "is a new kind of success", "see that clients cope with it", warning=True)
        else:
            before, after = side.was.follow(before), side.now.follow(after)
            yield from compare_headers(side, before, after, there)
            yield from compare_content(side, before, after, there, "is not answered any more")


def compare_headers(side: Side, before: dict, after: dict, place: str) -> Iterator[Finding]:
    for name, old, new in pairs(before.get("headers", {}), after.get("headers", {})):
        if old is None:
            continue
        old, new, there = side.was.follow(old), side.now.follow(new), f"{place} header {name}"
        if new is None:
            yield side.breach(there, "is not given any more")
            continue
        if old.get("required") and not new.get("required"):
            yield side.breach(there, "may be missing now")
        yield from side.compare(old.get("schema", {}), new.get("schema", {}), there)


def compare_content(side: Side, before: dict, after: dict, place: str, gone: str) -> Iterator[Finding]:
    for kind, old, new in pairs(before.get("content", {}), after.get("content", {})):
        there = place if "json" in kind else f"{place} {kind}"
        if old is not None and new is None:
            yield side.breach(f"{place} {kind}", gone)
        elif old is not None:
            yield from side.compare(old.get("schema", {}), new.get("schema", {}), there)
