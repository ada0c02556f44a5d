"""What comparisons used of their allowances."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

BINS = 40  # of a share from 0 to 2; what is beyond is in the last


def _no_counts() -> NDArray[np.int64]:
    return np.zeros(BINS, np.int64)


@dataclass
class Tally:
    """Counts over comparisons, element by element.

    Attributes:
        every: compute the allowance of every element, also where all errors are small.
        elements: how many were compared.
        failures: how many were beyond their allowance.
        not_judged: how many were in blocks that rounding makes.
        small: how many were beyond 6 sigma + 4 ulp, and right as they are small anyhow.
        share: the largest part of an allowance that an error used, of those that were computed;
            None where none was.
        counts: (BINS,), how many elements used which share, by steps of 0.05.
    """

    every: bool = False
    elements: int = 0
    failures: int = 0
    not_judged: int = 0
    small: int = 0
    share: float | None = None
    counts: NDArray[np.int64] = field(default_factory=_no_counts)

    def note(
        self,
        wrong: NDArray[np.bool_],
        shares: NDArray[np.float64] | None,
        judged: NDArray[np.bool_] | bool = True,
    ) -> None:
        """Note a tensor: which elements are wrong, what share each used, and which are judged."""
        self.elements += wrong.size
        self.failures += int(wrong.sum())
        if shares is None or not wrong.size:
            return
        used = shares[np.broadcast_to(judged, shares.shape)]
        self.not_judged += wrong.size - used.size
        if used.size:
            self.share = max(self.share or 0.0, float(used.max()))
            place = np.minimum(used * (BINS / 2), BINS - 1).astype(np.int64)
            self.counts += np.bincount(place, minlength=BINS)

    def add(self, other: Tally) -> None:
        """Add another's counts."""
        self.elements += other.elements
        self.failures += other.failures
        self.not_judged += other.not_judged
        self.small += other.small
        self.counts += other.counts
        if other.share is not None:
            self.share = max(self.share or 0.0, other.share)
