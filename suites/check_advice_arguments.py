"""A call leaves its arguments as they were."""

from __future__ import annotations

from rnncheck.suites.calls import backward, forward
from rnncheck.suites.case import Case
from rnncheck.suites.cases import simple
from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth

CLAIM = "a call changes its arguments"


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where the implementation says that an argument was changed."""
    del truth
    forward(subject, case)
    changed = set(subject.facts.get("changed", ()))
    if subject.claims & {"step_vjp", "sequence_vjp"}:
        backward(subject, case)
        changed |= set(subject.facts.get("changed", ()))
    if changed:
        raise CheckFailure(CLAIM, ", ".join(sorted(str(name) for name in changed)))


CHECK = Check(
    name="advice_arguments",
    family="advice",
    reason="A caller who uses an array again does not expect other numbers in it.",
    hint="Look for +=, *= and [...] = on an argument; copy first.",
    needs=frozenset(),
    catches="changes_arguments",
    run=run,
    shares=True,
    cases=lambda spec: (simple(spec),),
)
