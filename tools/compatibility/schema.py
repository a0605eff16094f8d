"""Two schemas of one thing: what a service takes must not become less, what it gives must not become more.

Taken is what clients send: all that was right stays right. Given is what answers and events hold: whoever reads them
ignores members that are new, and copes with nothing else that is.
"""

import dataclasses
from collections.abc import Iterator

from .keywords import keywords, types
from .version import Finding, Version, pairs

UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
FORM = ("format", "pattern", "multipleOf", "uniqueItems")
ALTERNATIVES = ("anyOf", "oneOf", "prefixItems", "patternProperties")  # any change counts
# Nobody but a person can tell whether these became more or less.
FOR_EYES = ("not", "if", "then", "else", "contains", "propertyNames", "dependentRequired", "dependentSchemas")


@dataclasses.dataclass(frozen=True)
class Side:
    """Whose promise it is, in which file, and what to do instead of breaking it."""

    was: Version
    now: Version
    file: str
    taken: bool
    remedy: str

    def breach(self, place: str, what: str) -> Finding:
        return Finding(self.file, place, what, self.remedy)

    def look(self, place: str, word: str) -> Finding:
        remedy = f"see that it means no {'less' if self.taken else 'more'}"
        return Finding(self.file, place, f"{word} is another now", remedy, warning=True)

    def compare(self, old: object, new: object, place: str, above: tuple = ()) -> Iterator[Finding]:
        """What the new schema breaks of the old one's promise. `above` are the schemas that this one is within."""
        if (id(old), id(new)) in above:
            return
        above = (*above, (id(old), id(new)))
        a, b = keywords(self.was, old), keywords(self.now, new)
        yield from self.compare_types(a, b, place)
        yield from self.compare_limits(a, b, place)
        yield from self.compare_members(a, b, place, above)
        if "items" in a and "items" in b:
            yield from self.compare(a["items"], b["items"], f"{place}/[]", above)
        elif self.less(a.get("items"), b.get("items")):
            yield self.breach(place, "items is another now")
        for word in ALTERNATIVES + FOR_EYES:
            if self.plain(self.was, a.get(word)) != self.plain(self.now, b.get(word)):
                yield self.breach(place, f"{word} is another now") if word in ALTERNATIVES else self.look(place, word)

    def less(self, old: object, new: object) -> bool:
        """Whether a limit that came (of what is taken) or went (of what is given) breaks the promise."""
        return (new is not None and old is None) if self.taken else (old is not None and new is None)

    def compare_types(self, a: dict, b: dict, place: str) -> Iterator[Finding]:
        lost, won = types(a) - types(b), types(b) - types(a)
        if self.taken and lost:
            yield self.breach(place, f"takes no {' or '.join(sorted(lost))} any more")
        if not self.taken and won:
            yield self.breach(place, f"may be {' or '.join(sorted(won))} now")
        old, new = a.get("enum"), b.get("enum")
        if self.less(old, new):
            yield self.breach(place, "takes only some values now" if self.taken else "may be any value now")
        elif old is not None and new is not None:
            yield from self.compare_values(old, new, place)

    def compare_values(self, old: list, new: list, place: str) -> Iterator[Finding]:
        lost, won = [value for value in old if value not in new], [value for value in new if value not in old]
        if self.taken and lost:
            yield self.breach(place, f"takes {said(lost)} no more")
        if not self.taken and won and len(lost) == len(old):
            yield self.breach(place, f"is {said(won)} now, and was {said(old)}")
        elif not self.taken and won:
            yield Finding(self.file, place, f"may be {said(won)} now", "see that who reads it copes with that", warning=True)

    def compare_limits(self, a: dict, b: dict, place: str) -> Iterator[Finding]:
        for word in UPPER + LOWER + FORM:
            old, new = a.get(word), b.get(word)
            if old == new:
                continue
            worse = self.less(old, new)
            if old is not None and new is not None:
                worse = word in FORM or ((new < old) == (word in UPPER)) == self.taken
            if word == "pattern" and old is not None and new is not None:
                yield self.look(place, word)
            elif worse:
                yield self.breach(place, f"{word} is {said([new])} now, and was {said([old])}")

    def compare_members(self, a: dict, b: dict, place: str, above: tuple) -> Iterator[Finding]:
        must_before, must_now = set(a.get("required", [])), set(b.get("required", []))
        for name, old, new in pairs(a.get("properties", {}), b.get("properties", {})):
            there = f"{place}/{name}"
            if new is None:
                if not keywords(self.was, old).get("deprecated"):
                    yield self.breach(there, "may not be sent any more" if self.taken else "is not given any more")
                continue
            if old is not None:
                yield from self.compare(old, new, there, above)
            if self.taken and name in must_now - must_before:
                yield self.breach(there, "must be sent now")
            if not self.taken and name in must_before - must_now:
                yield self.breach(there, "may be missing now")
        others = (schema.get("additionalProperties", True) for schema in (a, b))
        yield from self.compare_others(*others, place, above)

    def compare_others(self, old: object, new: object, place: str, above: tuple) -> Iterator[Finding]:
        """Members without a name of their own."""
        if self.taken and new is False and old is not False:
            yield self.breach(place, "takes no members of other names any more")
        elif isinstance(old, dict) and isinstance(new, dict):
            yield from self.compare(old, new, f"{place}/*", above)
        elif isinstance(new if self.taken else old, dict):
            yield self.breach(place, "members of other names are others now")

    def plain(self, version: Version, part: object) -> object:
        """A part with all references followed and nothing that only describes, to be held against another."""
        part = version.follow(part)
        if isinstance(part, list):
            return [self.plain(version, one) for one in part]
        if not isinstance(part, dict):
            return part
        return {key: self.plain(version, value) for key, value in part.items()
                if key not in ("description", "title", "example", "examples", "default", "deprecated")}


def said(values: list) -> str:
    return ", ".join("none" if value is None else repr(value) for value in values)
