"""The gradients of an operation equal the reference's, under random upstream gradients."""

from __future__ import annotations

from rnncheck.protocol.operations import OperationSpec
from rnncheck.suites.check import Check
from rnncheck.suites.operation_case import OperationCase, OperationCaseSpec
from rnncheck.suites.operation_cases import general
from rnncheck.suites.operation_subject import OperationSubject, OperationTruth


def run(subject: OperationSubject, case: OperationCase, truth: OperationTruth) -> None:
    """Fail where a gradient differs."""
    del case
    tensors = truth.every(subject.case_gradients(), truth.gradients)
    truth.compare("gradients differ from the reference", tensors)


def _cases(spec: OperationSpec) -> tuple[OperationCaseSpec, ...]:
    return general(spec, seed=220) if spec.operation.differentiated else ()


CHECK = Check(
    name="operation_gradient",
    family="gradient",
    reason="What is trained is trained by these numbers.",
    hint="Every result's upstream gradient goes into every gradient.",
    needs=frozenset({"compute_vjp"}),
    catches="upstream_not_used",
    run=run,
    cases=_cases,
    about="operation",
)
