"""One row, one step and one unit keep their axes, and their numbers."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec
from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import edge
from rnncheck.suites.check import Check
from rnncheck.suites.shapes import require_shapes
from rnncheck.suites.sizes import sized
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where an axis of length one is lost, or where a second row changes the first."""
    call, result = forward(subject, case)
    require_shapes("an axis of length one is lost", subject)
    x = np.concatenate([case.x, 0.5 * case.x], axis=1)  # (T, 2 B, D)
    state = {part: _twice(array) for part, array in (case.state or {}).items()}
    more = subject.sequence(x, state) if call == "sequence" else subject.step(x[0], state)
    rows = case.record.batch
    tensors = []
    for name, array in result.items():
        first = floats(more[name])[..., :rows, :]  # the batch axis is the last but one
        spread = truth.spread(name, call, factor=TWO_RUNS)
        tensors.append(truth.values(name, array, first, spread=spread))
    truth.compare("rows give other numbers when more rows stand beside them", tensors)


def _twice(array: Array) -> Array:
    return np.concatenate([array, array])


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return (
        edge(spec),
        CaseSpec(sized(spec, 3, 4), steps=2, batch=1, seed=120),
        CaseSpec(sized(spec, 3, 4), steps=1, batch=2, seed=121),
        CaseSpec(sized(spec, 3, 1), steps=3, batch=2, seed=124),
        CaseSpec(sized(spec, 1, 4), steps=3, batch=2, seed=125),
    )


CHECK = Check(
    name="shape_edges",
    family="shape",
    reason="squeeze() and reshape(-1) lose an axis only when it has one element.",
    hint="Try it with one row, one step and one hidden unit; keep every axis.",
    needs=frozenset({"initial_state"}),
    catches="squeezed_row",
    run=run,
    cases=_cases,
)
