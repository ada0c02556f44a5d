"""One row, one step and one unit keep their axes."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.check import Check
from rnncheck.suites.shapes import require_shapes
from rnncheck.suites.sizes import sized
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where an axis of length one is lost, or changes the numbers."""
    call, result = forward(subject, case)
    require_shapes("an axis of length one is lost", subject)
    right = truth.forward if call == "sequence" else truth.first_step
    tensors = [truth.values(name, result[name], right[name]) for name in result if name in right]
    truth.compare("a case with one row, step or unit differs from the reference", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return (
        CaseSpec(sized(spec, 3, 4), steps=2, batch=1, seed=120),
        CaseSpec(sized(spec, 3, 4), steps=1, batch=2, seed=121),
        CaseSpec(sized(spec, 3, 1), steps=3, batch=2, seed=122),
        CaseSpec(sized(spec, 1, 4), steps=3, batch=2, seed=123),
        CaseSpec(sized(spec, 1, 1), steps=1, batch=1, seed=124),
    )


CHECK = Check(
    name="shape_edges",
    family="shape",
    reason="squeeze() and reshape(-1) lose an axis only when it has one element.",
    hint="Try it with one row, one step and one hidden unit; keep every axis.",
    needs=frozenset(),
    catches="squeezed_row",
    run=run,
    cases=_cases,
)
