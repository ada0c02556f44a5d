"""What stands in the padding changes nothing."""

from __future__ import annotations

from dataclasses import replace

from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import padded
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where NaN or 1e30 in the padding changes an output or a state."""
    del case
    names = [name for name in truth.forward if not name.startswith("trace.")]
    result = subject.run_case()
    tensors = [truth.values(name, result[name], truth.forward[name]) for name in names]
    truth.compare("NaN and 1e30 in the padding change the results", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return tuple(replace(record, poisoned=True) for record in padded(spec))


CHECK = Check(
    name="mask_poison",
    family="mask",
    reason="Padding is not data: no number in it may reach a result.",
    hint="Choose between old and new state with where, not with a product.",
    needs=frozenset({"sequence", "all_outputs", "final_state"}),
    catches="mask_ignored",
    run=run,
    cases=_cases,
)
