"""Runs one check on one case, and says in one record how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.implementation import Bind
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.check import Check, checks
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.prepared import AFRESH, Prepared
from rnncheck.suites.sentences import say
from rnncheck.suites.subject import Subject

STATUSES = ("passed", "failed", "error", "timeout", "not implemented", "not claimed", "skipped")
DRAWN = -1
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
    """

    check: str
    family: str
    status: str
    record: CaseSpec | None = None
    case_index: int = 0
    failure: CheckFailure | None = None
    message: str = ""
    detail: str = ""
    fault: str = ""
    notes: tuple[str, ...] = field(default=())


def plan(spec: Spec, offered: Iterable[str]) -> list[tuple[Check, tuple[CaseSpec, ...]]]:
    """Return every check with its cases; no cases where the check is not claimed."""
    have = frozenset(offered)
    pairs = []
    for check in checks().values():
        cases = check.cases(spec) if check.needs <= have else ()
        pairs.append((check, tuple(r for r in cases if _claimed(r, have))))
    return pairs


def _claimed(record: CaseSpec, have: frozenset[str]) -> bool:
    """Say whether a case asks only for what is claimed."""
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
    bind: Bind,
    check: Check,
    record: CaseSpec,
    dtype: str = "float64",
    device: str = "cpu",
    prepared: Prepared = AFRESH,
) -> Outcome:
    """Run a check on a case; in float64 a failure is judged again at the float32 allowance."""

    def attempt(judged: str) -> None:
        case = prepared.case(record)
        check.run(Subject(bind, case, dtype, device), case, prepared.truth(record, judged))

    notes: tuple[str, ...] = ()
    try:
        try:
            attempt(dtype)
        except CheckFailure as failure:
            if dtype != "float64" or not failure.wrong or not _passes(attempt, "float32"):
                raise
            notes = (say("computes_in_float32"),)
    except CheckFailure as failure:
        return Outcome(check.name, check.family, "failed", record, failure=failure)
    except Fault as fault:
        return _faulted(check, record, fault)
    return Outcome(check.name, check.family, "passed", record, notes=notes)


def _passes(attempt: Callable[[str], None], judged: str) -> bool:
    try:
        attempt(judged)
    except CheckFailure:
        return False
    return True


def _faulted(check: Check, record: CaseSpec, fault: Fault) -> Outcome:
    status = _FAULTS[fault.kind]
    return Outcome(
        check.name,
        check.family,
        status,
        record,
        message=str(fault),
        detail=fault.detail,
        fault=fault.kind,
    )


def run_plan(
    bind: Bind,
    pairs: Iterable[tuple[Check, tuple[CaseSpec, ...]]],
    dtype: str = "float64",
    device: str = "cpu",
) -> Iterator[Outcome]:
    """Run checks in order, one outcome each: the first case that does not pass, or "passed"."""
    for check, cases in pairs:
        if not cases:
            yield Outcome(check.name, check.family, "not claimed")
            continue
        yield _run_cases(bind, check, cases, dtype, device)


def _run_cases(
    bind: Bind, check: Check, cases: tuple[CaseSpec, ...], dtype: str, device: str
) -> Outcome:
    notes: tuple[str, ...] = ()
    for index, record in enumerate(cases):
        outcome = run_pair(bind, check, record, dtype, device)
        if outcome.status != "passed":
            return Outcome(**{**vars(outcome), "case_index": index})
        notes = tuple(dict.fromkeys((*notes, *outcome.notes)))
    return Outcome(check.name, check.family, "passed", cases[-1], len(cases) - 1, notes=notes)
