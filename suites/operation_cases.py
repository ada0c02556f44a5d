"""The records that checks of operations replay: sizes all different, and the values of scalars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rnncheck.fixtures.operation_records import operation_records
from rnncheck.protocol.operations import OperationSpec
from rnncheck.suites.operation_case import OperationCaseSpec

SIMPLE = {"T": 2, "B": 1, "S": 3, "D": 2, "H": 3, "O": 3, "V": 4, "E": 2}
USUAL = {"T": 4, "B": 2, "S": 6, "D": 3, "H": 5, "O": 7, "V": 8, "E": 9}
OTHER = {"T": 7, "B": 3, "S": 4, "D": 6, "H": 2, "O": 5, "V": 9, "E": 8}
EDGES = ("T", "B", "H", "O", "V")

Vary = Callable[[Mapping[str, int]], dict[str, float]]

VARIATIONS: dict[str, tuple[Vary, ...]] = {
    "squared_error": (
        lambda s: {"t_min": 0, "t_max": max(s["T"] - 2, 0)},
        lambda s: {"t_min": 1 % s["T"], "t_max": s["T"] - 1},
        lambda s: {"t_min": s["T"] // 3, "t_max": s["T"] // 3 + s["T"] // 4},
    ),
    "clip_by_value": (
        lambda s: {"low": -0.5, "high": 1.0},
        lambda s: {"low": -1.25, "high": 0.75},
        lambda s: {"low": 0.25, "high": 0.5},
        lambda s: {"low": -4.0, "high": 4.0},
    ),
    "clip_by_norm": (
        lambda s: {"limit": 0.5},
        lambda s: {"limit": 2.0},
        lambda s: {"limit": 64.0},
        lambda s: {"limit": 0.5, "scale": 0.0},
    ),
    "clip_by_global_norm": (
        lambda s: {"limit": 0.5},
        lambda s: {"limit": 2.0},
        lambda s: {"limit": 64.0},
        lambda s: {"limit": 0.5, "scale": 0.0},
    ),
    "truncated_bptt": (
        lambda s: {"k": 1},
        lambda s: {"k": 2},
        lambda s: {"k": 3},
        lambda s: {"k": s["T"]},
        lambda s: {"k": s["T"] - 1 or 1},
    ),
    "generate": (
        lambda s: {"end": 0},
        lambda s: {"end": 1 % s["V"]},
        lambda s: {"end": s["V"] - 1},
        lambda s: {"end": 2 % s["V"]},
        lambda s: {"end": 3 % s["V"]},
        lambda s: {"end": s["V"] // 2},
        lambda s: {"end": s["V"] // 3},
    ),
    "sgd_step": (lambda s: {"rate": 0.125}, lambda s: {"rate": 0.5}, lambda s: {"rate": 0.03125}),
    "adam_step": (
        lambda s: {"t": 2},
        lambda s: {"t": 1, "rate": 0.25},
        lambda s: {"t": 10, "beta1": 0.75, "epsilon": 0.25},
    ),
}


def letters(spec: OperationSpec) -> list[str]:
    """Return the letters of an operation's axes, in the order of its arguments."""
    return list(dict.fromkeys("".join(a.axes or a.below for a in spec.operation.arguments)))


def record_of(
    spec: OperationSpec, sizes: Mapping[str, int], seed: int, variation: int = 0, **fields: Any
) -> OperationCaseSpec:
    """Return a record with the scalars of one variation; "scale" among them is the record's."""
    own = {letter: sizes[letter] for letter in letters(spec)}
    varied = VARIATIONS.get(spec.name, (lambda sizes: {},))
    values = varied[variation % len(varied)](own)
    given: dict[str, Any] = {"scale": values.pop("scale", 1.0)} | fields
    return OperationCaseSpec(spec, tuple(own.items()), seed, tuple(values.items()), **given)


def general(spec: OperationSpec, seed: int = 200) -> tuple[OperationCaseSpec, ...]:
    """Return a simple case, then others with sizes all different, every variation among them."""
    count = max(3, len(VARIATIONS.get(spec.name, ())))
    every = (SIMPLE, USUAL, OTHER)
    return tuple(
        record_of(spec, every[number if number < 3 else number % 2 + 1], seed + number, number)
        for number in range(count)
    )


def edges(spec: OperationSpec, seed: int = 260) -> tuple[OperationCaseSpec, ...]:
    """Return cases with one of an axis: a step, a row, a unit."""
    own = [letter for letter in EDGES if letter in letters(spec)]
    return tuple(
        record_of(spec, {**USUAL, letter: 1}, seed + number) for number, letter in enumerate(own)
    )


def golden(spec: OperationSpec) -> tuple[OperationCaseSpec, ...]:
    """Return a record for each golden of an operation."""
    return tuple(
        OperationCaseSpec(spec, record.sizes, golden=record.name)
        for record in operation_records().values()
        if record.spec == spec
    )
