"""The calls that a check makes whatever the implementation offers: a sequence, or else a step."""

from __future__ import annotations

from collections.abc import Mapping

from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.suites.case import Case
from rnncheck.suites.subject import Subject


def forward(subject: Subject, case: Case) -> tuple[str, Arrays]:
    """Return the call that was made and its results: the sequence, else the first step."""
    if "sequence" in subject.claims:
        return "sequence", subject.run_case()
    return "step", subject.step(case.x[0], case.state)


def backward(subject: Subject, case: Case) -> tuple[str, Arrays]:
    """Return the vjp that was made and its results: of the sequence, else of the first step."""
    if "sequence_vjp" in subject.claims:
        return "sequence_vjp", subject.case_gradients()
    upstream = case.d_outputs[0]
    return "step_vjp", subject.step_vjp(case.x[0], case.state, upstream, case.d_state)


def one_step(implementation: Implementation, x: Array, state: Mapping[str, Array]) -> Arrays:
    """Return the results of one step, by a sequence of one step where no step is offered."""
    if "step" in implementation.claims:
        return implementation.step(x, state)
    result = implementation.sequence(x[None], state)
    return {**result, "outputs": result["outputs"][0]}
