"""Gradients equal differences of the implementation's own forward."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
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
LEAST_NORM = 0.05  # below it, rounding in the forward outweighs the slope


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a block's gradient, along a random direction, is not the slope of the forward."""
    if truth.dtype not in STEPS:
        raise NotJudgedError(say("too_coarse", dtype=truth.dtype))
    gradients = subject.case_gradients()
    draw, step, tensors = Draw(case.record.seed + 1), STEPS[truth.dtype], []
    for name, value in _blocks(case).items():
        direction = draw.array(value.shape, 1.0) + 1 / 128  # nowhere zero
        direction /= np.linalg.norm(direction)
        up = _loss(subject, case, name, value + step * direction)
        down = _loss(subject, case, name, value - step * direction)
        slope = np.array((up - down) / (2 * step))
        gradient = floats(gradients[name])
        size = max(float(np.linalg.norm(gradient)), LEAST_NORM)
        allowed = ALLOWED[truth.dtype] * size
        got = np.array(np.sum(gradient * direction))
        tensors.append(Tensor(name, got, slope, np.array(allowed), ()))
    truth.compare("gradients are not the slopes of the implementation's own forward", tensors)


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
