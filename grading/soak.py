"""Runs the suites on right implementations, on fresh cases, and counts what is not as it should be."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rnncheck.protocol.claims import DTYPES
from rnncheck.suites.driver import Outcome, run_pair
from rnncheck.suites.fresh import Fresh
from rnncheck.suites.handle import Handle
from rnncheck.suites.tally import Tally

TIMED = "gradient_time"  # thousands of elements by a wide bound of its own
MOST_TOLD = 20  # failures of one implementation in one dtype that are kept in full


@dataclass
class Row:
    """What became of one implementation in one dtype.

    Attributes:
        world: "reference", or where its framework lives.
        name, dtype: of the implementation, and in which it ran.
        pairs: (check, case) pairs by how they ended.
        tally: the comparisons in them, element by element.
        told: the first pairs that did not end well.
        skipped: why nothing ran, or "".
    """

    world: str
    name: str
    dtype: str
    pairs: dict[str, int] = field(default_factory=dict)
    tally: Tally = field(default_factory=lambda: Tally(every=True))
    told: list[dict[str, Any]] = field(default_factory=list)
    skipped: str = ""

    @property
    def failures(self) -> int:
        """How many pairs ended neither as passed nor as not judged."""
        well = self.pairs.get("passed", 0) + self.pairs.get("not judged", 0)
        return sum(self.pairs.values()) - well

    def note(self, outcome: Outcome) -> None:
        """Note how one pair ended."""
        self.pairs[outcome.status] = self.pairs.get(outcome.status, 0) + 1
        if outcome.status in ("passed", "not judged") or len(self.told) >= MOST_TOLD:
            return
        record = outcome.record.to_json() if outcome.record else None
        why = str(outcome.failure or outcome.message)
        self.told.append({"check": outcome.check, "record": record, "why": why})


@dataclass(frozen=True)
class Budget:
    """How long each implementation runs: comparisons in each dtype, or seconds where there are any.

    Attributes:
        comparisons: element by element, by dtype.
        seconds: in place of them; 0 for none.
    """

    comparisons: Mapping[str, int]
    seconds: float = 0.0

    def spent(self, row: Row, since: float) -> bool:
        """Say whether a row has had enough."""
        if self.seconds:
            return time.monotonic() - since >= self.seconds
        return row.tally.elements >= self.comparisons[row.dtype]


def soak(
    handles: Sequence[tuple[str, Handle]], dtypes: Sequence[str], seed: int, budget: Budget
) -> Iterator[Row]:
    """Run implementations one after the other, each in each of its dtypes that is asked for.

    Each row is given out when it begins, and again, complete, when it ends.

    Args:
        handles: each with its world.
        dtypes: to run in.
        seed: of the cases; the same seed and comparisons make the same rows.
        budget: of each row.
    """
    for world, handle in handles:
        try:
            for dtype in offered(handle):
                if dtype in dtypes:
                    row = Row(world, handle.name, dtype)
                    yield row
                    _fill(row, handle, Fresh(f"{seed} {handle.name} {dtype}"), budget)
                    yield row
        finally:
            handle.close()


def offered(handle: Handle) -> list[str]:
    """Return the dtypes that a handle claims."""
    return [dtype for dtype in DTYPES if dtype in handle.claims]


def _fill(row: Row, handle: Handle, fresh: Fresh, budget: Budget) -> None:
    since = time.monotonic()
    claimed = [(c, cases) for c, cases in handle.plan() if cases and c.name != TIMED]
    before = -1
    while row.tally.elements > before:  # else nothing can be compared
        before = row.tally.elements
        for check, cases in claimed:
            outcome = run_pair(
                handle.bind,
                check,
                fresh.like(cases),
                row.dtype,
                handle.device,
                tally=row.tally,
            )
            if outcome.status == "skipped":
                row.skipped = outcome.message
                return
            if outcome.family != "advice":
                row.note(outcome)
            if budget.spent(row, since):
                return
        fresh.again()
