"""Every gradient has the shape of what it is the gradient of."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.suites.calls import backward
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import edge, general, large, long
from rnncheck.suites.check import Check
from rnncheck.suites.shapes import require_shapes
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a gradient has another shape than its parameter, input or state."""
    del truth
    backward(subject, case)
    require_shapes("the shape of a gradient is wrong", subject)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return *general(spec), edge(spec), large(spec), *long(spec)


CHECK = Check(
    name="shape_gradient",
    family="shape",
    reason="A gradient is added to its parameter: another shape broadcasts into a wrong update.",
    hint="Compare the shape of each gradient with that of its parameter; sum without keepdims.",
    needs=frozenset({"sequence_vjp"}),
    catches="bias_gradient_row",
    run=run,
    cases=_cases,
)
