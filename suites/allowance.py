"""How far a right implementation may be from the reference, behind one function."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnncheck.suites.case import Case


@dataclass(frozen=True)
class Allowance:
    """What may lie between a right implementation and the reference.

    Attributes:
        dtype: the arithmetic that it stands for.
        atol: absolute part for outputs and states, times max(1, |expected|).
        rtol: part of |expected| for outputs and states.
        gradient: part of the 2-norm of a parameter's gradient, or of one time slice of d_x.
        differences: part of the norm between a gradient and differences of the forward.
        step: of those differences.
    """

    dtype: str
    atol: float
    rtol: float
    gradient: float
    differences: float
    step: float

    def values(self, expected: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the allowed error of each element of outputs or states."""
        size = np.abs(expected)
        return self.atol * np.maximum(1.0, size) + self.rtol * size

    def block(self, expected: NDArray[np.float64], axes: tuple[int, ...]) -> NDArray[np.float64]:
        """Return the allowed error of gradient elements, from the norm over some axes."""
        norm = np.sqrt(np.sum(expected**2, axis=axes, keepdims=True))
        return np.broadcast_to(self.gradient * norm, expected.shape)


_TABLE = {
    "float64": Allowance("float64", 1e-12, 1e-12, 1e-10, 1e-6, 2.0**-16),
    "float32": Allowance("float32", 5e-6, 1e-5, 1e-5, 2e-2, 2.0**-6),
}


def allowance(case: Case, dtype: str) -> Allowance:
    """Return the allowance of a case in "float64" or "float32".

    A fixed table for well-conditioned cases on a CPU or a GPU without TF32; the case is asked for
    because the allowance is to follow from its arithmetic.
    """
    del case
    return _TABLE[dtype]
