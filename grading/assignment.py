"""Reads an assignment: what is asked, in which frameworks, for how many points."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import rnncheck.assignments
from rnncheck.grading.contract import Contract, contract_of
from rnncheck.grading.errors import UsageError
from rnncheck.grading.sections import hidden_in, operations_in, points_in
from rnncheck.grading.table import Table
from rnncheck.worker.stage import WORLDS

FORMAT = 1
KEYS = ("format", "name", "title", "summary", "words", "limits", "contracts", "points")
MAY = ("bank", "visibility")
ABOUT = ("spec", "operations")  # one of the two: what is to be written
CALLS = {"numpy": 60, "torch": 40, "keras3": 10, "tf1": 10}  # of a bank, by world
HOME = Path(next(iter(rnncheck.assignments.__path__)))


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        start_seconds: until the worker is up, its framework imported.
        load_seconds: to execute the submission's file.
        call_seconds: for one call.
        total_seconds: for everything together.
        memory_mib: memory of the worker process.
    """

    start_seconds: float = 60.0
    load_seconds: float = 30.0
    call_seconds: float = 20.0
    total_seconds: float = 300.0
    memory_mib: int = 2048


@dataclass(frozen=True)
class Assignment:
    """One assignment.

    Attributes:
        name: also the folder's name.
        title: a few words.
        summary: a paragraph that tells the student what to write.
        words: groups of words; a file's name that holds one of each suggests this assignment.
        contracts: by framework.
        points: weight of each check family; they add up to 100. 0 of each check that is advice.
        limits: see Limits.
        calls: at most this many calls of a submission in a bank, by world.
        hidden: families and names of checks of which a student is told only how they ended.
        digest: SHA-256 of its file.
        folder: where the file and its starters are.
    """

    name: str
    title: str
    summary: str
    words: tuple[tuple[str, ...], ...]
    contracts: Mapping[str, Contract]
    points: Mapping[str, float]
    limits: Limits
    calls: Mapping[str, int]
    hidden: frozenset[str]
    digest: str
    folder: Path

    def hides(self, check: str, family: str) -> bool:
        """Say whether a student is told no more of a check than how it ended."""
        return not self.hidden.isdisjoint((check, check.partition("[")[0], family))

    def starters(self) -> dict[str, Path]:
        """Return the starter file of each framework that has one."""
        paths = {name: self.folder / f"starter_{name}.py" for name in self.contracts}
        return {name: path for name, path in paths.items() if path.is_file()}


@functools.cache
def names() -> tuple[str, ...]:
    """Return the names of all assignments that come with rnncheck, sorted."""
    return tuple(sorted(path.parent.name for path in HOME.glob("*/assignment.toml")))


def load(name_or_path: str | Path) -> Assignment:
    """Load an assignment by its name, its folder or its TOML file.

    Raises:
        UsageError: there is no such assignment, or its file is not as it must be.
    """
    if str(name_or_path) in names():
        return _shipped(str(name_or_path))
    return _read(_locate(name_or_path))


@functools.cache
def _shipped(name: str) -> Assignment:
    return _read(HOME / name / "assignment.toml")


def _read(path: Path) -> Assignment:
    try:
        source = path.read_bytes()
        data = tomllib.loads(source.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}") from error
    digest = hashlib.sha256(source).hexdigest()
    return _assignment(Table(data, str(path)), path.parent, digest)


def _locate(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    if path.is_dir():
        path = path / "assignment.toml"
    if path.is_file():
        return path
    raise UsageError(
        f"no assignment is called {str(name_or_path)!r}; there are: {', '.join(names())}. "
        "Give one of these names, or the path of an assignment.toml."
    )


def _assignment(table: Table, folder: Path, digest: str) -> Assignment:
    about = [key for key in ABOUT if key in table.data]
    table.only((*KEYS, *ABOUT, *MAY))
    if len(about) != 1:
        raise table.error(f"it has {' and '.join(about) or 'neither'}; give one of {ABOUT}")
    if table.get("format", int) != FORMAT:
        raise table.error(f"'format' is {table.data['format']}; this version reads {FORMAT}")
    if table.get("name", str) != folder.name:
        raise table.error(f"'name' is {table.data['name']!r}; its folder is {folder.name!r}")
    spec = table.get("spec", dict) if "spec" in about else None
    operations = None if "spec" in about else operations_in(table.table("operations"))
    listed = table.table("contracts")
    if not listed.data:
        raise listed.error("at least one contract is needed")
    words = [Table({"words": group}, table.where) for group in table.get("words", list)]
    return Assignment(
        name=folder.name,
        title=table.get("title", str),
        summary=table.get("summary", str).strip(),
        words=tuple(group.strings("words") for group in words),
        contracts={n: contract_of(n, listed.table(n), spec, operations) for n in listed.data},
        points=points_in(table.table("points")),
        limits=Limits(**table.table("limits").numbers([f.name for f in fields(Limits)])),
        calls=CALLS | (_calls(table.table("bank")) if "bank" in table.data else {}),
        hidden=hidden_in(table.table("visibility")) if "visibility" in table.data else frozenset(),
        digest=digest,
        folder=folder,
    )


def _calls(table: Table) -> dict[str, int]:
    table.only(("calls",))
    calls = table.table("calls").numbers(tuple(WORLDS))
    return {world: int(number) for world, number in calls.items()}
