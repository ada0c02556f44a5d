"""Gradients equal differences of the implementation's own forward."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind as reference
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.compare import NotJudgedError
from rnncheck.suites.draw import Draw
from rnncheck.suites.sentences import say
from rnncheck.suites.subject import Subject
from rnncheck.suites.tensor import Tensor
from rnncheck.suites.truth import Truth, floats

STEPS = {"float64": 2.0**-16, "float32": 2.0**-6}  # near the cube root of the unit round-off
ALLOWED = {"float64": 1e-6, "float32": 2e-2}  # of the gradient's norm
TWICE = 2.0  # the truncation error of the reference, where the bound alone is not enough
LEAST_NORM = 0.05  # below it, rounding in the forward outweighs the slope


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a block's gradient, along a random direction, is not the slope of the forward."""
    if truth.dtype not in STEPS:
        raise NotJudgedError(say("too_coarse", dtype=truth.dtype))
    gradients = subject.case_gradients()
    draw, step, tensors = Draw(case.record.seed + 1), STEPS[truth.dtype], []
    for name, value in _blocks(case).items():
        direction = draw.array(value.shape, 1.0) + 1 / 128  # nowhere zero
        move = step * direction / np.linalg.norm(direction)
        slope, gradient = _slope(subject, case, name, value, move), floats(gradients[name])
        allowed = ALLOWED[truth.dtype] * max(float(np.linalg.norm(gradient)), LEAST_NORM)
        got = np.sum(gradient * move) / step
        if not abs(got - slope) <= allowed:
            allowed += TWICE * _truncation(truth, name, value, move)
        tensors.append(Tensor(name, np.array(got), np.array(slope), np.array(allowed), ()))
    truth.compare("gradients are not the slopes of the implementation's own forward", tensors)


def _truncation(truth: Truth, name: str, value: Array, move: Array) -> float:
    """Return by how much the reference's own differences miss its gradient."""
    exact = np.sum(floats(truth.gradients[name]) * move) / np.linalg.norm(move)
    found = _slope(Subject(reference, truth.case), truth.case, name, value, move)
    return float(abs(found - exact))


def _slope(subject: Subject, case: Case, name: str, value: Array, move: Array) -> float:
    """Return the slope of the loss along a move of one block, by differences to both sides."""
    up = _loss(subject, case, name, value + move)
    down = _loss(subject, case, name, value - move)
    return (up - down) / (2 * float(np.linalg.norm(move)))


def _blocks(case: Case) -> dict[str, NDArray[np.float64]]:
    blocks = {f"d.{name}": floats(array) for name, array in case.params.items()}
    blocks["d.x"] = floats(case.x)
    blocks.update({f"d.state.{part}": floats(a) for part, a in (case.state or {}).items()})
    return blocks


def _loss(subject: Subject, case: Case, name: str, value: Array) -> float:
    """Return sum(d_outputs * outputs) + sum(d_state * final state) with one block replaced."""
    x, state, part = case.x, case.state, name.removeprefix("d.")
    if part == "x":
        x = floats(value)
    elif part.startswith("state."):
        state = {**(state or {}), part.removeprefix("state."): value}
    else:
        subject = subject.rebind(params={**case.params, part: value})
    return _weigh(case, subject.sequence(x, state, case.lengths, case.mask))


def _weigh(case: Case, result: Mapping[str, Array]) -> float:
    total = float(np.sum(case.d_outputs * floats(result["outputs"])))
    parts: Arrays = case.d_state
    return total + sum(
        float(np.sum(floats(array) * floats(result[f"state.{part}"])))
        for part, array in parts.items()
    )


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return () if spec.activation == "relu" else general(spec, seed=153)[::2]


CHECK = Check(
    name="gradient_differences",
    family="gradient",
    reason="A backward that does not belong to its own forward is wrong whatever the reference says.",
    hint="Compare the block that is named with a small change of that parameter.",
    needs=frozenset({"sequence", "sequence_vjp", "all_outputs", "final_state", "initial_state"}),
    catches="bias_gradient_mean",
    run=run,
    cases=_cases,
)
