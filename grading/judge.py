"""Judges one submission: every planned check ends in exactly one status."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial

from rnncheck.grading.assignment import Assignment
from rnncheck.grading.bank import Bank
from rnncheck.grading.bank_parts import Banks
from rnncheck.grading.by_differences import settled
from rnncheck.grading.charge import charge
from rnncheck.grading.contract import Contract
from rnncheck.grading.diagnose import TRIES, Diagnostician
from rnncheck.grading.infer import inferred
from rnncheck.grading.marks import points_of
from rnncheck.grading.opened import Opened, Supply, open_submission
from rnncheck.grading.parts import Settle, judge_parts
from rnncheck.grading.report import Judged, Report
from rnncheck.grading.snippet import snippet
from rnncheck.grading.submission import Submission
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Spec
from rnncheck.suites.answered import Logs
from rnncheck.suites.check import Check, check_named
from rnncheck.suites.driver import Outcome, Plan, plan, run_plan
from rnncheck.suites.prepared import AFRESH
from rnncheck.suites.sentences import say
from rnncheck.worker.servers import Servers


def judge(
    submission: Submission,
    assignment: Assignment,
    contract: Contract,
    *,
    device: str = "cpu",
    only: Sequence[str] = (),
    case: int | None = None,
    tell: Callable[[Judged], None] = lambda judged: None,
    with_diagnosis: bool = True,
    tries: int = TRIES,
    with_snippet: bool = False,
    shares: bool = False,
    servers: Servers | None = None,
    bank: Bank | Banks | None = None,
    settle: Settle = lambda part, contract, supply: None,
) -> Report:
    """Judge a submission; a fault of the file becomes the status of its checks, never an error.

    Hidden checks run last, so that no message of another can hold what they handed over.

    Args:
        submission: as read.
        assignment: what was asked.
        contract: in which framework it was answered.
        device: "cpu" or "cuda".
        only: checks to run, by parts of their names; () for all.
        case: the only case of each check to run; None for all.
        tell: called with each check as it ends.
        with_diagnosis: look for the likely mistake of each failure.
        tries: how many conventions and pairs of mistakes to compare with, see Diagnostician.
        with_snippet: write a script that shows the first wrong number.
        shares: compute what part of its allowance every comparison used, not only where need be.
        servers: what gives workers; None for those that this process shares.
        bank: what is replayed; None for all cases of every check.
        settle: see judge_parts.

    Raises:
        Trouble: something of rnncheck's own or of the machine failed.
        WorkerError: no worker can be had; that is not the submission's fault.
    """
    how = _How(
        device, only, case, tell, with_diagnosis, tries, with_snippet, servers, shares=shares
    )
    if not contract.parts:
        whole = replace(how, bank=bank if isinstance(bank, Bank) else None)
        return _judge_open(submission, assignment, contract, whole)
    with nullcontext(servers) if servers else Servers() as shared:
        alone = replace(how, tell=lambda judged: None, servers=shared)

        def one(
            asked: Contract, words: Sequence[str], supply: Supply | None, quick: bool
        ) -> Report:
            explains = with_diagnosis and not quick
            own = bank.of(contract.parts, asked) if isinstance(bank, Banks) else None
            as_asked = replace(alone, only=words, supply=supply, with_diagnosis=explains, bank=own)
            as_asked = replace(as_asked, part=True)
            return _judge(submission, assignment, asked, as_asked)

        return judge_parts(one, contract.parts, only=only, tell=tell, settle=settle)


def _judge_open(
    submission: Submission, assignment: Assignment, contract: Contract, how: _How
) -> Report:
    """Judge by a contract without parts, with the conventions that it may leave open inferred."""
    if not contract.any_convention or submission.fault:
        return _judge(submission, assignment, contract, how)

    def opened(asked: Contract) -> Opened:
        return open_submission(submission, asked, assignment.limits, how.device, how.servers)

    found, words = inferred(contract, opened)
    report = _judge(submission, assignment, found, how)
    notes = (say("variant", says=words),) if words else ()
    return replace(report, notes=(*report.notes, *notes))


@dataclass(frozen=True)
class _How:
    """How to judge, see judge; `supply` as in opened.Opened."""

    device: str
    only: Sequence[str]
    case: int | None
    tell: Callable[[Judged], None]
    with_diagnosis: bool
    tries: int
    with_snippet: bool
    servers: Servers | None
    bank: Bank | None = None
    supply: Supply | None = None
    shares: bool = False
    part: bool = False


def _judge(submission: Submission, assignment: Assignment, contract: Contract, how: _How) -> Report:
    """Judge a submission by a contract without parts."""
    report = Report(str(submission.path), assignment.name, contract.framework, ())
    limits, device, tell = assignment.limits, how.device, how.tell
    with open_submission(submission, contract, limits, device, how.servers, how.supply) as opened:
        every = how.bank.plan() if how.bank else planned(opened, contract)
        pairs = _selected(every, how.only, how.case)
        pairs.sort(key=lambda pair: _hides(assignment, pair[0]))
        worth = points_of(assignment, pairs)
        try:
            if submission.fault:
                raise Fault("error", submission.fault)
            opened.open()
        except Fault as fault:
            report = replace(report, tier=opened.tier, isolation=opened.isolation)
            return _not_opened(report, assignment, pairs, worth, fault, tell)
        judged, logs = [], Logs()
        explain = Diagnostician(opened, device, how.tries, logs=logs, bank=how.bank)
        ended = _run(opened, pairs, device, how, logs)
        for outcome in list(ended) if how.bank else ended:  # all that a bank asks explains failures
            found = explain(outcome) if how.with_diagnosis else None
            hidden = assignment.hides(outcome.check, outcome.family)
            points = 0.0 if outcome.status == "not judged" else worth[outcome.check]
            judged.append(Judged(outcome, points, found, hidden))
            tell(judged[-1])
        if how.with_diagnosis and isinstance(opened.spec, Spec):
            records = {check.name: cases for check, cases in pairs}
            judged = charge(judged, records, opened.bind, device, logs, how.bank, part=how.part)
        script = ""
        if how.with_snippet:
            outcomes = [item.outcome for item in judged if not item.hidden]
            script = snippet(opened, outcomes, submission.path, device)
    report = replace(report, tier=opened.tier, isolation=opened.isolation)
    report = replace(report, judged=tuple(judged), snippet=script)
    return replace(report, notes=_notes(submission, opened, judged))


@functools.cache
def _plan(spec: Spec, claims: frozenset[str]) -> Plan:
    return plan(spec, claims)  # the same for all who answer an assignment


def planned(opened: Opened, contract: Contract) -> Plan:
    """Return the checks of a contract without parts, each with its cases."""
    pairs = _plan(opened.spec, opened.claims)
    if contract.any_convention and "initial_state" not in opened.claims:
        pairs = _without_state(opened.spec, opened.claims)
    if not contract.backward:
        return pairs
    return [(check, cases if check.vjp else ()) for check, cases in pairs]


def _without_state(spec: Spec | Operations, claims: frozenset[str]) -> Plan:
    """Return the checks of what takes no state, with their cases as they are without one."""
    pairs: Plan = []
    for check, cases in _plan(spec, claims | {"initial_state"}):
        alone = [replace(r, state="none") for r in cases if r.state != "none" and not r.golden]
        kept = dict.fromkeys([*alone, *(r for r in cases if r.state == "none")])
        pairs.append((check, tuple(kept) if check.needs <= claims else ()))
    return pairs


def _hides(assignment: Assignment, check: Check) -> bool:
    return assignment.hides(check.name, check.family)


def _selected(pairs: Plan, only: Sequence[str], case: int | None) -> Plan:
    chosen = [p for p in pairs if not only or any(word in p[0].name for word in only)]
    if case is None:
        return chosen
    return [(check, cases[case : case + 1]) for check, cases in chosen]


def _run(opened: Opened, pairs: Plan, device: str, how: _How, logs: Logs) -> Iterator[Outcome]:
    bank = how.bank
    heard = logs if isinstance(opened.spec, Spec) else None
    named = {check.name: cases for check, cases in pairs}

    def replayed(chosen: Plan) -> Iterator[Outcome]:
        run = partial(run_plan, opened.binds, chosen, device=device, prepared=bank or AFRESH)
        return run(shares=how.shares, logs=heard)

    def again(outcome: Outcome) -> Outcome:
        opened.note(outcome.fault, outcome.message)
        return next(replayed([(check_named(outcome.check), named[outcome.check])]))

    asked = [name for name, cases in named.items() if cases]
    for outcome in settled(replayed(pairs), again, asked):
        if bank and outcome.record is not None:
            number = bank.number(outcome.check, outcome.case_index)
            outcome = replace(outcome, case_index=number)
        if outcome.fault in ("timeout", "died"):
            opened.note(outcome.fault, outcome.message)
        yield outcome


def _not_opened(
    report: Report,
    assignment: Assignment,
    pairs: Plan,
    worth: dict[str, float],
    fault: Fault,
    tell: Callable[[Judged], None],
) -> Report:
    """Give every check that was planned the status of a file that could not be loaded."""
    if fault.kind == "absent":
        return replace(report, absent=str(fault))
    status = {"not_implemented": "not implemented", "timeout": "timeout"}.get(fault.kind, "error")
    judged = []
    for check, cases in pairs:
        ended = status if cases else "not claimed"
        message, detail = (str(fault), fault.detail) if cases else ("", "")
        outcome = Outcome(check.name, check.family, ended, message=message, detail=detail)
        judged.append(Judged(outcome, worth[check.name], hidden=_hides(assignment, check)))
        tell(judged[-1])
    return replace(report, judged=tuple(judged), fault=str(fault), detail=fault.detail)


def _notes(submission: Submission, opened: Opened, judged: Sequence[Judged]) -> tuple[str, ...]:
    told = [note for j in judged for note in j.outcome.notes]
    if any(j.outcome.status == "failed" and j.worth for j in judged):  # wrong, and near by chance
        told = [note for note in told if note != say("computes_in_float32")]
    notes = [*submission.notes, *told]
    if "step_vjp" in opened.claims and "sequence_vjp" not in opened.claims:
        notes += [
            say("shape", name=name, got=tuple(got), expected=tuple(asked))
            for name, (got, asked) in list(opened.turned.items())[:1]
        ]
    if opened.notes:
        notes.append(say("left_behind", count=len(opened.notes), first=opened.notes[0]))
    return tuple(dict.fromkeys(notes))
