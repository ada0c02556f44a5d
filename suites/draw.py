"""Numbers for cases, drawn from a seed: exact in every dtype, the same on every machine."""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray

from rnncheck.protocol.names import Shape

Floats = NDArray[np.float64]
GRID = 64
LARGEST = 4 * GRID - 1


class Draw:
    """Multiples of 1/64 below 4: exact in every dtype, the same on every machine."""

    def __init__(self, seed: int) -> None:
        """Start the stream of a seed."""
        self._random = random.Random(seed).random

    def array(self, shape: Shape, limit: float) -> Floats:
        """Return numbers spread evenly between -limit and limit, not all equal and not all zero."""
        bound = min(max(round(limit * GRID), 1), LARGEST)
        count = int(np.prod(shape))
        while True:
            numbers = [round((2 * self._random() - 1) * bound) / GRID for _ in range(count)]
            if len(set(numbers)) >= min(count, 2) and (any(numbers) or not count):
                return np.array(numbers, np.float64).reshape(shape)

    def kept(self, shape: Shape, keep: float) -> Floats:
        """Return a mask: 1 with that probability, else 0; not all alike where there are two."""
        count = int(np.prod(shape))
        while True:
            ones = [float(self._random() < keep) for _ in range(count)]
            if len(set(ones)) == min(count, 2):
                return np.array(ones, np.float64).reshape(shape)
