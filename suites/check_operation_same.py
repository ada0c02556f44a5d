"""What changes nothing by the formula changes nothing: a shift of logits, clipping twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from rnncheck.protocol.names import Arrays
from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference.operations import bind
from rnncheck.suites.check import Check
from rnncheck.suites.operation_case import OperationCase, OperationCaseSpec
from rnncheck.suites.operation_cases import general
from rnncheck.suites.operation_subject import OperationSubject, OperationTruth

SHIFT = 1024.0


def _shifted(given: Arrays) -> Arrays:
    return {**given, "logits": given["logits"] + SHIFT}


def _clipped(name: str) -> Callable[[Arrays], Arrays]:
    """Return what puts the clipped gradient in the place of the gradient."""
    exact = bind(OperationSpec(name))
    return lambda given: {**given, "gradient": exact.compute(given)["clipped"]}


def _longer_window(given: Arrays) -> Arrays:
    """Return a longer window where one holds the whole sequence."""
    steps = len(given["x"])
    return {**given, "k": np.where(given["k"] < steps, given["k"], given["k"] + steps)}


# By operation: arguments that must give the same results as those that are given.
SAME: dict[str, Callable[[Arrays], Arrays]] = {
    "cross_entropy": _shifted,
    "last_cross_entropy": _shifted,
    "clip_by_value": _clipped("clip_by_value"),
    "clip_by_norm": _clipped("clip_by_norm"),
    "truncated_bptt": _longer_window,
}


def run(subject: OperationSubject, case: OperationCase, truth: OperationTruth) -> None:
    """Fail where results or gradients change."""
    other = altered(case)
    given, truth = other.arguments, truth.rounding_as(other, rounded=True)
    tensors = truth.every(subject.compute(given), truth.results)
    if "compute_vjp" in subject.claims:
        tensors += truth.every(subject.compute_vjp(given, case.upstream), truth.gradients)
    truth.compare("results change where the formula says that nothing changes", tensors)


def altered(case: OperationCase) -> OperationCase:
    """Return the case with other arguments, which must give the same."""
    return replace(case, arguments=SAME[case.spec.name](case.arguments))


def _cases(spec: OperationSpec) -> tuple[OperationCaseSpec, ...]:
    return general(spec, seed=300)[1:] if spec.name in SAME else ()


CHECK = Check(
    name="operation_same",
    family="reference",
    reason="An invariance holds for large numbers too, where a careless formula overflows.",
    hint="Subtract the largest logit before exp; what is clipped already stays as it is.",
    needs=frozenset({"compute"}),
    catches="largest_not_subtracted",
    run=run,
    cases=_cases,
    about="operation",
)
