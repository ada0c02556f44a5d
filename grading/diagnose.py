"""From a failure to a mistake: the one whose numbers the implementation gives.

Looked for in this order, and the first that fits every case is the answer: what was found for an
earlier check, the catalogue, for gradients the catalogue's wrong cells with the right cell's backward,
conventions (one, two or three at a time), two mistakes at a time.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from rnncheck.grading.bank import Bank
from rnncheck.grading.by_the_book import LABEL, by_the_book, single_steps
from rnncheck.grading.differentiated import differentiated
from rnncheck.grading.explaining import BUILD, asked_before, asked_of, enough, heard, plain_cases
from rnncheck.grading.matching import RIGHT, Evidence, gather, label_of
from rnncheck.grading.opened import Opened
from rnncheck.grading.operation_diagnose import operation_mistake
from rnncheck.grading.sketches import Sketches
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.base_operation import OperationMistake
from rnncheck.mistakes.cells import UNAWARE, unaware
from rnncheck.mistakes.combined import pairs
from rnncheck.mistakes.conventions import ID, combinations
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind as reference
from rnncheck.suites.answered import Logs
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.check import checks
from rnncheck.suites.driver import Outcome
from rnncheck.suites.operation_case import OperationCaseSpec
from rnncheck.suites.trial import AnyBind

TRIES = 8000
FEW = 64  # for a batch that a diagnosis is not to hold up


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
        label: tells it from others of the same name, whose gradients are other ones.
        causes: of all mistakes of a forward pass whose gradients by the book these are.
    """

    mistake: str
    what: str
    hint: str
    digits: int
    cases: int
    bind: AnyBind = field(repr=False, compare=False)
    label: str = field(default="", repr=False, compare=False)
    causes: tuple[str, ...] = field(default=(), repr=False, compare=False)

    @property
    def cause(self) -> str:
        """The mistake as a clause, whatever gradients go with it."""
        return self.what.removesuffix(UNAWARE)

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
        logs: what the implementation has answered; it is not called again for that.
        bank: what it is judged by; its sketches rule out mistakes without running them.
    """

    def __init__(
        self,
        opened: Opened,
        device: str = "cpu",
        tries: int = TRIES,
        known: Collection[Mistake] | None = None,
        logs: Logs | None = None,
        bank: Bank | None = None,
    ) -> None:
        """Look for nothing yet."""
        self.opened, self.device, self.tries, self.known = opened, device, tries, known
        self.logs = logs or Logs()
        self.sketches = bank.sketches if bank else Sketches()
        self.asked = tuple(bank.cases) if bank and bank.framework in BUILD else None
        self._found: list[Mistake] = []
        self._exhausted: set[str] = set()
        self._causes: dict[str, tuple[str, ...]] = {}

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
        if evidence.digits(reference, RIGHT) is not None:
            return None  # these answers are right: what failed is not in them
        found = self._search(evidence)
        if found is not None and found[0] not in self._found:
            self._found.append(found[0])
        if found is None:
            return None
        causes = self._causes.get(label_of(found[0]), ())
        return replace(_diagnosis(*found, len(evidence.cases)), causes=causes)

    def evidence(self, outcome: Outcome, record: CaseSpec) -> Evidence:
        """Return what the implementation answers on the failing case and on others.

        Raises:
            Fault: it does not answer.
        """
        check, claims = checks()[outcome.check], self.opened.claims
        asks = check, record, self.opened.network()[0], claims
        if self.asked is None:
            call, cases = asked_of(*asks)
        else:
            call, cases = asked_before(*asks, self.asked)
            cases = enough(self.logs, claims, cases, call, self.device)
        return gather(self.logs.known(self.opened.bind), cases, call, self.device)

    def _by_the_book(
        self, evidence: Evidence, every: Iterable[Mistake]
    ) -> tuple[Mistake, int] | None:
        fitting = _fitting(evidence, by_the_book(every))
        causes = tuple(mistake.what.removesuffix(UNAWARE) for mistake, _ in fitting)
        self._causes |= {label_of(mistake): causes for mistake, _ in fitting}
        return max(fitting, key=lambda pair: pair[1], default=None)

    def _reads_state(self) -> bool:
        """Say whether a sequence gives no final state of its own; one with an output layer may."""
        spec, adapter = self.opened.network()
        layout = getattr(adapter, "layout", None)  # a mistake in a submission's place has none
        return layout is not None and layout.state_from_outputs and not spec.output_size

    def _closest(self, evidence: Evidence, known: Iterable[Mistake]) -> tuple[Mistake, int] | None:
        """Return the mistake that fits to the most digits.

        Of those whose gradients fit the ones whose forward calls fit too are asked first: where a
        slope is left out, a missing nonlinearity has the same gradients.
        """
        fitting = _fitting(evidence, known)
        if len(fitting) > 1 and evidence.call.endswith("_vjp"):
            before = self._forward(evidence.call.removesuffix("_vjp"))
            fitting = [(m, d) for m, d in fitting if _digits(before, m) is not None] or fitting
        return max(fitting, key=lambda pair: pair[1], default=None)

    def _forward(self, call: str) -> Evidence:
        """Return what was answered to forward calls that were made anyhow."""
        logs, spec = self.logs, self.opened.network()[0]
        cases = heard(logs, self.opened.claims, plain_cases(spec, self.asked), call, self.device)
        return gather(logs.known(self.opened.bind), cases, call, self.device)

    def _search(self, evidence: Evidence) -> tuple[Mistake, int] | None:
        spec = self.opened.network()[0]
        listed = mistakes().values() if self.known is None else self.known
        every = [mistake for mistake in listed if mistake.applies(spec)]
        possible = partial(self.sketches.possible, evidence)
        found = self._closest(evidence, self._found) or self._closest(evidence, possible(every))
        if found is None and evidence.call.endswith("_vjp"):
            found = self._closest(evidence, differentiated(self._found, spec, evidence.call))
            found = found or self._closest(evidence, possible(unaware(every)))
            found = found or self._by_the_book(evidence, every)
        if found is None and evidence.call.startswith("step"):
            found = self._closest(evidence, single_steps(every))
        if found is None and evidence.call == "sequence" and self._reads_state():
            found = self._closest(_without_state(evidence), every)
        if found is None and evidence.single:
            single = evidence.in_single()
            found = self._closest(single, self.sketches.possible(single, every))
        if found is None and evidence.call not in self._exhausted:
            known = every if self.tries <= FEW else changing(evidence, every)
            found = _first(evidence, possible(further_than(known, spec, self.tries)))
            if found is None:
                self._exhausted.add(evidence.call)
        return found


def _without_state(evidence: Evidence) -> Evidence:
    """Return the outputs alone, where the final state is only the last of them."""
    told = [{n: a for n, a in g.items() if n[:6] != "state."} for g in evidence.answers]
    return replace(evidence, answers=told)


def further_than(known: Iterable[Mistake], spec: Spec, tries: int) -> Iterator[Mistake]:
    """Yield what is compared after the catalogue: conventions, then two mistakes at a time."""
    return itertools.islice(itertools.chain(combinations(spec), pairs(known)), tries)


def diagnose(opened: Opened, outcome: Outcome, device: str = "cpu") -> Diagnosis | None:
    """Return what explains one failure; see Diagnostician."""
    return Diagnostician(opened, device)(outcome)


def changing(evidence: Evidence, known: Iterable[Mistake]) -> Iterator[Mistake]:
    """Yield the mistakes that change the answers at all: with others a second one is no other."""
    right = gather(reference, evidence.cases, evidence.call)
    yield from (mistake for mistake in known if _digits(right, mistake) is None)


def _fitting(evidence: Evidence, known: Iterable[Mistake]) -> list[tuple[Mistake, int]]:
    return [(m, digits) for m in known if (digits := _digits(evidence, m)) is not None]


def _digits(evidence: Evidence, mistake: Mistake) -> int | None:
    return evidence.digits(mistake.bind, label_of(mistake))


def _first(evidence: Evidence, known: Iterable[Mistake]) -> tuple[Mistake, int] | None:
    for mistake in known:
        digits = _digits(evidence, mistake)
        if digits is not None:
            return mistake, digits
    return None


def _diagnosis(mistake: Mistake | OperationMistake, digits: int, cases: int) -> Diagnosis:
    name = mistake.id.removesuffix(LABEL)
    return Diagnosis(name, mistake.what, mistake.hint, digits, cases, mistake.bind, mistake.id)
