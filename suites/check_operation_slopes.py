"""The gradients of an operation equal differences of its own results."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import OperationSpec
from rnncheck.suites.check import Check
from rnncheck.suites.check_gradient_differences import ALLOWED, LEAST_NORM, STEPS
from rnncheck.suites.draw import Draw
from rnncheck.suites.operation_case import OperationCase, OperationCaseSpec
from rnncheck.suites.operation_cases import general
from rnncheck.suites.operation_subject import OperationSubject, OperationTruth
from rnncheck.suites.tensor import Tensor
from rnncheck.suites.truth import floats


def run(subject: OperationSubject, case: OperationCase, truth: OperationTruth) -> None:
    """Fail where a gradient, along a random direction, is not the slope of the results."""
    gradients, draw = subject.case_gradients(), Draw(case.record.seed + 1)
    step, tensors = STEPS[truth.dtype], []
    for name in case.spec.operation.differentiated:
        value = floats(case.arguments[name])
        direction = draw.array(value.shape, 1.0) + 1 / 128  # nowhere zero
        direction /= np.linalg.norm(direction)
        up = _total(subject, case, name, value + step * direction)
        down = _total(subject, case, name, value - step * direction)
        gradient = floats(gradients[f"d.{name}"])
        size = max(float(np.linalg.norm(gradient)), LEAST_NORM)
        allowed = np.array(ALLOWED[truth.dtype] * size)
        got = np.array(np.sum(gradient * direction))
        tensors.append(Tensor(f"d.{name}", got, np.array((up - down) / (2 * step)), allowed, ()))
    truth.compare("gradients are not the slopes of the implementation's own results", tensors)


def _total(subject: OperationSubject, case: OperationCase, name: str, value: Array) -> float:
    given: Arrays = {**case.arguments, name: value}
    results = subject.compute(given)
    return sum(float(np.sum(case.upstream[n] * floats(a))) for n, a in results.items())


def _cases(spec: OperationSpec) -> tuple[OperationCaseSpec, ...]:
    return general(spec, seed=240)[1:2] if spec.operation.differentiated else ()


CHECK = Check(
    name="operation_slopes",
    family="gradient",
    reason="A backward that does not belong to its own forward is wrong whatever the reference says.",
    hint="Compare the gradient that is named with a small change of that argument.",
    needs=frozenset({"compute", "compute_vjp"}),
    catches="divisor_not_in_gradient",
    run=run,
    cases=_cases,
    about="operation",
)
