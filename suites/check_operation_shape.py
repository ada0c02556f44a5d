"""One step, one row and one unit of an operation keep their axes."""

from __future__ import annotations

from rnncheck.suites.check import Check
from rnncheck.suites.operation_case import OperationCase
from rnncheck.suites.operation_cases import edges
from rnncheck.suites.operation_subject import OperationSubject, OperationTruth
from rnncheck.suites.shapes import require_shapes


def run(subject: OperationSubject, case: OperationCase, truth: OperationTruth) -> None:
    """Fail where a result has another shape or value than asked for."""
    del case
    got = subject.run_case()
    require_shapes("a result has another shape than asked for", subject)
    truth.compare("results with one of an axis are wrong", truth.every(got, truth.results))


CHECK = Check(
    name="operation_shape",
    family="shape",
    reason="squeeze() and reshape(-1) lose an axis only when it has one element.",
    hint="Try it with one step, one row and one unit; a loss is one number without axes.",
    needs=frozenset({"compute"}),
    catches="axis_too_many",
    run=run,
    cases=edges,
    about="operation",
)
