"""One fault is charged once: a failure that follows from it keeps its points, and says so."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rnncheck.grading.bank import Bank
from rnncheck.grading.diagnose import Diagnosis
from rnncheck.grading.edges import Edges
from rnncheck.grading.matching import gather
from rnncheck.grading.report import Judged, Report
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.implementation import Bind
from rnncheck.suites import check_gradient_differences as differences
from rnncheck.suites import check_gradient_reference as reference_gradients
from rnncheck.suites import check_gradient_split as split
from rnncheck.suites.answered import Logs
from rnncheck.suites.calls import call_of
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.check import FAMILIES, Check, check_named, checks
from rnncheck.suites.driver import run_pair
from rnncheck.suites.operation_case import OperationCaseSpec
from rnncheck.suites.prepared import Kept, Prepared
from rnncheck.suites.truth import Truth

_MOST_KEPT = 24
_KEPT: OrderedDict[tuple[str, str, str], Mistaken] = OrderedDict()


class Mistaken(Kept):
    """Cases as they are, and in the place of the right answers those of a mistake."""

    def __init__(self, bind: Bind, right: Prepared) -> None:
        """Take a mistake for the reference; cases and allowances are those of right answers."""
        super().__init__()
        self.bind, self.right = bind, right

    def case(self, record: CaseSpec) -> Case:
        """Return the case of a record."""
        return self.right.case(record)

    def truth(self, record: CaseSpec, dtype: str) -> Truth:
        """Return what the mistake answers, with the allowances of right answers."""
        truth = super().truth(record, dtype)
        truth.known = self.right.truth(record, dtype).known
        truth.reference = self.bind(truth.case.spec, truth.case.params)
        return truth


def charge(
    judged: Sequence[Judged],
    cases: Mapping[str, tuple[CaseSpec, ...]],
    bind: Bind,
    device: str = "cpu",
    logs: Logs | None = None,
    bank: Bank | None = None,
    *,
    part: bool = False,
) -> list[Judged]:
    """Return the checks, those that follow from a fault charged elsewhere marked as such.

    A mistake is charged in one family of checks: of those about forward calls, if any of them
    fails of it, the one that loses most points. A failure in another family follows from it if
    every case of the check passes with the mistake's numbers in the place of the right ones.
    Combinations change no mark: how far they are looked for depends on the command.

    A function that is one part of a homework has one thing to get right: there a fault is charged
    in every family about it, and only gradients follow, from what its forward calls get wrong.

    Args:
        judged: every check of a submission.
        cases: of each check, by its name.
        bind: the submission.
        device: where it computes.
        logs: what it has answered; it is not called again for that.
        bank: what it was judged by, None for all cases of the checks.
        part: whether they are those of one part; what `following` needs is looked for then.
    """
    heard, told = _Heard(bind, device, logs or Logs()), list(judged)
    places = {item.outcome.check: place for place, item in enumerate(judged)}
    groups, unexplained = _grouped(judged)
    for group in groups:
        payer, found = checks()[_payer(group).outcome.check], group[0].diagnosis
        assert found is not None
        for item in (*group, *unexplained):
            check, at = checks()[item.outcome.check], places[item.outcome.check]
            apart = check.vjp > payer.vjp if part else check.family != payer.family
            if not apart and not (part and check.vjp and item.diagnosis):
                continue
            if _follows(check, cases[check.name], heard, _mistaken(item.diagnosis or found, bank)):
                told[at] = replace(item, explained=True, follows=payer.name if apart else "")
    edges = Edges(cases, bind, bank or Kept(), device, logs or Logs())
    return _at_edges(told, edges.of(told), part=part)


def _at_edges(told: list[Judged], edges: set[str], *, part: bool) -> list[Judged]:
    """Return the checks, those marked that fail only where the forward pass does, at an edge."""
    paid = "" if part else next(iter(_forward_charged(told)), "")
    return [
        replace(item, edge=True, follows=item.follows or paid)
        if item.outcome.check in edges
        else item
        for item in told
    ]


def _forward_charged(judged: Iterable[Judged]) -> Iterator[str]:
    """Yield the names of the failures of forward calls that lose points."""
    for item in judged:
        if item.worth and not item.points and not check_named(item.outcome.check).vjp:
            yield item.name


def _grouped(judged: Sequence[Judged]) -> tuple[list[list[Judged]], list[Judged]]:
    """Return the failures that cost points by what explains them, and those that nothing does."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    failed = [item for item in judged if item.outcome.status == "failed" and item.worth]
    for item in failed:
        if item.diagnosis is not None and item.diagnosis.simple:
            groups[item.diagnosis.cause].append(item)
    return list(groups.values()), [item for item in failed if item.diagnosis is None]


