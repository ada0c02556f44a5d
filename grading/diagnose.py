"""From a failure to a mistake: the one whose numbers the implementation gives.

Looked for in this order, and the first that fits every case is the answer: what was found for an
earlier check, the catalogue, conventions (one, two or three at a time), two mistakes at a time.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from rnncheck.grading.matching import Evidence, gather
from rnncheck.grading.opened import Opened
from rnncheck.grading.operation_diagnose import operation_mistake
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.base_operation import OperationMistake
from rnncheck.mistakes.combined import pairs
from rnncheck.mistakes.conventions import ID, combinations
from rnncheck.protocol.faults import Fault
from rnncheck.reference.implementation import bind as reference
from rnncheck.suites import check_dropout_off as dropout_off
from rnncheck.suites.calls import call_of
from rnncheck.suites.case import Case, CaseSpec, make_case
from rnncheck.suites.cases import general, long, padded
from rnncheck.suites.check import checks
from rnncheck.suites.driver import Outcome
from rnncheck.suites.operation_case import OperationCaseSpec
from rnncheck.suites.trial import AnyBind

TRIES = 8000


@dataclass(frozen=True)
class Diagnosis:
    """The likely mistake.

    Attributes:
        mistake: id in the catalogue, "convention", "conventions", or two ids joined by " + ".
        what: the mistake as a clause.
        hint: what to look at, without the answer.
        digits: to how many digits its numbers equal the implementation's.
        cases: on how many cases they do.
        bind: makes the wrong implementation.
    """

    mistake: str
    what: str
    hint: str
    digits: int
    cases: int
    bind: AnyBind = field(repr=False, compare=False)

    @property
    def simple(self) -> bool:
        """Whether it is one mistake or convention: that is looked for in every kind of run."""
        return self.mistake in mistakes() or self.mistake == ID


class Diagnostician:
    """Explains the failures of one implementation; remembers what it has found.

    Attributes:
        opened: the implementation.
        device: where it computes.
        tries: how many conventions and pairs of mistakes to compare with at most: a count and
            not a time, so that every machine finds the same.
        known: the mistakes among which to look; None for the catalogue.
    """

    def __init__(
        self,
        opened: Opened,
        device: str = "cpu",
        tries: int = TRIES,
        known: Collection[Mistake] | None = None,
    ) -> None:
        """Look for nothing yet."""
        self.opened, self.device, self.tries, self.known = opened, device, tries, known
        self._found: list[Mistake] = []
        self._exhausted: set[str] = set()

    def __call__(self, outcome: Outcome) -> Diagnosis | None:
        """Return what explains a failed comparison on every case, None if nothing does."""
        if outcome.status != "failed" or outcome.record is None:
            return None
        if isinstance(outcome.record, OperationCaseSpec):
            fits = operation_mistake(self.opened, outcome.check, outcome.record, self.device)
            return None if fits is None else _diagnosis(*fits)
        try:
            evidence = self.evidence(outcome, outcome.record)
        except Fault:
            return None
        if evidence.digits(reference) is not None:
            return None  # these answers are right: what failed is not in them
        found = self._search(evidence)
        if found is not None and found[0] not in self._found:
            self._found.append(found[0])
        return None if found is None else _diagnosis(*found, len(evidence.cases))

    def evidence(self, outcome: Outcome, record: CaseSpec) -> Evidence:
        """Return what the implementation answers on the failing case and on others.

        Raises:
            Fault: it does not answer.
        """
        call = call_of(self.opened.claims, vjp=checks()[outcome.check].vjp)
        training = record.training and outcome.check != dropout_off.CHECK.name
        first, spec = replace(record, training=training), self.opened.network()[0]
        records = [first, *general(spec, training=training)]
        if record.lengths or record.masked:
            records += [r for r in padded(spec)[:2] if r.masked == record.masked]
        if call == "sequence_vjp":
            records += long(spec)[:1]
        cases: list[Case] = [make_case(record) for record in dict.fromkeys(records)]
        if varies := checks()[outcome.check].varies:
            cases = [*map(varies, cases), *cases]
        return gather(self.opened.bind, cases, call, self.device)

    def _search(self, evidence: Evidence) -> tuple[Mistake, int] | None:
        spec = self.opened.network()[0]
        known = mistakes().values() if self.known is None else self.known
        every = [mistake for mistake in known if mistake.applies(spec)]
        found = _closest(evidence, self._found) or _closest(evidence, every)
        if found is None and evidence.call not in self._exhausted:
            further = itertools.chain(combinations(spec), pairs(every))
            found = _first(evidence, itertools.islice(further, self.tries))
            if found is None:
                self._exhausted.add(evidence.call)
        return found


def diagnose(opened: Opened, outcome: Outcome, device: str = "cpu") -> Diagnosis | None:
    """Return what explains one failure; see Diagnostician."""
    return Diagnostician(opened, device)(outcome)


def _closest(evidence: Evidence, known: Iterable[Mistake]) -> tuple[Mistake, int] | None:
    """Return the mistake that fits to the most digits."""
    fitting = [(m, digits) for m in known if (digits := evidence.digits(m.bind)) is not None]
    return max(fitting, key=lambda pair: pair[1], default=None)


def _first(evidence: Evidence, known: Iterable[Mistake]) -> tuple[Mistake, int] | None:
    for mistake in known:
        digits = evidence.digits(mistake.bind)
        if digits is not None:
            return mistake, digits
    return None


def _diagnosis(mistake: Mistake | OperationMistake, digits: int, cases: int) -> Diagnosis:
    return Diagnosis(mistake.id, mistake.what, mistake.hint, digits, cases, mistake.bind)
