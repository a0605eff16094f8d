"""Two versions of the repository: the one before, as git has it, and this one, as it lies here."""

import dataclasses
import fnmatch
import functools
import os
import pathlib
import posixpath
import subprocess
from collections.abc import Iterator

import yaml


class NoEarlierVersion(Exception):
    """There is nothing to compare with; the text says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """What an earlier promise lost: where, what, and what to do instead. A warning fails nothing."""

    file: str
    place: str
    what: str
    remedy: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}; {self.remedy}"

    @property
    def promise(self) -> str:
        return f"{self.file}: {self.place}" if self.place else self.file


class Version:
    """The files of one version, and its contracts with every `$ref` made whole: file#/pointer."""

    def __init__(self, root: pathlib.Path, commit: str = ""):
        self.root, self.commit = root, commit

    @functools.cached_property
    def files(self) -> list[str]:
        listing = ["ls-tree", "-r", "--name-only", self.commit] if self.commit else \
            ["ls-files", "--cached", "--others", "--exclude-standard"]
        names = git(self.root, *listing).splitlines()
        return sorted(name for name in names if self.commit or (self.root / name).is_file())

    def matching(self, pattern: str) -> list[str]:
        return [name for name in self.files if fnmatch.fnmatchcase(name, pattern)]

    @functools.cache
    def text(self, file: str) -> str:
        return git(self.root, "show", f"{self.commit}:{file}") if self.commit else (self.root / file).read_text()

    @functools.cache
    def contract(self, file: str) -> dict:
        return with_whole_references(yaml.safe_load(self.text(file)), file)

    def follow(self, part: object) -> object:
        """The part itself, or what its `$ref` names."""
        while isinstance(part, dict) and "$ref" in part:
            file, _, pointer = part["$ref"].partition("#")
            part = self.contract(file)
            for word in pointer.split("/")[1:]:
                part = part[word.replace("~1", "/").replace("~0", "~")]
        return part


def git(root: pathlib.Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout


def before(root: pathlib.Path) -> tuple[str, Version]:
    """The name of the version before this one, and itself: COMPAT_BASE, or else the last tag."""
    name = os.environ.get("COMPAT_BASE") or last_tag(root)
    try:
        return name, Version(root, git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip())
    except subprocess.CalledProcessError:
        raise SystemExit(f"compat: git knows no {name}; fetch it, or name another: COMPAT_BASE=<tag or commit>") from None


def last_tag(root: pathlib.Path) -> str:
    """The last tag; of a release itself, the one before it."""
    def described(*words: str) -> str:
        done = subprocess.run(["git", "describe", "--tags", *words], cwd=root, capture_output=True, text=True)
        return done.stdout.strip()
    released = described("--exact-match", "HEAD") and not git(root, "status", "--porcelain")
    if tag := described("--abbrev=0", "HEAD^" if released else "HEAD"):
        return tag
    raise NoEarlierVersion("there is no earlier version: git has no tag before this commit.\n"
                           "  Fetch them (git fetch --tags), or name a commit: COMPAT_BASE=<commit> make compat")


def with_whole_references(part: object, file: str) -> object:
    """A copy in which each `$ref` names its file."""
    if isinstance(part, list):
        return [with_whole_references(one, file) for one in part]
    if not isinstance(part, dict):
        return part
    made = {key: with_whole_references(value, file) for key, value in part.items()}
    if isinstance(reference := part.get("$ref"), str):
        other, _, pointer = reference.partition("#")
        made["$ref"] = f"{posixpath.normpath(posixpath.join(posixpath.dirname(file), other)) if other else file}#{pointer}"
    return made


def pairs(old: dict, new: dict) -> Iterator[tuple[str, object, object]]:
    """(key, old value or None, new value or None), of all keys of both."""
    for key in [*old, *(key for key in new if key not in old)]:
        yield key, old.get(key), new.get(key)
