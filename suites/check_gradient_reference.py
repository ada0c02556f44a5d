"""Every gradient equals the reference under random upstream gradients."""

from __future__ import annotations

from dataclasses import replace

from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general, large
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a gradient of a parameter, the inputs or the initial state is wrong."""
    del case
    result, right = subject.case_gradients(), truth.gradients
    tensors = truth.gradient(result, right)
    truth.compare("gradients differ from the reference", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    enlarged = large(spec)
    return *general(spec), enlarged, replace(enlarged, upstream="all")


CHECK = Check(
    name="gradient_reference",
    family="gradient",
    reason="Random gradients on every output and on each part of the final state.",
    hint="Start at the last step: which gradients reach it, and what does it hand to the one before?",
    needs=frozenset({"sequence_vjp"}),
    catches="state_gradient_not_carried",
    run=run,
    cases=_cases,
)
