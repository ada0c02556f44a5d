"""How far a right implementation may be from the right answer.

    allowed = the larger of 6 sigma + 4 ulp and 8 ulp of the block's largest element

sigma is what rounding does to the reference itself (see sigmas), an ulp that of the right value in
the arithmetic that is judged. sigma is computed only where an error is not small anyhow.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnncheck.suites.precision import PRECISIONS

Floats = NDArray[np.float64]
SIGMAS, ULPS = 6.0, 4.0
SMALL = 8.0  # ulp of a block's largest element: no error below it needs an allowance
EXACT, FINE, FEW = 2.0**-36, 2.0**-9, 3  # see Allowance.alone
MOST, UNITS = 1e-2, 16.0  # of a block's rms: where sigma is beyond, rounding makes the numbers


def most(dtype: str) -> float:
    """Return which part of a block's rms sigma may be: a hundredth, or 16 unit round-offs."""
    return max(MOST, UNITS * PRECISIONS[dtype].unit)


@dataclass(frozen=True)
class Allowance:
    """What may lie between numbers and the right ones.

    Attributes:
        expected: the right ones.
        dtype: the arithmetic, one of PRECISIONS.
        sigma: gives the rms deviation of each element; called when first needed.
        axes: over which a block reaches: a whole tensor, or one step of a sequence.
        gate: the axes of one gate's part, where what was computed in float64 is judged by float32's
            allowance; None where it is not.
    """

    expected: Floats
    dtype: str
    sigma: Callable[[], Floats]
    axes: tuple[int, ...]
    gate: tuple[int, ...] | None = None

    def small(self) -> Floats:
        """Return the error of each element that is small anyhow: 8 ulp of its block's largest."""
        largest = np.max(np.abs(self.expected), axis=self.axes, keepdims=True, initial=0.0)
        size = SMALL * PRECISIONS[self.dtype].ulp(largest)
        return np.broadcast_to(np.where(largest > 0, size, 0.0), self.expected.shape)

    def all_small(self, error: Floats) -> bool:
        """Say whether every error is small anyhow."""
        if self.dtype != "float64" or len(self.axes) < error.ndim or not error.size:
            return bool((error <= self.small()).all())
        largest = float(np.abs(self.expected).max())  # one block: the same in plain numbers, faster
        return float(error.max()) <= (SMALL * math.ulp(largest) if largest else 0.0)

    def elements(self) -> Floats:
        """Return the allowed error of each element."""
        return np.maximum(self.own(), self.small())

    def alone(self, error: Floats) -> NDArray[np.bool_]:
        """Return which errors stand alone: no arithmetic in float32 makes them.

        It is off in nearly every number, by a relative 2^-30 or more. Where most of the numbers of
        a gate's part are right to 2^-36 they were computed in float64, and for those that are not a
        512th of float32's allowance counts, which is still 2^20 times that of float64.
        """
        none = np.zeros(error.shape, bool)
        if self.gate is None:
            return none
        there = self.expected != 0
        exact = error <= EXACT * np.abs(self.expected)
        count = np.sum(there, axis=self.gate, keepdims=True)
        most = 2 * np.sum(exact & there, axis=self.gate, keepdims=True) > count
        found = most & (count >= FEW) & ~exact & (error > FINE * self.small())
        return found & (error > FINE * self.elements()) if found.any() else none

    def own(self) -> Floats:
        """Return 6 sigma + 4 ulp of each element."""
        return SIGMAS * self.sigma() + ULPS * np.where(
            self.expected != 0, PRECISIONS[self.dtype].ulp(self.expected), 0.0
        )

    def judged(self, got: Floats) -> NDArray[np.bool_]:
        """Return which elements are judged: those in blocks that are not made by rounding.

        Where what is expected is the implementation's own it may be as wrong as what it got, and
        zero: a block has the rms of the larger of the two.
        """
        rms = np.maximum(self._rms(self.expected), self._rms(got))
        worst = np.max(self.sigma(), axis=self.axes, keepdims=True, initial=0.0)
        return np.broadcast_to(~(worst > most(self.dtype) * rms), self.expected.shape)

    def _rms(self, array: Floats) -> Floats:
        with np.errstate(all="ignore"):
            total = np.sum(array**2, axis=self.axes, keepdims=True)
            return np.asarray(np.sqrt(total / max(array.size // max(total.size, 1), 1)))
