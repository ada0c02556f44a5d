"""The banks of a homework of parts: one for each part, in one file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rnncheck.grading.bank import Bank
from rnncheck.grading.contract import Contract, Part


@dataclass(frozen=True)
class Banks:
    """What a contract with parts is judged by.

    Attributes:
        assignment, framework: the contract.
        practice: whether they come with rnncheck, for all to see.
        parts: the bank of each part, by its name.
    """

    assignment: str
    framework: str
    practice: bool
    parts: Mapping[str, Bank]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the digests of all."""
        named = sorted((name, bank.digest) for name, bank in self.parts.items())
        return hashlib.sha256(json.dumps(named).encode()).hexdigest()

    def of(self, parts: Sequence[Part], asked: Contract) -> Bank | None:
        """Return the bank of a part, or of a variant of it that computes the same.

        None for another convention: that is judged by all cases.
        """
        for part in parts:
            same = [part.contract, *(contract for _, contract in part.variants)]
            if asked in same and asked.options == part.contract.options:
                return self.parts.get(part.name)
        return None


def joined(banks: Sequence[Bank]) -> Banks:
    """Return the banks of parts, whose frameworks are called "numpy/<part>"."""
    first = banks[0]
    parts = {bank.framework.partition("/")[2]: bank for bank in banks}
    return Banks(first.assignment, first.framework.partition("/")[0], first.practice, parts)