def following(report: Report, before: Iterable[Report], *, same: bool = False) -> Report:
    """Return the report on a part of a homework, with what follows from parts before it.

    Whoever differentiates a wrong step rightly, or by the book, made one mistake: gradients that
    a mistake explains on every case cost nothing where it is charged as one of a forward call. Nor
    do right gradients that are not the slopes of a forward call charged before.

    Args:
        report: on a part.
        before: on the parts before it.
        same: whether one of these is on the same function, of which this part looks at another
            result: then a mistake that is charged there costs nothing here.
    """
    before = list(before)
    charged = {
        item.diagnosis.cause: item.name
        for one in before
        for item in one.judged
        if item.diagnosis is not None and not item.follows and item.worth
        if not check_named(item.outcome.check).vjp
    }
    slopes = _slopes_of_wrong(report, before)
    told = [replace(i, follows=slopes.get(i.outcome.check, i.follows)) for i in report.judged]
    paid = next((name for one in before for name in _forward_charged(one.judged)), "")
    told = [replace(i, follows=i.follows or paid) if i.edge else i for i in told]
    return replace(report, judged=tuple(_following(item, charged, same) for item in told))


def _slopes_of_wrong(report: Report, before: Iterable[Report]) -> dict[str, str]:
    """Return the forward check from which follows what compares gradients with their own forward.

    That alone fails where the gradients are those of the reference.
    """
    asked = {i.outcome.check: i.outcome.status for i in report.judged if i.worth}
    failed = [name for name, status in asked.items() if status != "passed"]
    right = asked.get(reference_gradients.CHECK.name) == "passed"
    if not right or not {differences.CHECK.name, split.CHECK.name}.issuperset(failed):
        return {}
    wrong = [i for one in before for i in one.judged if i.worth and i.outcome.status == "failed"]
    forward = [i.name for i in wrong if not checks()[i.outcome.check].vjp and not i.follows]
    return {name: forward[-1] for name in failed} if forward else {}


def _following(item: Judged, charged: Mapping[str, str], same: bool) -> Judged:
    of_operation = isinstance(item.outcome.record, OperationCaseSpec)  # named on every case
    if not (item.explained or same or of_operation) or item.follows or item.diagnosis is None:
        return item
    causes = (item.diagnosis.cause, *item.diagnosis.causes)
    return replace(item, follows=next((charged[c] for c in causes if c in charged), ""))


def _payer(group: Sequence[Judged]) -> Judged:
    """Return the first check of the family in which a mistake is charged."""
    forward = [item for item in group if not checks()[item.outcome.check].vjp]
    lost: dict[str, float] = defaultdict(float)
    for item in forward or group:
        lost[item.outcome.family] += item.worth
    family = max(lost, key=lambda name: (lost[name], -FAMILIES.index(name)))
    return next(item for item in forward or group if item.outcome.family == family)


def _mistaken(found: Diagnosis, bank: Bank | None) -> Mistaken:
    """Return the mistake in the place of right answers; the next file may have made it too."""
    if bank is None:
        return Mistaken(found.bind, Kept())
    place = bank.digest, found.label, found.what
    if place not in _KEPT:
        _KEPT[place] = Mistaken(found.bind, bank)
        if len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    _KEPT.move_to_end(place)
    return _KEPT[place]


@dataclass(frozen=True)
class _Heard:
    bind: Bind
    device: str
    logs: Logs


def _follows(
    check: Check, records: tuple[CaseSpec, ...], heard: _Heard, mistaken: Mistaken
) -> bool:
    """Say whether a check passes on all its cases where the mistake is taken for right."""
    if check.family == "golden" or check.name == differences.CHECK.name:
        return _equal(check, records, heard, mistaken)
    first = mistaken.case(records[0])
    if not check.needs <= mistaken.bind(first.spec, first.params).claims:
        return False
    run = partial(run_pair, heard.bind, check, device=heard.device, logs=heard.logs)
    outcomes = (run(record, prepared=mistaken) for record in records)
    return all(outcome.status in ("passed", "not judged") for outcome in outcomes)


def _equal(check: Check, records: tuple[CaseSpec, ...], heard: _Heard, mistaken: Mistaken) -> bool:
    """Say whether the numbers are the mistake's: of checks that do not ask the reference.

    No mistake moves a frozen trace, nor what differences of the submission's own forward say.
    """
    try:
        cases = [mistaken.case(record) for record in records]
        bind = heard.logs.known(heard.bind)
        claimed = bind(cases[0].spec, cases[0].params).claims
        evidence = gather(bind, cases, call_of(claimed, vjp=check.vjp), heard.device)
    except Fault:
        return False
    return evidence.digits(mistaken.bind) is not None
