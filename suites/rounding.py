"""How numbers are rounded: each result of an operation, and each partial sum, off by a random part.

    a op b  becomes  (a op b) (1 + u r),  r uniform in [-1, 1], drawn anew for each element and run

The model of rounding errors as independent random numbers is that of Hull, T. E. and Swenson, J. R.
(1966), Tests of probabilistic models for propagation of roundoff errors. Sums are added up from
left to right and rounded at each step, as are the products under them: to first order in u that
adds u (r_1 p_1 + r_2 p_2 + ... + q_2 r'_2 + q_3 r'_3 + ...) with products p and partial sums q, for
which one r of the same variance is drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RUNS = 16
STOCK = 1 << 16
_ROUNDED = {np.subtract, np.multiply, np.divide, np.exp, np.log, np.sqrt, np.tanh}
_EXACT = {np.negative, np.absolute, np.bitwise_and} | {
    *(np.greater, np.greater_equal, np.less, np.less_equal, np.equal)
}


class Noise:
    """Rounds with a unit round-off u; the same numbers in the same order on every machine.

    Attributes:
        u: unit round-off; no error is smaller than `least`, half of the smallest number.
    """

    def __init__(self, u: float, least: float = 0.0, seed: int = 1) -> None:
        """Start the stream of a seed."""
        self.u, self.least = u, least
        self._bits = np.random.PCG64(seed)
        self._stock, self._used = np.zeros(0), 0

    def draw(self, count: int) -> Floats:
        """Return as many numbers, evenly from -u to u in steps of 2^-15 u."""
        if len(self._stock) - self._used < count:
            words = np.asarray(self._bits.random_raw(max(count, STOCK) // 4 + 1), "<u8")
            self._stock, self._used = words.view("<i2") * (2.0**-15 * self.u), 0
        start, self._used = self._used, self._used + count
        return self._stock[start : self._used]

    def rounded(self, exact: Floats, size: NDArray[Any] | None = None) -> Floats:
        """Return numbers, changed in place to be off by u r times a size, by default their own."""
        versions = exact[1:]  # all but the first
        most = versions if size is None else size[1:]
        if self.least:
            most = np.where(most != 0, np.maximum(np.abs(most), self.least / self.u), 0.0)
        versions += self.draw(versions.size).reshape(versions.shape) * most
        return exact


def elementwise(noise: Noise, ufunc: np.ufunc, inputs: list[Any]) -> Any:
    """Return a function of all versions, rounded unless it is exact.

    Raises:
        TypeError: it is not known whether it is.
    """
    if ufunc is np.add:
        return sum_of_two(noise, *inputs)
    if ufunc in _EXACT:
        return ufunc(*inputs)
    if ufunc not in _ROUNDED:
        raise TypeError(f"{ufunc.__name__} is not known here: is it exact, or is it rounded?")
    return noise.rounded(ufunc(*inputs))


def sum_of_two(noise: Noise, left: Floats, right: Floats) -> Floats:
    """Return a sum; to add zero is exact."""
    exact = left + right
    return noise.rounded(exact, exact * np.logical_and(left, right))


def summed(noise: Noise, terms: Floats, axis: int) -> Floats:
    """Return the sums of terms over an axis."""
    if not terms.shape[axis]:
        return np.zeros((*terms.shape[:axis], *terms.shape[axis + 1 :]))
    ahead: Any = (slice(None),) * axis
    partial = np.add.accumulate(terms, axis=axis)
    squares = np.add.reduce(np.square(partial[*ahead, 1:]), axis=axis)
    return noise.rounded(partial[*ahead, -1], np.sqrt(squares))


def added(noise: Noise, whole: Floats, places: NDArray[np.int64], terms: Floats) -> None:
    """Add terms (R, *places, ...) to the rows of whole (R, V, ...) that the places name."""
    for place in np.unique(places):
        here = np.concatenate([whole[:, place][:, None], terms[:, places == place]], axis=1)
        whole[:, place] = summed(noise, here, 1)


def product(noise: Noise, left: Floats, right: Floats) -> Floats:
    """Return left (..., M, K) times right (..., K, N)."""
    right = right.reshape(len(right), *[1] * (left.ndim - right.ndim), *right.shape[1:])
    ndim, width = left.ndim, left.shape[-1]
    ahead = range(ndim - 2)
    columns = left.transpose(ndim - 1, *ahead, ndim - 2)[..., None]  # (K, ..., M, 1)
    rows = right.transpose(ndim - 2, *ahead, ndim - 1)[..., None, :]  # (K, ..., 1, N)
    size = (max(len(left), len(right)), *left.shape[1:-1], right.shape[-1])  # (..., M, N)
    if not width:
        return np.zeros(size)
    every = np.empty((2 * width - 1, *size))  # the terms, and after them the partial sums
    np.multiply(columns, rows, out=every[:width])
    total = every[0]
    for k in range(1, width):
        total = np.add(total, every[k], out=every[width + k - 1])
    total = total.copy()
    every *= every
    return noise.rounded(total, np.sqrt(np.add.reduce(every, axis=0)))
