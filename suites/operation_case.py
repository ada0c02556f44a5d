"""Cases of operations: arguments and upstream gradients from a small frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnncheck.fixtures.operation_inputs import draw
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.operations import OperationSpec, operation_spec_from_json
from rnncheck.suites.frozen import operation_golden


@dataclass(frozen=True)
class OperationCaseSpec:
    """All that a case of an operation is made of; equal records make equal cases.

    Attributes:
        spec: the operation.
        sizes: (letter, size) of each axis.
        seed: of random.Random.
        values: (name, value) of scalars, in place of the usual ones.
        scale: factor of every float array among the arguments; 0 makes zeros of them.
        golden: name of a golden trace that gives the arrays in place of the seed, "" for none.
    """

    spec: OperationSpec
    sizes: tuple[tuple[str, int], ...]
    seed: int = 1
    values: tuple[tuple[str, float], ...] = ()
    scale: float = 1.0
    golden: str = ""

    def __post_init__(self) -> None:
        """Refuse a record that makes no case."""
        known = {a.name for a in self.spec.operation.arguments if not a.axes}
        if unknown := sorted(dict(self.values).keys() - known):
            raise ValueError(f"values are given of {unknown}; scalars are {sorted(known)}")
        if any(size < 1 for _, size in self.sizes):
            raise ValueError(f"sizes are {dict(self.sizes)}; each must be at least 1")

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        own = {"sizes": dict(self.sizes), "seed": self.seed, "values": dict(self.values)}
        return self.spec.to_json() | own | {"scale": self.scale, "golden": self.golden}


def operation_case_spec_from_json(data: dict[str, Any]) -> OperationCaseSpec:
    """Build a record from the values that to_json gave.

    Raises:
        ValueError: a field is unknown or missing, or the record makes no case.
    """
    rest = dict(data)
    named: dict[str, Any] = {key: rest.pop(key) for key in ("operation", "options") if key in rest}
    if not {"sizes"} <= rest.keys() <= {"sizes", "seed", "values", "scale", "golden"}:
        raise ValueError(f"a record of an operation cannot have the fields {sorted(data)}")
    for name in ("sizes", "values"):
        rest[name] = tuple(rest.get(name, {}).items())
    return OperationCaseSpec(operation_spec_from_json(named), **rest)


@dataclass(frozen=True)
class OperationCase:
    """Arrays to run an operation on.

    Attributes:
        record: what it was made of.
        arguments: by name, time-major; scalars are arrays without axes.
        upstream: the gradient of each result; {} where nothing is differentiated.
    """

    record: OperationCaseSpec
    arguments: Arrays
    upstream: Arrays

    @property
    def spec(self) -> OperationSpec:
        """The operation."""
        return self.record.spec


def make_operation_case(record: OperationCaseSpec) -> OperationCase:
    """Make the case of a record; a pure function."""
    if record.golden:
        golden = operation_golden(record.golden)
        return OperationCase(record, dict(golden.arguments), dict(golden.upstream))
    arguments, upstream = draw(record.spec, dict(record.sizes), record.seed, dict(record.values))
    scaled = {
        n: np.asarray(a * record.scale) if a.dtype.kind == "f" and a.ndim else a
        for n, a in arguments.items()
    }
    return OperationCase(record, scaled, upstream)
