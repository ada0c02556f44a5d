"""Outputs and states have the shapes that the contract asks for."""

from __future__ import annotations

from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case
from rnncheck.suites.cases import edge, general
from rnncheck.suites.check import Check
from rnncheck.suites.shapes import require_shapes
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where an output or a state has another shape than asked for."""
    del truth
    forward(subject, case)
    require_shapes("the shape of a result is wrong", subject)


CHECK = Check(
    name="shape_forward",
    family="shape",
    reason="With T, B, D and H all different, a mixed-up axis shows in the shape.",
    hint="Print the shape of each result beside the one that is asked for.",
    needs=frozenset(),
    catches="last_output_only",
    run=run,
    shares=True,
    cases=lambda spec: (*general(spec), edge(spec)),
)
