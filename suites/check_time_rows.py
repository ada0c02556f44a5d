"""The rows of a batch do not see each other."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where the rows in another order are not the same rows in that order."""
    turned = np.roll(np.arange(case.record.batch), 1)
    state = None if case.state is None else {p: a[turned] for p, a in case.state.items()}
    x = case.x[:, turned]
    x[:, 0] += 0.5
    before = floats(subject.run_case()["outputs"])[:, turned]
    after = subject.sequence(x, state)["outputs"]
    spread = truth.spread("outputs", of=lambda s: s[:, turned][:, 1:], factor=TWO_RUNS)
    tensor = truth.values("outputs", after[:, 1:], before[:, 1:], spread=spread)
    truth.compare("a row of the batch changes with the rows beside it", [tensor])


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return (general(spec, batch=2, steps=3, seed=144)[0], *general(spec, seed=145)[1:])


CHECK = Check(
    name="time_rows",
    family="time",
    reason="Each row is a sequence of its own.",
    hint="reshape does not swap axes: look at every reshape and transpose.",
    needs=frozenset({"sequence", "all_outputs"}),
    catches="rows_mixed",
    run=run,
    cases=_cases,
)
