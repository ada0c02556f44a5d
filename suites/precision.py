"""The arithmetics in which answers are judged: how they round, and numbers rounded to them.

NumPy has no bfloat16: such numbers are held, and cross the pipe, as float32.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnncheck.protocol.claims import DTYPES, held
from rnncheck.protocol.names import Array, Arrays
from rnncheck.suites.case import Case

Floats = NDArray[np.float64]
HALVES = DTYPES[2:]  # in which a case has numbers that they hold; a golden's stay as they are


@dataclass(frozen=True)
class Precision:
    """An arithmetic.

    Attributes:
        name: of the dtype.
        unit: round-off, half the distance from 1 to the next number.
        smallest: positive number that is told from zero; what is below may be flushed to it.
    """

    name: str
    unit: float
    smallest: float

    def rounded(self, array: Array) -> Array:
        """Return the nearest numbers, ties to even, in the dtype that holds them."""
        if self.name == "float64":
            return np.array(array, np.float64)
        with np.errstate(over="ignore"):
            near = np.array(array, held(self.name))
        if self.name != "bfloat16":
            return near
        bits = near.view(np.uint32)
        upper = bits + 0x7FFF + ((bits >> 16) & 1)
        return np.where(np.isnan(near), near, (upper & 0xFFFF0000).view(np.float32))

    def ulp(self, array: Floats) -> Floats:
        """Return the distance from each size to the next larger number, (...) as given."""
        powers = np.frexp(np.abs(array))[1] - 1
        return np.asarray(np.maximum(np.ldexp(2 * self.unit, powers), self.smallest))


PRECISIONS = {
    p.name: p
    for p in (
        Precision("float64", 2.0**-53, 2.0**-1022),
        Precision("float32", 2.0**-24, 2.0**-126),
        Precision("float16", 2.0**-11, 2.0**-24),
        Precision("bfloat16", 2.0**-8, 2.0**-126),
    )
}


def quantised(case: Case, dtype: str) -> Case:
    """Return the case with numbers that a dtype holds, so that only arithmetic errs."""
    near = PRECISIONS[dtype].rounded

    def all_near(arrays: Arrays | None) -> Any:
        return (
            None if arrays is None else {n: near(a).astype(np.float64) for n, a in arrays.items()}
        )

    changes: dict[str, Any] = {
        name: all_near(getattr(case, name)) for name in ("params", "state", "d_state")
    }
    numbers = all_near({name: getattr(case, name) for name in ("x", "d_outputs")})
    return replace(case, **changes, **numbers)
