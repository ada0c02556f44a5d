"""The state of an LSTM is handed back in the right order."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where h and c are not the reference's h and c, each under its name."""
    call, result = forward(subject, case)
    right = truth.forward if call == "sequence" else truth.first_step
    names = [name for name in right if name.startswith("state.")]
    tensors = [truth.values(name, result[name], right[name]) for name in names]
    truth.compare("the parts of the state are not h and c in the order asked for", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return general(spec) if spec.cell == "lstm" else ()


CHECK = Check(
    name="state_order",
    family="state",
    reason="(h, c) and (c, h) have the same shapes; only the numbers tell them apart.",
    hint="Look at the order in which the state is taken and given back.",
    needs=frozenset({"final_state"}),
    catches="state_swapped",
    run=run,
    cases=_cases,
)
