"""From a failure of an operation to the mistake whose numbers the implementation gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rnncheck.grading.matching import EQUAL, MOST_DIGITS, equal_digits
from rnncheck.grading.opened import Opened
from rnncheck.mistakes import operation_mistakes
from rnncheck.mistakes.base_operation import Backward, OperationMistake
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.operations import OperationBind
from rnncheck.reference.operations import ReferenceOperation, bind
from rnncheck.suites import check_operation_same as operation_same
from rnncheck.suites import check_operation_unseen as operation_unseen
from rnncheck.suites.operation_case import OperationCase, OperationCaseSpec, make_operation_case
from rnncheck.suites.operation_cases import general
from rnncheck.suites.operation_subject import OperationSubject

ALTERED = {  # checks that change the arguments of their cases
    operation_same.CHECK.name: operation_same.altered,
    operation_unseen.CHECK.name: operation_unseen.altered,
}


@dataclass(frozen=True)
class _Evidence:
    """What an implementation answers on some cases: its results, or its gradients."""

    cases: list[OperationCase]
    answers: list[Arrays]
    vjp: bool

    def digits(self, other: OperationBind) -> int | None:
        """Return to how many digits something gives the same on every case, else None."""
        digits = MOST_DIGITS
        for case, given in zip(self.cases, self.answers, strict=True):
            try:
                theirs = _answers(other, case, self.vjp, "cpu")
            except Fault:
                return None
            equal = equal_digits(given, theirs, EQUAL)
            if equal is None:
                return None
            digits = min(digits, equal)
        return digits


def operation_mistake(
    opened: Opened, check: str, record: OperationCaseSpec, device: str = "cpu"
) -> tuple[OperationMistake, int, int] | None:
    """Return the mistake that gives the same numbers, to how many digits, on how many cases.

    Where the results are wrong they decide, else the gradients; None where nothing fits.
    """
    alter = ALTERED.get(check.partition("[")[0])
    cases = [make_operation_case(r) for r in (record, *general(record.spec))]
    cases = [*map(alter, cases), *cases] if alter else cases
    for vjp in (False, True) if "compute_vjp" in opened.claims else (False,):
        try:
            own = [_answers(opened.bind_operation, case, vjp, device) for case in cases]
        except Fault:
            return None
        evidence = _Evidence(cases, own, vjp)
        if evidence.digits(bind) is None:
            return _closest(evidence)
    return None


def _closest(evidence: _Evidence) -> tuple[OperationMistake, int, int] | None:
    spec = evidence.cases[0].spec
    found = [
        (mistake, digits, len(evidence.cases))
        for mistake in _rows_first(operation_mistakes().values())
        if mistake.applies(spec) and not (evidence.vjp and mistake.changes_results)
        if (digits := evidence.digits(mistake.bind)) is not None
    ]
    return max(found, key=lambda one: one[1], default=None)


def _rows_first(known: Iterable[OperationMistake]) -> Iterator[OperationMistake]:
    """Yield mistakes; those in which the last of equal ids counts also row by row, not by steps."""
    for mistake in known:
        yield mistake
        if mistake.operation == "embedding" and not mistake.changes_results:
            yield replace(mistake, backward=_turned(mistake.backward))


def _turned(backward: Backward) -> Backward:
    def turned(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
        own = {**given, "ids": given["ids"].swapaxes(0, 1)}
        return backward(inner, own, {"x": upstream["x"].swapaxes(0, 1)})

    return turned


def _answers(other: OperationBind, case: OperationCase, vjp: bool, device: str) -> Arrays:
    subject = OperationSubject(other, case, device=device)
    return subject.case_gradients() if vjp else subject.run_case()
