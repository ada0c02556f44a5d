"""Steps one by one equal the whole sequence."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.names import group
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a loop over steps gives other numbers than the sequence."""
    whole = subject.run_case()
    state, outputs = case.state, []
    order = range(len(case.x)) if case.spec.directions == ("forward",) else range(len(case.x))[::-1]
    for t in order:
        result = subject.step(case.x[t], state)
        state = group(result, "state")
        outputs.append(floats(result["outputs"]))
    stacked = np.stack([outputs[list(order).index(t)] for t in range(len(outputs))])  # (T, B, R)
    right = {"outputs": stacked}
    right |= {f"state.{part}": floats(array) for part, array in (state or {}).items()}
    tensors = [
        truth.values(name, whole[name], array, spread=truth.spread(name, factor=TWO_RUNS))
        for name, array in right.items()
    ]
    truth.compare("the sequence differs from its own steps one by one", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    known = len(spec.directions) == 1 and spec.cell_state == "shown"
    return general(spec) if known else ()


CHECK = Check(
    name="time_stepping",
    family="time",
    reason="A layer is its cell, run over time with the same weights.",
    hint="Look at what the loop carries from one step to the next.",
    needs=frozenset({"step", "sequence", "all_outputs", "final_state", "initial_state"}),
    catches="state_not_carried",
    run=run,
    cases=_cases,
)
