"""The gradient of the final state reaches the first step."""

from __future__ import annotations

from rnncheck.suites.case import Case
from rnncheck.suites.cases import long
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a time slice of d_x, or any other gradient, is wrong on a long sequence."""
    result, right = subject.case_gradients(), truth.gradients
    tensors = truth.gradient(result, right)
    truth.compare("on a long sequence gradients differ from the reference", tensors)


CHECK = Check(
    name="gradient_long",
    family="gradient",
    reason="Truncated BPTT shows only on long sequences with the loss at the end.",
    hint="Count the steps that the backward loop really goes back.",
    needs=frozenset({"sequence_vjp"}),
    catches="truncated_bptt_20",
    run=run,
    shares=True,
    cases=long,
)
