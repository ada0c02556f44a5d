"""How often a diagnosis names the mistake that was made, over all that fails in a bank."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rnncheck import adapters
from rnncheck.grading.asked import Asked, within
from rnncheck.grading.assignment import load
from rnncheck.grading.bank import Bank
from rnncheck.grading.diagnose import Diagnostician
from rnncheck.grading.named import Named
from rnncheck.grading.numbers import classes
from rnncheck.grading.remembered import remembered
from rnncheck.grading.travelled import travelled
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.implementation import Bind
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind as reference
from rnncheck.suites import check_dropout_off as dropout_off
from rnncheck.suites.answered import Logs
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


def diagnosed(
    contract: Asked,
    bank: Bank,
    only: Sequence[str] = (),
    most: int | None = None,
    dtype: str = "float64",
) -> list[Named]:
    """Diagnose failing pairs of a bank for every mistake; nothing is learnt between pairs.

    A mistake is asked and answers as a submission in the contract's framework is and does, see
    travelled, and all of the bank is asked before the first failure is explained.

    Args:
        contract: the contract.
        bank: of the contract.
        only: ids of mistakes, () for all.
        most: how many failing pairs of each mistake, the first ones; None for all.
        dtype: "float64" or "float32", in which mistakes compute.
    """
    known = [remembered(mistake) for mistake in contract.mistakes()]
    chosen = [mistake for mistake in contract.mistakes() if not only or mistake.id in only]
    found = [_named(contract, bank, mistake, known, most, dtype) for mistake in chosen]
    return [one for one in found if one.cases]


def _named(
    contract: Asked,
    bank: Bank,
    mistake: Mistake,
    known: Sequence[Mistake],
    most: int | None,
    dtype: str,
) -> Named:
    claims = contract.offered(mistake)
    told = load(contract.assignment).contracts[contract.framework]
    bind = travelled(within(mistake.bind, claims), adapters.load(told.adapter).layout, dtype)
    here: Any = Here(contract.spec, claims, bind)
    logs, found = Logs(), list[str]()
    explain = Explained(here, known, logs, bank)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for ended in list(_failures(here, bank, logs))[:most]:
            named = explain(ended)
            if named != RIGHT:  # the numbers of its calls are right: nothing to tell it by
                found.append(named)
    others = [named for named in found if named != mistake.id]
    equal = {named for named in others if _equal(contract, bank, mistake.id, named)}
    others = [named for named in others if named not in equal]
    return Named(mistake.id, len(found), len(found) - len(others), tuple(dict.fromkeys(others)))


def _failures(here: Any, bank: Bank, logs: Logs) -> Iterator[Outcome]:
    """Yield how the pairs end that an implementation fails with wrong numbers."""
    for pair in bank.pairs:
        check = checks()[pair.check]
        if not (check.needs <= here.claims and claimed(pair.record, here.claims)):
            continue
        try:
            ended = run_pair(here.bind, check, pair.record, prepared=bank, logs=logs)
        except (LookupError, ValueError, AttributeError):
            continue  # it cannot be made of what this contract hands over
        if ended.status == "failed" and ended.failure is not None and ended.failure.wrong:
            yield ended


def _equal(contract: Asked, bank: Bank, one: str, other: str) -> bool:
    """Say whether two mistakes give equal numbers on every case of a contract."""
    both = [mistakes()[name] for name in (one, other) if name in mistakes()]
    return len(both) == 2 and len(classes(contract, both, bank)) == 1


class Explained:
    """What explains each failure of one implementation; equal evidence is looked at once."""

    def __init__(self, here: Any, known: Sequence[Mistake], logs: Logs, bank: Bank) -> None:
        """Look among some mistakes; `logs` hold what the implementation answered to the bank."""
        self._here, self._known, self._logs, self._bank = here, known, logs, bank
        self._found: dict[Any, str] = {}

    def __call__(self, ended: Outcome) -> str:
        """Return the id of a mistake, "none", or RIGHT."""
        check = checks()[ended.check]
        key = check.vjp, check.varies, ended.record, check.name == dropout_off.CHECK.name
        if key not in self._found:
            self._found[key] = self._explain(ended)
        return self._found[key]

    def _explain(self, ended: Outcome) -> str:
        explain = Diagnostician(
            self._here, tries=0, known=self._known, logs=self._logs, bank=self._bank
        )
        found, record = explain(ended), ended.record
        if found is not None:
            return found.mistake
        assert isinstance(record, CaseSpec)
        right = explain.evidence(ended, record).digits(reference) is not None
        return RIGHT if right else "none"
