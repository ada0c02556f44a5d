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
from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.implementation import Bind
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind as reference
from rnncheck.suites.check import checks
from rnncheck.suites.driver import claimed, run_pair


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
    known = [m for m in contract.mistakes() if not only or m.id in only]
    groups = classes(contract, contract.mistakes(), bank)
    alike = {name: {*group} for group in groups for name in group}
    return [found for m in known if (found := _named(contract, bank, m, alike[m.id])).cases]


def _named(contract: Asked, bank: Bank, mistake: Mistake, alike: set[str]) -> Named:
    claims = contract.offered(mistake)
    wrong = within(mistake.bind, claims)
    here: Any = Here(contract.spec, claims, wrong)
    cases, right, others = 0, 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for pair in bank.pairs:
            check = checks()[pair.check]
            if not (check.needs <= claims and claimed(pair.record, claims)):
                continue
            ended = run_pair(wrong, check, pair.record, prepared=bank)
            if ended.status != "failed" or ended.failure is None or not ended.failure.wrong:
                continue
            found = Diagnostician(here, tries=0)(ended)
            if found is None and _is_right(here, ended):
                continue  # the numbers of its calls are right: there is nothing to tell it by
            cases += 1
            right += found is not None and found.mistake in alike
            if found is None or found.mistake not in alike:
                others.append(found.mistake if found else "none")
    return Named(mistake.id, cases, right, tuple(dict.fromkeys(others)))


def _is_right(here: Any, ended: Any) -> bool:
    evidence = Diagnostician(here, tries=0).evidence(ended, ended.record)
    return evidence.digits(reference) is not None


def share(found: Sequence[Named]) -> float:
    """Return the part of all cases in which the right one was named."""
    cases = sum(one.cases for one in found)
    return sum(one.right for one in found) / cases if cases else 1.0
