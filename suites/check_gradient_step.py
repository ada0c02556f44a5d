"""The gradients of one step equal the reference."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a gradient of a step is wrong."""
    result = subject.step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state)
    right = truth.first_step_gradients
    tensors = truth.gradient(result, right, "step")
    truth.compare("gradients of one step differ from the reference", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return general(spec, seed=150)


CHECK = Check(
    name="gradient_step",
    family="gradient",
    reason="One step, with a gradient on its output and on each part of its new state.",
    hint="Take one gate at a time, and do not detach anything from the graph.",
    needs=frozenset({"step_vjp"}),
    catches="upstream_state_ignored",
    run=run,
    shares=True,
    cases=_cases,
)
