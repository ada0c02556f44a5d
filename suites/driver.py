"""Runs one check on one case, and says in one record how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Spec
from rnncheck.suites.answered import Logs
from rnncheck.suites.check import Check, checks, operation_checks
from rnncheck.suites.compare import CheckFailure, NotJudgedError
from rnncheck.suites.operation_case import OperationCaseSpec
from rnncheck.suites.precision import PRECISIONS
from rnncheck.suites.prepared import AFRESH, Prepared
from rnncheck.suites.sentences import say
from rnncheck.suites.tally import Tally
from rnncheck.suites.trial import AnyBind, AnyRecord, trial

Pair: TypeAlias = tuple[Check, tuple[Any, ...]]  # the records of its cases
Plan: TypeAlias = list[Pair]
STATUSES = (
    "passed",
    "failed",
    "error",
    "timeout",
    "not implemented",
    "not judged",
    "not claimed",
    "skipped",
)
DRAWN = -1
FAR = 2.0**33  # of float64's allowance: float32's is 2^29 times that
_FAULTS = {
    "not_implemented": "not implemented",
    "error": "error",
    "shape": "failed",
    "timeout": "timeout",
    "died": "error",
    "absent": "skipped",
}


@dataclass(frozen=True)
class Outcome:
    """How one check ended on one case, or why it did not run.

    Attributes:
        check: name of the check.
        family: of the check.
        status: one of STATUSES.
        record: the case, None where none was run.
        case_index: its place among the check's cases, DRAWN for none of them.
        failure: the comparison that failed, if one did.
        message: a sentence for an end without a comparison.
        detail: further lines from the implementation's side; escape before printing.
        fault: the kind of the fault that ended it, one of faults.KINDS, or "".
        notes: remarks that cost nothing, e.g. "computes in float32".
        share: the largest part of its allowance that an error used; None where all errors were so
            small that no allowance was computed.
    """

    check: str
    family: str
    status: str
    record: AnyRecord | None = None
    case_index: int = 0
    failure: CheckFailure | None = None
    message: str = ""
    detail: str = ""
    fault: str = ""
    notes: tuple[str, ...] = field(default=())
    share: float | None = None


def plan(spec: Spec | Operations, offered: Iterable[str]) -> Plan:
    """Return every check with its cases; no cases where the check is not claimed.

    Of operations each check is there once for each operation that it says something of.
    """
    have = frozenset(offered)
    if isinstance(spec, Operations):
        return list(_operation_pairs(spec, have))
    pairs: Plan = []
    for check in checks().values():
        cases = check.cases(spec) if check.needs <= have else ()
        pairs.append((check, tuple(r for r in cases if claimed(r, have))))
    return pairs


def _operation_pairs(operations: Operations, have: frozenset[str]) -> Iterator[Pair]:
    for check in operation_checks().values():
        for spec in operations.specs:
            cases = check.cases(spec)
            if cases:
                yield check.of(spec), cases if check.needs <= have else ()


def claimed(record: AnyRecord, have: frozenset[str]) -> bool:
    """Say whether a case asks only for what is claimed."""
    if isinstance(record, OperationCaseSpec):
        return True
    needs = set()
    if record.masked:
        needs.add("mask")
    elif record.lengths:
        needs.add("lengths")
    if record.state == "none":
        needs.add("none_state")
    elif record.state == "random":
        needs.add("initial_state")
    if record.lengths and min(record.lengths) == 0:
        needs.add("zero_length")
    if record.training:
        needs.add("dropout_given" if record.golden else "dropout")
    return needs <= have


def run_pair(
    bind: AnyBind,
    check: Check,
    record: AnyRecord,
    dtype: str = "float64",
    device: str = "cpu",
    prepared: Prepared = AFRESH,
    tally: Tally | None = None,
    logs: Logs | None = None,
) -> Outcome:
    """Run a check on a case; in float64 a failure is judged again at the float32 allowance.

    Args:
        bind: the implementation.
        check: the check.
        record: of the case.
        dtype: in which the implementation computes.
        device: "cpu" or "cuda".
        prepared: makes or keeps cases and truths.
        tally: takes what was compared; its `every` says whether all allowances are computed.
        logs: holds what the implementation, of a network, answers, and gives it where the same
            calls are judged again; None to call it every time.
    """
    tried: list[Tally] = []

    def attempt(judged: str) -> None:
        tried.append(Tally(every=tally is not None and tally.every))
        heard = bind if logs is None else logs.answered(bind, check)
        check.run(*trial(heard, record, dtype, device, judged, prepared, tried[-1]))

    ended: dict[str, Any] = {"status": "passed"}
    try:
        ended["notes"] = _judged_twice(attempt, dtype)
    except CheckFailure as failure:
        ended = {"status": "failed", "failure": failure}
    except NotJudgedError as blurred:
        ended = {"status": "not judged", "message": str(blurred)}
    except Fault as fault:
        ended = _faulted(fault)
    counted = tried[0 if ended["status"] == "failed" else -1]
    if tally is not None:
        tally.add(counted)
    return Outcome(check.name, check.family, record=record, share=counted.share, **ended)


def _judged_twice(attempt: Callable[[str], None], dtype: str) -> tuple[str, ...]:
    """Judge, in float64 a second time by float32's allowance if need be; return the notes."""
    try:
        attempt(dtype)
    except CheckFailure as failure:
        if dtype != "float64" or not failure.wrong or _is_far(failure):
            raise
        try:
            attempt("float32")
        except (CheckFailure, NotJudgedError):
            raise failure from None
        return (say("computes_in_float32"),)
    return ()


def _is_far(failure: CheckFailure) -> bool:
    """Say whether no arithmetic in float32 is so far off; it may take what is tiny for zero."""
    tiny = failure.worst is not None and failure.worst.error <= PRECISIONS["float32"].smallest
    return failure.share > FAR and not tiny


def _faulted(fault: Fault) -> dict[str, Any]:
    status = _FAULTS[fault.kind]
    return {"status": status, "message": str(fault), "detail": fault.detail, "fault": fault.kind}


def run_plan(
    bind: AnyBind,
    pairs: Iterable[Pair],
    dtype: str = "float64",
    device: str = "cpu",
    prepared: Prepared = AFRESH,
    *,
    shares: bool = False,
    logs: Logs | None = None,
) -> Iterator[Outcome]:
    """Run checks in order, one outcome each: the first case that does not pass, or "passed".

    A case that is not judged ends nothing: it is the outcome where all others pass. With `shares`
    every allowance is computed, and not only where an error is not small anyhow. `logs` as in
    run_pair.
    """
    for check, cases in pairs:
        if not cases:
            yield Outcome(check.name, check.family, "not claimed")
            continue
        yield _run_cases(bind, check, cases, dtype, device, prepared, shares, logs)


def _run_cases(
    bind: AnyBind,
    check: Check,
    cases: tuple[AnyRecord, ...],
    dtype: str,
    device: str,
    prepared: Prepared,
    every: bool,
    logs: Logs | None,
) -> Outcome:
    notes: tuple[str, ...] = ()
    blurred: Outcome | None = None
    tally = Tally(every=every)
    for index, record in enumerate(cases):
        ended = run_pair(bind, check, record, dtype, device, prepared, tally, logs)
        outcome = replace(ended, case_index=index)
        if outcome.status == "not judged":
            blurred = blurred or outcome
        elif outcome.status != "passed":
            return outcome
        notes = tuple(dict.fromkeys((*notes, *outcome.notes)))
    last = blurred or Outcome(check.name, check.family, "passed", cases[-1], len(cases) - 1)
    return replace(last, notes=notes, share=tally.share)
