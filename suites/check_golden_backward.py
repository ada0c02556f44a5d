"""The gradients of the frozen traces come out."""

from __future__ import annotations

from rnncheck.suites.case import Case
from rnncheck.suites.check import Check
from rnncheck.suites.frozen import golden
from rnncheck.suites.golden import golden_records
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a gradient is not the frozen one."""
    result, right = subject.case_gradients(), golden(case.record.golden).backward
    shown = {n: gradient for n, gradient in right.items() if not n.startswith("d.trace.")}
    tensors = truth.gradient(result, shown)
    truth.compare("gradients of a golden trace do not come out", tensors)


CHECK = Check(
    name="golden_backward",
    family="golden",
    reason="Frozen gradients, under random upstream gradients everywhere.",
    hint="`rnncheck fixtures show NAME` prints the trace step by step.",
    needs=frozenset({"sequence_vjp", "initial_state"}),
    catches="initial_state_gradient_zero",
    run=run,
    cases=golden_records,
)
