"""No initial state means zeros."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import without_state
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a call without a state, or one after it from zeros, does not start at zero."""
    call, result = forward(subject, case)
    right = truth.forward if call == "sequence" else truth.first_step
    claim = "without an initial state the results are not those of a zero state"
    _compare(truth, claim, call, result, right)
    if "initial_state" not in subject.claims:
        return
    zeros = {part: np.zeros_like(array) for part, array in case.d_state.items()}
    given = (
        subject.sequence(case.x, zeros) if call == "sequence" else subject.step(case.x[0], zeros)
    )
    _compare(truth, "from zeros a second call gives another result", call, given, right)


def _compare(truth: Truth, claim: str, call: str, result: Arrays, right: Arrays) -> None:
    tensors = [
        truth.values(name, result[name], right[name], spread=truth.spread(name, call))
        for name in result
        if name in right
    ]
    truth.compare(claim, tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return without_state(spec)


CHECK = Check(
    name="reference_none_state",
    family="reference",
    reason="A missing state is a state of zeros; the biases still count.",
    hint="Look at what the code does when no state is given.",
    needs=frozenset({"none_state", "final_state"}),
    catches="none_state_is_ones",
    run=run,
    cases=_cases,
)
