"""The results of an operation equal the reference's."""

from __future__ import annotations

from rnncheck.suites.check import Check
from rnncheck.suites.operation_case import OperationCase
from rnncheck.suites.operation_cases import general
from rnncheck.suites.operation_subject import OperationSubject, OperationTruth


def run(subject: OperationSubject, case: OperationCase, truth: OperationTruth) -> None:
    """Fail where a result differs."""
    del case
    truth.compare(
        "results differ from the reference", truth.every(subject.run_case(), truth.results)
    )


CHECK = Check(
    name="operation_reference",
    family="reference",
    reason="Right means equal to the formula, for sizes that are all different.",
    hint="Work the smallest case out by hand.",
    needs=frozenset({"compute"}),
    catches="mask_not_used",
    run=run,
    cases=general,
    about="operation",
)
