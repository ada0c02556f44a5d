"""What a check runs on: made of a record, of a network or of an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.operation_case import OperationCase, OperationCaseSpec, make_operation_case
from rnncheck.suites.operation_subject import OperationSubject, OperationTruth
from rnncheck.suites.precision import HALVES, quantised
from rnncheck.suites.prepared import AFRESH, Prepared
from rnncheck.suites.subject import Subject
from rnncheck.suites.tally import Tally
from rnncheck.suites.truth import Truth

AnyBind: TypeAlias = Callable[..., Any]  # a Bind or an OperationBind: the record says which
AnyRecord: TypeAlias = CaseSpec | OperationCaseSpec
Trial: TypeAlias = (
    tuple[Subject, Case, Truth] | tuple[OperationSubject, OperationCase, OperationTruth]
)


def trial(
    bind: AnyBind,
    record: AnyRecord,
    dtype: str,
    device: str,
    judged: str,
    prepared: Prepared = AFRESH,
    tally: Tally | None = None,
) -> Trial:
    """Return the implementation bound to the record's case, the case, and the truth of it.

    Args:
        bind: of what the record is about.
        record: of a case.
        dtype: in which the implementation computes.
        device: on which.
        judged: the dtype whose allowance counts.
        prepared: gives cases and truths of networks.
        tally: takes what is compared.
    """
    if isinstance(record, OperationCaseSpec):
        of_operation = make_operation_case(record)
        right = OperationTruth(of_operation, judged, tally)
        right.computed = dtype
        return OperationSubject(bind, of_operation, dtype, device), of_operation, right
    if dtype in HALVES and not record.golden:
        case = quantised(prepared.case(record), dtype)
        truth = Truth(case, judged)
    else:
        case, truth = prepared.case(record), prepared.truth(record, judged)
    truth.tally, truth.computed = tally or Tally(), dtype
    return Subject(bind, case, dtype, device), case, truth
