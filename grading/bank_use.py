"""Which bank a submission is judged by: a course's own, else the practice bank of its contract."""

from __future__ import annotations

import functools
from pathlib import Path

from rnncheck.grading import digest
from rnncheck.grading.assignment import HOME
from rnncheck.grading.bank import Bank
from rnncheck.grading.bank_file import read, stored_for
from rnncheck.grading.bank_parts import Banks
from rnncheck.grading.collect import Item
from rnncheck.grading.contract import Contract
from rnncheck.grading.errors import UsageError
from rnncheck.suites.sentences import say


def has_bank(contract: Contract) -> bool:
    """Say whether a contract can have a bank: networks in a convention of the assignment's."""
    return not contract.any_convention and contract.operations is None


def bank_of(item: Item) -> Bank | Banks | None:
    """Return the bank of a submission; None where its contract has none, and all cases count.

    Raises:
        UsageError: the course's bank cannot be read, or is another contract's.
    """
    assignment, contract = item.assignment, item.contract
    if assignment is None or contract is None or not has_bank(contract):
        return None
    if item.bank is not None:
        bank = _read(item.bank, item.bank.stat().st_mtime_ns)
        asked = assignment.name, contract.framework
        if (bank.assignment, bank.framework) != asked:
            raise UsageError(
                f"{item.bank} is the bank of {bank.assignment} in {bank.framework}, "
                f"{item.path} answers {asked[0]} in {asked[1]}"
            )
        return bank
    own = assignment.folder == HOME / assignment.name
    return stored_for(assignment.name, contract.framework) if own else None


@functools.cache
def _read(path: Path, changed: int) -> Bank | Banks:
    del changed
    return read(path)


def bank_digest(item: Item) -> str:
    """Return the digest of all that a submission is asked."""
    if item.contract is None:
        return ""
    bank = bank_of(item)
    return bank.digest if bank else digest.bank_digest(item.contract)


def described(item: Item) -> dict[str, str]:
    """Return what a result says of the bank."""
    bank = bank_of(item)
    word = "practice" if bank is None or bank.practice else "course"
    return {"bank": word, "bank_digest": bank_digest(item), "bank_note": say(word)}
