"""The frozen results of an operation come out, and its frozen gradients."""

from __future__ import annotations

from rnncheck.suites.check import Check
from rnncheck.suites.frozen import operation_golden
from rnncheck.suites.operation_case import OperationCase
from rnncheck.suites.operation_cases import golden
from rnncheck.suites.operation_subject import OperationSubject, OperationTruth


def run(subject: OperationSubject, case: OperationCase, truth: OperationTruth) -> None:
    """Fail where a result is not the frozen one."""
    frozen = operation_golden(case.record.golden)
    tensors = truth.every(subject.run_case(), frozen.results)
    if "compute_vjp" in subject.claims:
        tensors += truth.every(subject.case_gradients(), frozen.gradients)
    truth.compare("the numbers of a golden trace do not come out", tensors)


CHECK = Check(
    name="operation_golden",
    family="golden",
    reason="Numbers that are exact to the last bit, and the same for everybody.",
    hint="`rnncheck fixtures show NAME` prints the arguments and the results.",
    needs=frozenset({"compute"}),
    catches="padding_counted",
    run=run,
    cases=golden,
    about="operation",
)
