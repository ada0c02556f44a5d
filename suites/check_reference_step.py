"""One step equals the reference."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general, narrow
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where the output or the new state of a step differs from the reference."""
    result = subject.step(case.x[0], case.state)
    right = truth.first_step
    names = [*sorted(name for name in right if name.startswith("state.")), "outputs"]
    tensors = [
        truth.values(name, result[name], right[name], spread=truth.spread(name, "step"))
        for name in names
    ]
    truth.compare("the hidden state after one step differs from the reference", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return (*general(spec), *general(spec, state="zero", seed=130)[1:], *narrow(spec))


CHECK = Check(
    name="reference_step",
    family="reference",
    reason="The equations of the cell, on random weights, biases and states.",
    hint="Go through the equations gate by gate: which weights, which bias, which nonlinearity?",
    needs=frozenset({"step", "final_state"}),
    catches="hidden_weights_transposed",
    run=run,
    shares=True,
    cases=_cases,
)
