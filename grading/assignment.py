"""Reads an assignment: what is asked, in which frameworks, for how many points."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import rnncheck.assignments
from rnncheck.grading.errors import UsageError
from rnncheck.grading.sections import claims_of, hidden_in, names_of, operations_in, points_in
from rnncheck.grading.table import Table
from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Spec, SpecError, spec_from_json
from rnncheck.worker.stage import WORLDS

FORMAT = 1
KEYS = ("format", "name", "title", "summary", "words", "limits", "contracts", "points")
MAY = ("visibility",)
ABOUT = ("spec", "operations")  # one of the two: what is to be written
SIZES = {"input_size": 2, "hidden_sizes": [3]}
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
class Contract:
    """What a submission in one framework must look like.

    Attributes:
        framework: the contract's name: "numpy", "torch", "keras" or "tf1".
        adapter: the file in adapters/ that runs it.
        world: "numpy", "torch", "keras3" or "tf1": what the worker's process must have.
        imports: modules of which the file imports at least one; () means no framework.
        names: functions or classes that the file must define.
        claims: what it must be able to do, in the words of protocol.claims.
        options: fields of Spec without the sizes: Spec(input_size=..., hidden_sizes=..., **options);
            with hidden_sizes where there are several layers, which say how many and which are alike.
        lenient: whether the file is run statement by statement, past those that fail, with
            stand-ins for modules that are not there; a notebook always is.
        backward: whether only checks of gradients are run.
        mean_gradients: whether gradients of parameters are means over the batch, not sums.
        parts: functions and classes that are judged each alone; () where the file is one thing.
        operations: in place of a network.
    """

    framework: str
    adapter: str
    world: str
    imports: tuple[str, ...]
    names: tuple[str, ...]
    claims: frozenset[str]
    options: Mapping[str, Any]
    lenient: bool = False
    backward: bool = False
    mean_gradients: bool = False
    parts: tuple[Part, ...] = ()
    operations: Operations | None = None

    @property
    def spec(self) -> Spec | Operations:
        """What is to be computed; the sizes in a Spec mean nothing."""
        return self.operations or spec_from_json({**SIZES, **self.options})


@dataclass(frozen=True)
class Part:
    """A function or class of a homework that is judged alone.

    Attributes:
        name: of the function, or of several that belong together.
        points: its share of the 100 points of the assignment.
        contract: what it must look like.
        steps: parts that are single steps of it: where one of them is not right, it is judged
            also with right steps in their place.
        variants: conventions that the course leaves open, each with a clause that says it: where
            the part is not right by its own contract, it is judged by the one that fits best.
    """

    name: str
    points: float
    contract: Contract
    steps: tuple[str, ...] = ()
    variants: tuple[tuple[str, Contract], ...] = ()


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
        contracts={n: _contract(n, listed.table(n), spec, operations) for n in listed.data},
        points=points_in(table.table("points")),
        limits=Limits(**table.table("limits").numbers([f.name for f in fields(Limits)])),
        hidden=hidden_in(table.table("visibility")) if "visibility" in table.data else frozenset(),
        digest=digest,
        folder=folder,
    )


def _contract(
    framework: str,
    table: Table,
    shared: Mapping[str, Any] | None,
    operations: Operations | None,
) -> Contract:
    own = ("lenient",) if shared is None else ("spec", "lenient", "parts")
    table.only(("adapter", "world", "imports", "names", "claims", *own))
    world = table.get("world", str)
    if world not in WORLDS:
        raise table.error(f"'world' is {world!r}; allowed: {', '.join(WORLDS)}")
    options = {**shared, **table.get("spec", dict)} if shared is not None else {}
    whole = Contract(
        framework=framework,
        adapter=table.get("adapter", str),
        world=world,
        imports=table.strings("imports"),
        names=(),
        claims=frozenset(),
        options={} if shared is None else _options(table, options),
        lenient=table.data.get("lenient") is True,
        operations=operations,
    )
    if "parts" not in table.data:
        return replace(whole, names=names_of(table), claims=claims_of(table))
    listed = table.table("parts")
    parts = tuple(_part(name, listed.table(name), whole, options) for name in listed.data)
    total = sum(part.points for part in parts)
    if abs(total - 100) > 1e-9:
        raise listed.error(f"the points of the parts add up to {total}; they must add up to 100")
    names = dict.fromkeys(name for part in parts for name in part.contract.names)
    return replace(whole, names=tuple(names), parts=parts)


def _part(name: str, table: Table, whole: Contract, shared: Mapping[str, Any]) -> Part:
    table.only(("points", "names", "claims", "spec", "steps", "variants"))
    own = {**shared, **(table.get("spec", dict) if "spec" in table.data else {})}
    claimed = claims_of(table)
    contract = replace(
        whole,
        names=names_of(table) if "names" in table.data else (name,),
        claims=claimed,
        options=_options(table, own),
        backward=bool(claimed & {"step_vjp", "sequence_vjp"}),
    )
    steps = table.strings("steps") if "steps" in table.data else ()
    listed = table.table("variants") if "variants" in table.data else Table({}, table.where)
    variants = tuple(_variant(listed.table(says), says, contract, own) for says in listed.data)
    return Part(name, float(table.get("points", int)), contract, steps, variants)


def _variant(
    table: Table, says: str, contract: Contract, shared: Mapping[str, Any]
) -> tuple[str, Contract]:
    table.only(("spec", "mean_gradients"))
    options = _options(table, {**shared, **table.data.get("spec", {})})
    mean = table.data.get("mean_gradients") is True
    return says, replace(contract, options=options, mean_gradients=mean)


def _options(table: Table, given: Mapping[str, Any]) -> dict[str, Any]:
    if "input_size" in given:
        raise table.error("spec gives input_size; the cases choose the sizes: leave it out")
    try:
        spec = spec_from_json({**SIZES, **given})  # hidden_sizes: how many layers, which are alike
    except SpecError as error:
        raise table.error(str(error)) from error
    return {f.name: getattr(spec, f.name) for f in fields(Spec) if f.name in given}
