"""A sequence cut in two, with the state handed over, equals the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnncheck.protocol.names import Array, group
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where two halves give other numbers than the whole."""
    cut, whole = case.record.split, subject.run_case()
    halves = [slice(0, cut), slice(cut, None)]
    outputs: dict[int, Array] = {}
    state = case.state
    for half in halves if case.spec.directions == ("forward",) else halves[::-1]:
        result = subject.sequence(case.x[half], state)
        state, outputs[half.start] = group(result, "state"), floats(result["outputs"])
    joined = np.concatenate([outputs[0], outputs[cut]])  # (T, B, R)
    tensors = [truth.values("outputs", whole["outputs"], joined)]
    for part, array in (state or {}).items():
        tensors.append(truth.values(f"state.{part}", whole[f"state.{part}"], floats(array)))
    truth.compare("two halves with the state handed over differ from the whole", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    if len(spec.directions) == 2:
        return ()
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
