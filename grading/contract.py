"""Reads a contract of an assignment: what a submission in one framework must look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from rnncheck.grading.sections import claims_of, names_of
from rnncheck.grading.table import Table
from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Spec, SpecError, spec_from_json
from rnncheck.worker.stage import WORLDS

SIZES = {"input_size": 2, "hidden_sizes": [3]}


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
        any_convention: whether any order of gates, number of biases and the like will do; which
            one it is, is inferred.
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
    any_convention: bool = False
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


def contract_of(
    framework: str,
    table: Table,
    shared: Mapping[str, Any] | None,
    operations: Operations | None,
) -> Contract:
    """Return the contract of a table.

    Args:
        framework: its name.
        table: as read.
        shared: the spec of the whole assignment; None where it asks for operations.
        operations: what it asks for in place of a network.

    Raises:
        UsageError: the table is not as it must be.
    """
    own = ("lenient", "parts", *(("spec", "any_convention") if shared is not None else ()))
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
        any_convention=table.data.get("any_convention") is True,
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
    table.only(("points", "names", "claims", "spec", "steps", "variants", "operation"))
    own = {**shared, **(table.get("spec", dict) if "spec" in table.data else {})}
    claimed = claims_of(table)
    contract = replace(
        whole,
        names=names_of(table) if "names" in table.data else (name,),
        claims=claimed,
        options=_options(table, own) if whole.operations is None else {},
        backward=bool(claimed & {"step_vjp", "sequence_vjp", "compute_vjp"}),
        operations=_operation(table, whole.operations),
    )
    steps = table.strings("steps") if "steps" in table.data else ()
    listed = table.table("variants") if "variants" in table.data else Table({}, table.where)
    variants = tuple(_variant(listed.table(says), says, contract, own) for says in listed.data)
    return Part(name, float(table.get("points", int)), contract, steps, variants)


def _operation(table: Table, operations: Operations | None) -> Operations | None:
    """Return the one operation of the assignment that a part computes."""
    if operations is None:
        return None
    name = table.get("operation", str)
    found = tuple(spec for spec in operations.specs if spec.name == name)
    if not found:
        listed = ", ".join(spec.name for spec in operations.specs)
        raise table.error(f"'operation' is {name!r}; the assignment has: {listed}")
    return Operations(found)


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
