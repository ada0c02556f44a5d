"""How often a diagnosis names the mistake that was made, over all that fails in a bank."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rnncheck.grading.asked import Asked, within
from rnncheck.grading.bank import Bank
from rnncheck.grading.diagnose import Diagnostician
from rnncheck.grading.numbers import classes
from rnncheck.grading.remembered import remembered
from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.implementation import Bind
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind as reference
from rnncheck.suites import check_dropout_off as dropout_off
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.check import checks
from rnncheck.suites.driver import Outcome, claimed, run_pair

RIGHT = "right"  # the calls that a diagnosis sees are right


@dataclass(frozen=True)
class Here:
    """A mistake in the place of an opened submission."""

    spec: Spec
    claims: frozenset[str]
    bind: Bind

    def network(self) -> tuple[Spec, Bind]:
        """Return the spec and the bind."""
        return self.spec, self.bind


@dataclass(frozen=True)
class Named:
    """How the diagnoses of one mistake ended.

    Attributes:
        mistake: its id.
        cases: pairs that it fails with wrong numbers, of which the numbers say which it is.
        right: those for which it was named, or one with equal numbers on all cases.
        others: what was named in its place.
    """

    mistake: str
    cases: int
    right: int
    others: tuple[str, ...]


def diagnosed(contract: Asked, bank: Bank, only: Sequence[str] = ()) -> list[Named]:
    """Diagnose every failing pair of a bank for every mistake; nothing is learnt between pairs."""
    known = [remembered(mistake) for mistake in contract.mistakes()]
    groups = classes(contract, known, bank)
    alike = {name: {*group} for group in groups for name in group}
    chosen = [mistake for mistake in contract.mistakes() if not only or mistake.id in only]
    found = [_named(contract, bank, mistake, alike[mistake.id], known) for mistake in chosen]
    return [one for one in found if one.cases]


def _named(
    contract: Asked, bank: Bank, mistake: Mistake, alike: set[str], known: Sequence[Mistake]
) -> Named:
    claims = contract.offered(mistake)
    here: Any = Here(contract.spec, claims, within(mistake.bind, claims))
    explain, cases, others = Explained(here, known), 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for pair in bank.pairs:
            check = checks()[pair.check]
            if not (check.needs <= claims and claimed(pair.record, claims)):
                continue
            try:
                ended = run_pair(here.bind, check, pair.record, prepared=bank)
            except (LookupError, ValueError, AttributeError):
                continue  # it cannot be made of what this contract hands over
            if ended.status != "failed" or ended.failure is None or not ended.failure.wrong:
                continue
            found = explain(ended)
            if found == RIGHT:
                continue  # the numbers of its calls are right: there is nothing to tell it by
            cases += 1
            if found not in alike:
                others.append(found)
    return Named(mistake.id, cases, cases - len(others), tuple(dict.fromkeys(others)))


class Explained:
    """What explains each failure of one implementation; equal evidence is looked at once."""

    def __init__(self, here: Any, known: Sequence[Mistake]) -> None:
        """Look among some mistakes."""
        self._here, self._known = here, known
        self._found: dict[Any, str] = {}

    def __call__(self, ended: Outcome) -> str:
        """Return the id of a mistake, "none", or RIGHT."""
        check = checks()[ended.check]
        key = check.vjp, check.varies, ended.record, check.name == dropout_off.CHECK.name
        if key not in self._found:
            self._found[key] = self._explain(ended)
        return self._found[key]

    def _explain(self, ended: Outcome) -> str:
        explain = Diagnostician(self._here, tries=0, known=self._known)
        found, record = explain(ended), ended.record
        if found is not None:
            return found.mistake
        assert isinstance(record, CaseSpec)
        right = explain.evidence(ended, record).digits(reference) is not None
        return RIGHT if right else "none"


def share(found: Sequence[Named]) -> float:
    """Return the part of all cases in which the right one was named."""
    cases = sum(one.cases for one in found)
    return sum(one.right for one in found) / cases if cases else 1.0
