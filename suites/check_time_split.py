"""A sequence cut in two, with the state handed over, equals the whole."""

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
    """Fail where two halves give other numbers than the whole."""
    whole, (early, late) = subject.run_case(), cut(subject, case).forward()
    outputs = np.concatenate([floats(half["outputs"]) for half in (early, late)])  # (T, B, R)
    right = {"outputs": outputs}
    state = joined(case.spec, group(late, "state"), group(early, "state"))
    right |= {f"state.{part}": floats(array) for part, array in state.items()}
    tensors = [
        truth.values(name, whole[name], array, spread=truth.spread(name, factor=TWO_RUNS))
        for name, array in right.items()
    ]
    truth.compare("two halves with the state handed over differ from the whole", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    if spec.cell_state == "hidden":
        return ()  # the state that is handed over is not all that it knows
    return (*general(spec, split=1, seed=140), replace(general(spec, seed=141)[2], split=3))


CHECK = Check(
    name="time_split",
    family="time",
    reason="The state is all that a network knows of the past.",
    hint="Look at how the initial state enters the first step.",
    needs=frozenset({"sequence", "all_outputs", "final_state", "initial_state"}),
    catches="initial_state_ignored",
    run=run,
    cases=_cases,
)
