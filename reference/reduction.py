"""Which outputs a loss over time uses, and how what they cost is added up.

    L = sum over the steps (t, b) that count of e(t, b) / N

N is 1 ("sum"), the number of steps that count ("mean"), or B ("rows": the sum over time of each
row, averaged over the rows). Where no step counts the loss is 0. Padded steps never count, so a
window or a mask leaves the gradient of every other output exactly zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnncheck.reference.arrays import Numbers

PARTS = ("all", "window", "last")
NORMALISATIONS = ("sum", "mean", "rows")


@dataclass(frozen=True)
class Reduction:
    """What a loss over time is made of.

    Attributes:
        part: "all" steps, those of a "window", or the "last" valid step of each row.
        window: (t_min, t_max), both included, counted from 0; () where part is no window.
        normalise: "sum", "mean" over the steps that count, or "rows" for the mean over B.
    """

    part: str = "all"
    window: tuple[int, ...] = ()
    normalise: str = "sum"

    def __post_init__(self) -> None:
        """Refuse what is not listed."""
        if self.part not in PARTS:
            raise ValueError(f"part is {self.part!r}; allowed: {', '.join(PARTS)}")
        if self.normalise not in NORMALISATIONS:
            allowed = ", ".join(NORMALISATIONS)
            raise ValueError(f"normalise is {self.normalise!r}; allowed: {allowed}")
        if len(self.window) != (2 if self.part == "window" else 0):
            raise ValueError(
                f"window is {self.window!r} and part {self.part!r}; "
                "a window is (t_min, t_max) with part='window', and () with another part"
            )


def counted(reduction: Reduction, valid: Numbers) -> Numbers:
    """Return which steps count, (T, B) bool, given which are valid.

    Raises:
        ValueError: the window does not lie within the T steps.
    """
    if reduction.part == "window":
        steps = np.arange(len(valid))[:, None]
        first, last = _window(reduction, len(valid))
        return np.asarray(valid & (steps >= first) & (steps <= last))
    if reduction.part == "last":
        later = np.cumsum(valid[::-1], axis=0)[::-1]  # (T, B): valid steps from t on
        return np.asarray(valid & (later == 1))
    return valid


def divisor(reduction: Reduction, counts: Numbers) -> int:
    """Return N of the module's formula, at least 1, given which steps count."""
    if reduction.normalise == "sum":
        return 1
    number = counts.shape[1] if reduction.normalise == "rows" else int(counts.sum())
    return max(number, 1)


def _window(reduction: Reduction, steps: int) -> tuple[int, int]:
    first, last = reduction.window
    if not 0 <= first <= last < steps:
        raise ValueError(
            f"the window {first}..{last} does not fit T = {steps}; "
            f"it needs 0 <= t_min <= t_max <= {steps - 1}"
        )
    return first, last
