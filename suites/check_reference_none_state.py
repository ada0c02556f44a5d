"""No initial state means zeros."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a call without a state differs from one that starts at zero."""
    call, result = forward(subject, case)
    right = truth.forward if call == "sequence" else truth.first_step
    tensors = [
        truth.values(name, result[name], right[name], spread=truth.spread(name, call))
        for name in result
        if name in right
    ]
    truth.compare("without an initial state the results are not those of a zero state", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return general(spec, state="none", seed=132)


CHECK = Check(
    name="reference_none_state",
    family="reference",
    reason="A missing state is a state of zeros; the biases still count.",
    hint="Look at what the code does when no state is given.",
    needs=frozenset({"none_state", "final_state"}),
    catches="none_state_is_ones",
    run=run,
    shares=True,
    cases=_cases,
)
