"""Where cases and truths come from: made afresh, or kept from one implementation to the next."""

from __future__ import annotations

from typing import Protocol

from rnncheck.suites.case import Case, CaseSpec, make_case
from rnncheck.suites.truth import Truth


class Prepared(Protocol):
    """Gives the arrays of a record, and what is right for it."""

    def case(self, record: CaseSpec) -> Case:
        """Return the case of a record."""
        ...

    def truth(self, record: CaseSpec, dtype: str) -> Truth:
        """Return the right answers, judged by the allowance of a dtype."""
        ...


class Afresh:
    """Makes everything when it is asked for, and keeps nothing."""

    def case(self, record: CaseSpec) -> Case:
        """Make the case of a record."""
        return make_case(record)

    def truth(self, record: CaseSpec, dtype: str) -> Truth:
        """Return answers that the reference computes when they are first asked for."""
        return Truth(make_case(record), dtype)


class Kept:
    """Makes each case and each truth once; nothing that gets them may change them."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._cases: dict[CaseSpec, Case] = {}
        self._truths: dict[tuple[CaseSpec, str], Truth] = {}

    def case(self, record: CaseSpec) -> Case:
        """Return the case of a record."""
        if record not in self._cases:
            self._cases[record] = make_case(record)
        return self._cases[record]

    def truth(self, record: CaseSpec, dtype: str) -> Truth:
        """Return the right answers of a record, those computed before among them."""
        key = record, dtype
        if key not in self._truths:
            self._truths[key] = Truth(self.case(record), dtype)
        return self._truths[key]


AFRESH = Afresh()
