"""How far a right operation may be from the reference: a fixed table.

The operations are short and well conditioned, so that no allowance has to follow from a case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class OperationAllowance:
    """What may lie between a right operation and the reference.

    Attributes:
        atol: absolute part for results, times max(1, |expected|).
        rtol: part of |expected| for results.
        gradient: part of the 2-norm of a gradient, or of one time slice of it.
        differences: part of the norm between a gradient and differences of the results.
        step: of those differences, near the cube root of the unit round-off.
    """

    atol: float
    rtol: float
    gradient: float
    differences: float
    step: float

    def values(self, expected: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the allowed error of each element of a result."""
        size = np.abs(expected)
        return self.atol * np.maximum(1.0, size) + self.rtol * size

    def block(self, expected: NDArray[np.float64], axes: tuple[int, ...]) -> NDArray[np.float64]:
        """Return the allowed error of gradient elements, from the norm over some axes."""
        norm = np.sqrt(np.sum(expected**2, axis=axes, keepdims=True))
        return np.broadcast_to(self.gradient * norm, expected.shape)


FIXED = {
    "float64": OperationAllowance(1e-12, 1e-12, 1e-10, 1e-6, 2.0**-16),
    "float32": OperationAllowance(5e-6, 1e-5, 1e-5, 2e-2, 2.0**-6),
}
