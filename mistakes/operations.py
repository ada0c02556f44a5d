"""Mistakes that can be made in every operation."""

from __future__ import annotations

import numpy as np

from rnncheck.mistakes.base_operation import EVERY, OperationMistake
from rnncheck.protocol.names import Arrays
from rnncheck.reference.operations import ReferenceOperation


def _first_result(inner: ReferenceOperation, given: Arrays) -> tuple[str, Arrays]:
    results = inner.compute(given)
    return next(iter(results)), results


def _not_a_number(inner: ReferenceOperation, given: Arrays) -> Arrays:
    name, results = _first_result(inner, given)
    return results | {name: np.full_like(results[name], np.nan)}


def _axis_too_many(inner: ReferenceOperation, given: Arrays) -> Arrays:
    name, results = _first_result(inner, given)
    return results | {name: results[name][None]}


def _upstream_not_used(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
    return inner.compute_vjp(given, {n: np.ones_like(a) for n, a in upstream.items()})


OPERATION_MISTAKES = (
    OperationMistake(
        "not_a_number",
        "a result holds NaN",
        "Look for 0 / 0, inf - inf and the logarithm of 0.",
        EVERY,
        forward=_not_a_number,
        options=lambda spec: spec.operation.results[0].kind == "float",
    ),
    OperationMistake(
        "axis_too_many",
        "a result has an axis more than asked for",
        "Print the shape of the result.",
        EVERY,
        forward=_axis_too_many,
    ),
    OperationMistake(
        "upstream_not_used",
        "the upstream gradient is taken to be 1",
        "Look at what is handed to the backward function beside the arguments.",
        EVERY,
        backward=_upstream_not_used,
        options=lambda spec: bool(spec.operation.differentiated),
    ),
)
