"""Judges homework of several functions or classes, each alone, so that one fault is charged once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from rnncheck.grading.charge import following
from rnncheck.grading.contract import Contract, Part
from rnncheck.grading.opened import Supply
from rnncheck.grading.report import Judged, Report
from rnncheck.grading.right_steps import right_steps
from rnncheck.suites.sentences import say

Judge = Callable[[Contract, Sequence[str], Supply | None, bool], Report]
Settle = Callable[[str, Contract, Supply | None], None]


def judge_parts(
    judge: Judge,
    parts: Sequence[Part],
    *,
    only: Sequence[str],
    tell: Callable[[Judged], None],
    settle: Settle = lambda part, contract, supply: None,
) -> Report:
    """Judge each part of a contract and join what became of them in one report.

    Args:
        judge: judges by a contract, the checks with these words in their names, with what the
            worker is handed beside each call; quickly, without a diagnosis, if asked for.
        parts: of the contract.
        only: checks to run, see words_of; () for all.
        tell: called with each check when its part is judged.
        settle: called with the name of each part, the contract by which it is judged in the end,
            and with what it is handed beside each call.
    """
    reports: dict[str, Report] = {}
    named = [part.name for part in parts]
    for part in parts:
        words = words_of(part.name, named, only)
        if words is None:
            continue
        wrong = _WrongSteps(judge, parts, reports if not only else {})
        before = [*part.steps, *_loops_of(part, parts)]
        report, contract, supply = _judge_part(judge, part, partial(wrong, before), words)
        settle(part.name, contract, supply)
        same = any(_looks_at(part, p) for p in parts if p.name in reports)
        reports[part.name] = following(_weighed(report, part), reports.values(), same=same)
        for judged in reports[part.name].judged:
            tell(judged)
    return _joined(reports)


class _WrongSteps:
    """Says which steps of a part are not right; one that was not judged yet is judged for it."""

    def __init__(self, judge: Judge, parts: Sequence[Part], reports: dict[str, Report]) -> None:
        self._judge, self._parts = judge, {part.name: part for part in parts}
        self._reports = dict(reports)

    def __call__(self, names: Sequence[str]) -> list[str]:
        for name in names:
            if name not in self._reports:
                self._reports[name] = self._judge(self._parts[name].contract, (), None, True)
        return [name for name in names if self._reports[name].mark != 100]


def words_of(part: str, parts: Sequence[str], only: Sequence[str]) -> Sequence[str] | None:
    """Return the words that choose checks of a part, () for all of them; None for no check.

    A word is a part's name, a piece of a check's name, or both with a dot: "rnn_forward.shape".
    """
    if not only:
        return ()
    words = []
    for word in only:
        name, dot, rest = word.partition(".")
        if word == part:
            return ()
        if not dot and word not in parts:
            words.append(word)
        elif name == part:
            words.append(rest)
    return words or None


def _looks_at(part: Part, other: Part) -> bool:
    """Say whether two parts look at one function forward, at other results of it."""
    both = (part.contract, other.contract)
    return both[0].names == both[1].names and not any(contract.backward for contract in both)


def _loops_of(part: Part, parts: Sequence[Part]) -> list[str]:
    """Return the loops forward whose steps a loop back goes through again."""
    forward = [p for p in parts if p.steps and not p.contract.backward]
    own = set(part.steps) if part.contract.backward else set()
    return [p.name for p in forward if own.issuperset(p.steps)]


def _judge_part(
    judge: Judge, part: Part, wrong_before: Callable[[], list[str]], words: Sequence[str]
) -> tuple[Report, Contract, Supply | None]:
    """Judge a part as it is, else by a convention that fits better, else with right steps."""
    contract, notes = part.contract, []
    supplied: Supply | None = None
    best = judge(contract, words, None, False)
    for says, variant in part.variants if best.mark not in (None, 100) else ():
        trial = judge(variant, words, None, True)
        if _fit(trial) > _fit(best):
            contract, notes = variant, [say("variant", says=says)]
            best = judge(contract, words, None, False)
    wrong = wrong_before() if best.mark not in (None, 100) else []
    if wrong:
        forward = any(not _is_backward(name) for name in wrong)
        supply = partial(right_steps, forward=forward, backward=contract.backward)
        trial = judge(contract, words, supply, False)
        if _marks(trial) > _marks(best):
            best, supplied = trial, supply
            notes.append(say("right_steps", steps=", ".join(wrong)))
        elif not any(judged.diagnosis for judged in best.judged):
            best = _explained(best, trial)
    return replace(best, notes=(*best.notes, *notes)), contract, supplied


def _explained(report: Report, trial: Report) -> Report:
    """Return a report with the mistakes that show in another, where right steps were given."""
    found = {judged.outcome.check: judged.diagnosis for judged in trial.judged}
    every = [replace(j, diagnosis=found.get(j.outcome.check)) for j in report.judged]
    return replace(report, judged=tuple(every))


def _marks(report: Report) -> float:
    return report.mark or 0.0


def _fit(report: Report) -> tuple[float, int]:
    """Rank by the mark, then by how many checks came to numbers at all: right ones or wrong."""
    came = sum(judged.outcome.status in ("passed", "failed") for judged in report.judged)
    return _marks(report), came


def _is_backward(name: str) -> bool:
    return name.endswith(("backward", "gradient"))


def _weighed(report: Report, part: Part) -> Report:
    """Return a part's report with its checks worth the part's points together."""
    total = sum(judged.worth for judged in report.judged)
    share = part.points / total if total else 0.0
    start = f"{part.name}."
    judged = [replace(j, worth=j.worth * share, part=part.name) for j in report.judged]
    named = tuple(replace(j, follows=start + j.follows) if j.follows else j for j in judged)
    return replace(report, judged=named)


def _joined(named: dict[str, Report]) -> Report:
    reports = list(named.values())
    first = reports[0]
    faults = {report.fault for report in reports}
    of_all = [note for note in first.notes if all(note in report.notes for report in reports)]
    own = [f"{n}: {note}" for n, r in named.items() for note in r.notes if note not in of_all]
    return replace(
        first,
        judged=tuple(judged for report in reports for judged in report.judged),
        fault=first.fault if len(faults) == 1 else "",
        detail=first.detail if len(faults) == 1 else "",
        notes=(*of_all, *own),
        snippet=next((report.snippet for report in reports if report.snippet), ""),
    )
