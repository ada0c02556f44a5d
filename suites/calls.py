"""The calls that a check makes whatever the implementation offers: a sequence, or else a step."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.suites.case import Case
from rnncheck.suites.subject import Subject


def call_of(claims: Collection[str], *, vjp: bool = False) -> str:
    """Return the call to make where there is a choice: the sequence, else the step."""
    end = "_vjp" if vjp else ""
    return ("sequence" if "sequence" + end in claims else "step") + end


def answers(subject: Subject, case: Case, call: str) -> Arrays:
    """Return the results of a call on the case; a step is that of the first input."""
    if call == "sequence":
        return subject.run_case()
    if call == "sequence_vjp":
        return subject.case_gradients()
    if call == "step":
        return subject.step(case.x[0], case.state)
    return subject.step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state)


def forward(subject: Subject, case: Case) -> tuple[str, Arrays]:
    """Return the call that was made and its results: the sequence, else the first step."""
    call = call_of(subject.claims)
    return call, answers(subject, case, call)


def backward(subject: Subject, case: Case) -> tuple[str, Arrays]:
    """Return the vjp that was made and its results: of the sequence, else of the first step."""
    call = call_of(subject.claims, vjp=True)
    return call, answers(subject, case, call)


def one_step(implementation: Implementation, x: Array, state: Mapping[str, Array]) -> Arrays:
    """Return the results of one step, by a sequence of one step where no step is offered."""
    if "step" in implementation.claims:
        return implementation.step(x, state)
    result = implementation.sequence(x[None], state)
    shown = {name: array for name, array in result.items() if not name.startswith("trace.")}
    return {**shown, "outputs": result["outputs"][0]}
