"""Gradients of two halves, chained through the state, add up to the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnncheck.protocol.names import group
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.halves import cut, joined
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where shared parameters do not sum over time."""
    whole, (early, late) = subject.case_gradients(), cut(subject, case).backward()
    starts = joined(case.spec, group(early, "d.state"), group(late, "d.state"))
    tensors = []
    for name in whole:
        if name == "d.x":
            total = np.concatenate([floats(half[name]) for half in (early, late)])  # (T, B, D)
        elif name.startswith("d.state."):
            total = floats(starts[name.removeprefix("d.state.")])
        else:
            total = floats(early[name]) + floats(late[name])
        spread = truth.spread(name, factor=TWO_RUNS)
        tensors.append(truth.values(name, whole[name], total, spread=spread))
    truth.compare("gradients of two halves do not add up to the whole", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    if spec.cell_state == "hidden":
        return ()  # the state that is handed over is not all that it knows
    first = general(spec, split=1, seed=153)
    return (*first, replace(general(spec, seed=152)[2], split=3))


CHECK = Check(
    name="gradient_split",
    family="gradient",
    reason="The same weights are used at every step, so their gradients are sums over time.",
    hint="Look for = where += is meant, and at the gradient that goes to the initial state.",
    needs=frozenset({"sequence", "sequence_vjp", "final_state", "initial_state"}),
    catches="weight_gradient_overwritten",
    run=run,
    cases=_cases,
)
