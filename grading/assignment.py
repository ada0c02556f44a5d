"""Reads an assignment: what is asked, in which frameworks, for how many points."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import rnncheck.assignments
from rnncheck.grading.errors import UsageError
from rnncheck.protocol.claims import claims
from rnncheck.protocol.spec import Spec, SpecError, spec_from_json

FORMAT = 1
FAMILIES = (
    "contract",
    "shape",
    "state",
    "golden",
    "reference",
    "time",
    "mask",
    "gradient",
    "advice",
)
WORLDS = ("numpy", "torch", "keras3", "tf1")
SIZES = {"input_size": 2, "hidden_sizes": [3]}
HOME = Path(next(iter(rnncheck.assignments.__path__)))

T = TypeVar("T")


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
class Contract:
    """What a submission in one framework must look like.

    Attributes:
        framework: the contract's name: "numpy", "torch", "keras" or "tf1".
        adapter: the file in adapters/ that runs it.
        world: "numpy", "torch", "keras3" or "tf1": what the worker's process must have.
        imports: modules of which the file imports at least one; () means no framework.
        names: functions or classes that the file must define.
        claims: what it must be able to do, in the words of protocol.claims.
        options: fields of Spec without the sizes: Spec(input_size=..., hidden_sizes=..., **options).
    """

    framework: str
    adapter: str
    world: str
    imports: tuple[str, ...]
    names: tuple[str, ...]
    claims: frozenset[str]
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Assignment:
    """One assignment.

    Attributes:
        name: also the folder's name.
        title: a few words.
        summary: a paragraph that tells the student what to write.
        words: groups of words; a file's name that holds one of each suggests this assignment.
        contracts: by framework.
        points: weight of each check family; they add up to 100.
        limits: see Limits.
        folder: where the file and its starters are.
    """

    name: str
    title: str
    summary: str
    words: tuple[tuple[str, ...], ...]
    contracts: Mapping[str, Contract]
    points: Mapping[str, float]
    limits: Limits
    folder: Path

    def starters(self) -> dict[str, Path]:
        """Return the starter file of each framework that has one."""
        paths = {name: self.folder / f"starter_{name}.py" for name in self.contracts}
        return {name: path for name, path in paths.items() if path.is_file()}


def names() -> list[str]:
    """Return the names of all assignments that come with rnncheck, sorted."""
    return sorted(path.parent.name for path in HOME.glob("*/assignment.toml"))


def load(name_or_path: str | Path) -> Assignment:
    """Load an assignment by its name, its folder or its TOML file.

    Raises:
        UsageError: there is no such assignment, or its file is not as it must be.
    """
    path = _locate(name_or_path)
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}") from error
    return _Table(data, str(path)).assignment(path.parent)


def _locate(name_or_path: str | Path) -> Path:
    if str(name_or_path) in names():
        return HOME / str(name_or_path) / "assignment.toml"
    path = Path(name_or_path)
    if path.is_dir():
        path = path / "assignment.toml"
    if path.is_file():
        return path
    raise UsageError(
        f"no assignment is called {str(name_or_path)!r}; there are: {', '.join(names())}. "
        "Give one of these names, or the path of an assignment.toml."
    )


class _Table:
    """A TOML table that knows where it is, for errors that name the place."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self.data = data
        self.where = where

    def only(self, allowed: tuple[str, ...]) -> None:
        unknown = sorted(set(self.data) - set(allowed))
        if unknown:
            raise self.error(f"unknown keys {unknown}; allowed: {sorted(allowed)}")

    def error(self, message: str) -> UsageError:
        return UsageError(f"{self.where}: {message}")

    def get(self, key: str, kind: type[T]) -> T:
        if key not in self.data:
            raise self.error(f"{key!r} is missing")
        value = self.data[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(f"{key!r} is {value!r}; it must be a {kind.__name__}")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        values = self.get(key, list)
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"{key!r} is {values!r}; it must be a list of strings")
        return tuple(values)

    def table(self, key: str) -> _Table:
        return _Table(self.get(key, dict), f"{self.where} [{key}]")

    def assignment(self, folder: Path) -> Assignment:
        self.only(
            ("format", "name", "title", "summary", "words", "limits", "spec", "contracts", "points")
        )
        if self.get("format", int) != FORMAT:
            raise self.error(f"'format' is {self.data['format']}; this version reads {FORMAT}")
        if self.get("name", str) != folder.name:
            raise self.error(f"'name' is {self.data['name']!r}; its folder is {folder.name!r}")
        spec = self.get("spec", dict)
        listed = self.table("contracts")
        if not listed.data:
            raise listed.error("at least one contract is needed")
        words = [_Table({"words": group}, self.where) for group in self.get("words", list)]
        return Assignment(
            name=folder.name,
            title=self.get("title", str),
            summary=self.get("summary", str).strip(),
            words=tuple(group.strings("words") for group in words),
            contracts={name: listed.table(name).contract(name, spec) for name in listed.data},
            points=self.table("points").points(),
            limits=self.table("limits").limits(),
            folder=folder,
        )

    def limits(self) -> Limits:
        self.only(tuple(field.name for field in fields(Limits)))
        for name, value in self.data.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                raise self.error(f"{name!r} is {value!r}; it must be a number above 0")
        return Limits(**self.data)

    def points(self) -> dict[str, float]:
        self.only(FAMILIES)
        for family, value in self.data.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise self.error(f"{family!r} is {value!r}; it must be a number of at least 0")
        total = sum(self.data.values())
        if abs(total - 100) > 1e-9:
            raise self.error(f"the points add up to {total}; they must add up to 100")
        return {family: float(self.data.get(family, 0)) for family in FAMILIES}

    def contract(self, framework: str, shared: Mapping[str, Any]) -> Contract:
        self.only(("adapter", "world", "imports", "names", "claims", "spec"))
        world = self.get("world", str)
        if world not in WORLDS:
            raise self.error(f"'world' is {world!r}; allowed: {', '.join(WORLDS)}")
        if not self.strings("names"):
            raise self.error("'names' is empty; name what the file must define")
        try:
            claimed = claims(self.strings("claims"))
        except ValueError as error:
            raise self.error(str(error)) from error
        return Contract(
            framework=framework,
            adapter=self.get("adapter", str),
            world=world,
            imports=self.strings("imports"),
            names=self.strings("names"),
            claims=claimed,
            options=self.options({**shared, **self.data.get("spec", {})}),
        )

    def options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        sizes = sorted(set(given) & SIZES.keys())
        if sizes:
            raise self.error(f"spec gives {sizes}; the cases choose the sizes: leave them out")
        try:
            spec = spec_from_json({**given, **SIZES})
        except SpecError as error:
            raise self.error(str(error)) from error
        return {f.name: getattr(spec, f.name) for f in fields(Spec) if f.name in given}
