"""The keywords of a JSON Schema, put together from all the places where they stand."""

import functools

from .version import Version


def keywords(version: Version, schema: object) -> dict:
    """Those of the schema with those of its `$ref` and its `allOf`. `const` is said as `enum`, and `or null` as a type."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    parts = [{key: value for key, value in schema.items() if key not in ("$ref", "allOf")}]
    parts += [keywords(version, version.follow({"$ref": schema["$ref"]}))] if "$ref" in schema else []
    parts += [keywords(version, one) for one in schema.get("allOf", [])]
    return with_null_as_type(version, functools.reduce(both, map(constants, parts)))


def with_null_as_type(version: Version, schema: dict) -> dict:
    for word in ("anyOf", "oneOf"):
        others = [one for one in schema.get(word, []) if one != {"type": "null"}]
        if len(others) == 1 and len(schema[word]) == 2:
            rest = {key: value for key, value in schema.items() if key != word}
            schema = both(rest, keywords(version, others[0]))
            schema["type"] = sorted(types(schema) | {"null"})
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
    return schema


TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})


def types(schema: dict) -> frozenset[str]:
    """What a value may be; a number may be an integer."""
    if "type" in schema:
        named = {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
    elif "enum" in schema:
        named = set(map(type_of, schema["enum"]))
    else:
        return TYPES
    return frozenset(named | ({"integer"} if "number" in named else set()))


def type_of(value: object) -> str:
    kinds = [(bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object")]
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def constants(schema: dict) -> dict:
    """`const` said as `enum`."""
    made = {key: value for key, value in schema.items() if key != "const"}
    return made | ({"enum": [schema["const"]]} if "const" in schema else {})


def both(left: dict, right: dict) -> dict:
    """One schema for what both of them ask."""
    made = right | left
    for key in left.keys() & right.keys():
        made[key] = joined(key, left[key], right[key])
    if "type" in left and "type" in right:
        made["type"] = sorted(types(left) & types(right))
    return made


def joined(key: str, left: object, right: object) -> object:
    if key == "properties":
        return left | right | {name: {"allOf": [left[name], right[name]]} for name in left.keys() & right.keys()}
    if key == "required":
        return sorted({*left, *right})
    if key == "enum":
        return [value for value in left if value in right]
    if key == "additionalProperties" and False in (left, right):
        return False
    if key.startswith(("max", "exclusiveMax")):
        return min(left, right)
    if key.startswith(("min", "exclusiveMin")):
        return max(left, right)
    if key == "pattern" and left != right:
        return f"{left} and {right}"
    return left
