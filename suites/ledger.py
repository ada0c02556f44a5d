"""How many checks ran for each implementation, and how many should have."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

NOT_JUDGED = "not judged"  # the property of a test that counts them
COLUMNS = ("passed", "failed", "skipped")


@dataclass
class Ledger:
    """Counts by implementation.

    Attributes:
        expected: checks that were planned.
        not_claimed: checks that do not apply, with a count so that none is lost from sight.
        ended: how those that ran ended.
        not_judged: drawn cases that were put aside because rounding alone makes their numbers.
    """

    expected: dict[str, int] = field(default_factory=dict)
    not_claimed: dict[str, int] = field(default_factory=dict)
    ended: dict[str, Counter[str]] = field(default_factory=dict)
    not_judged: Counter[str] = field(default_factory=Counter[str])

    def plan(self, name: str, claimed: int, not_claimed: int) -> None:
        """Note what is planned for an implementation."""
        self.expected[name], self.not_claimed[name] = claimed, not_claimed
        self.ended[name] = Counter()

    def note(self, name: str, status: str, not_judged: int = 0) -> None:
        """Note how one check ended, and how many drawn cases were put aside."""
        self.ended[name][status] += 1
        self.not_judged[name] += not_judged

    def missing(self) -> list[str]:
        """Return the implementations for which fewer checks ran than were planned."""
        return [n for n, planned in self.expected.items() if self.ended[n].total() < planned]

    def lines(self) -> list[str]:
        """Return the ledger as lines of a table."""
        width = max(map(len, ("implementation", *self.expected)))
        head = f"{'implementation':<{width}}  passed  failed  skipped  not claimed  expected  not judged"
        rows = [head] if self.expected else []
        for name, planned in self.expected.items():
            ended = self.ended[name]
            counts = "  ".join(f"{ended[column]:>{len(column)}}" for column in COLUMNS)
            rows.append(
                f"{name:<{width}}  {counts}  {self.not_claimed[name]:>11}  {planned:>8}  {self.not_judged[name]:>10}"
            )
        return rows
