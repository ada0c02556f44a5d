"""Numbers that are rounded after every operation, many runs of one computation at once.

    a op b  becomes  (a op b) (1 + u r),  r uniform in [-1, 1], drawn anew for each element and run

The model of rounding errors as independent random numbers is that of Hull, T. E. and Swenson, J. R.
(1966), Tests of probabilistic models for propagation of roundoff errors. Sums are added up from
left to right and rounded at each step, as are the products under them: to first order in u that
adds u (r_1 p_1 + r_2 p_2 + ... + q_2 r'_2 + q_3 r'_3 + ...) with products p and partial sums q, for
which one r of the same variance is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from rnncheck.reference.nonlinearities import sigmoid

Floats = NDArray[np.float64]
RUNS = 16
STOCK = 1 << 16
_ROUNDED = {np.add, np.subtract, np.multiply, np.divide, np.exp, np.log, np.sqrt, np.tanh}
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
        self._stock: Floats = np.zeros(0)

    def draw(self, shape: tuple[int, ...]) -> Floats:
        """Return numbers for all versions but the first, evenly from -1 to 1 in steps of 2^-15."""
        count = RUNS * math.prod(shape[1:])
        if len(self._stock) < count:
            words = np.asarray(self._bits.random_raw(max(count, STOCK) // 4 + 1), "<u8")
            self._stock = words.view("<i2") * 2.0**-15
        noise = self._stock[:count].reshape(RUNS, *shape[1:])
        self._stock = self._stock[count:]
        return noise

    def rounded(self, exact: Floats, size: Floats | None = None) -> Floats:
        """Return numbers off by u r times a size, by default their own."""
        error = self.u * (exact if size is None else size)
        if self.least:
            error = np.where(error != 0, np.maximum(np.abs(error), self.least), 0.0)
        error[1:] *= self.draw(exact.shape)
        error[0] = 0.0
        error += exact
        return error


class Rounded(NDArrayOperatorsMixin):
    """An array in an exact version and RUNS rounded ones: as much of ndarray as is needed.

    Attributes:
        runs: (1 + RUNS, *shape), the exact version first.
        noise: what rounds it.
    """

    def __init__(self, runs: NDArray[Any], noise: Noise) -> None:
        """Hold the versions."""
        self.runs, self.noise, self.ndim = runs, noise, runs.ndim - 1

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one version."""
        return self.runs.shape[1:]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the versions."""
        return self.runs.dtype

    @property
    def T(self) -> Rounded:
        """The axes in reverse."""
        return self._like(self.runs.transpose(0, *range(self.ndim, 0, -1)))

    def __len__(self) -> int:
        """Return the length of the first axis."""
        return self.shape[0]

    def __bool__(self) -> bool:
        """Return the truth of the exact version of one number."""
        return bool(self.runs[0])

    def __getitem__(self, index: Any) -> Rounded:
        """Return a view."""
        return self._like(self.runs[_inside(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        """Set elements in every version."""
        self.runs[_inside(index)] = value.runs if isinstance(value, Rounded) else value

    def reshape(self, *shape: int) -> Rounded:
        """Return the same numbers in another shape."""
        return self._like(self.runs.reshape(len(self.runs), *shape))

    def sum(self, axis: int | None = None) -> Rounded:
        """Return the sums over an axis, or over all."""
        if axis is None:
            return self.reshape(-1).sum(0)
        return self._like(_summed(self.noise, self.runs, axis % self.ndim + 1))

    def spectral_norms(self) -> Rounded:
        """Return the largest singular value of each matrix (..., N, N) along the last two axes.

        It is off as if the matrix were by a factor of order N u (Anderson, E. et al. (1999), LAPACK
        users' guide, section 4.9).
        """
        norms = np.linalg.norm(self.runs, 2, axis=(-2, -1))
        return self._like(self.noise.rounded(norms, 2 * self.shape[-1] * norms))

    def less_the_largest(self) -> Rounded:
        """Return the numbers less the largest along the last axis, which is exactly known."""
        return self._like(self.noise.rounded(self.runs - self.runs.max(axis=-1, keepdims=True)))

    def slope(self, name: str) -> Any:
        """Return an activation's derivative, computed from y as 1 - y y or y (1 - y).

        That is how implementations compute it, and it loses digits where y is near 1.
        """
        if name == "tanh":
            y: Any = np.tanh(self)
            return 1.0 - y * y
        if name == "sigmoid":
            number: Any = self
            y = sigmoid(number)
            return y * (1.0 - y)
        flat = np.ones_like(self.runs) if name == "identity" else (self.runs > 0) * 1.0
        return self._like(flat)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Compute with every version, and round."""
        if (ufunc, method) == (np.add, "at"):
            return _added(self.noise, *(inputs[0].runs, inputs[1], inputs[2].runs))
        out = kwargs.pop("out", None)
        if method != "__call__" or kwargs:
            return NotImplemented
        if ufunc is np.matmul:
            result = _product(self.noise, *(self._versions(a, 2) for a in inputs))
        else:
            result = _elementwise(self.noise, ufunc, self._aligned(*inputs))
        if out is None:
            return self._like(result)
        out[0].runs[...] = result
        return out[0]

    def __array_function__(
        self,
        function: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """Move numbers about, without rounding."""
        del types
        return getattr(self, f"_{function.__name__}")(*args, **kwargs)

    def _zeros_like(self, array: Any, shape: tuple[int, ...] | None = None) -> Rounded:
        chosen = array.shape if shape is None else shape
        return self._like(np.zeros((1 + RUNS, *chosen)))

    def _full_like(self, array: Any, value: float) -> Rounded:
        return self._like(np.full((1 + RUNS, *array.shape), value))

    def _real(self, array: Any) -> Any:
        return array

    def _shape(self, array: Any) -> tuple[int, ...]:
        return tuple(array.shape)

    def _where(self, condition: Any, yes: Any, no: Any) -> Rounded:
        return self._like(np.where(*self._aligned(condition, yes, no)))

    def _stack(self, arrays: Sequence[Any]) -> Rounded:
        return self._like(np.stack([self._versions(a, a.ndim) for a in arrays], axis=1))

    def _concatenate(self, arrays: Sequence[Any], axis: int = 0) -> Rounded:
        whole = [np.broadcast_to(self._versions(a, a.ndim), (1 + RUNS, *a.shape)) for a in arrays]
        return self._like(np.concatenate(whole, axis=axis % arrays[0].ndim + 1))

    def _repeat(self, array: Rounded, repeats: int, axis: int) -> Rounded:
        return self._like(np.repeat(array.runs, repeats, axis=axis + 1))

    def _sum(self, array: Rounded) -> Rounded:
        return array.sum()

    def _split(self, array: Rounded, parts: int, axis: int = 0) -> list[Rounded]:
        pieces = np.split(array.runs, parts, axis=axis % array.ndim + 1)
        return [self._like(piece) for piece in pieces]

    def _aligned(self, *values: Any) -> list[Any]:
        """Return the versions of values with as many axes each as the one that has most."""
        arrays = [a if isinstance(a, Rounded) else np.asarray(a) for a in values]
        ndims = [a.ndim for a in arrays]
        ndim = max(ndims)
        return [
            a.runs if n == ndim and isinstance(a, Rounded) else self._versions(a, ndim)
            for a, n in zip(arrays, ndims, strict=True)
        ]

    def _versions(self, value: Any, ndim: int) -> Any:
        """Return the versions of a value, with axes of one put in to give it ndim of its own."""
        array = value.runs if isinstance(value, Rounded) else value[None]
        missing = ndim - value.ndim
        if missing <= 0:
            return array
        return array.reshape(len(array), *[1] * missing, *value.shape)

    def _like(self, runs: NDArray[Any]) -> Rounded:
        return Rounded(runs, self.noise)


def _inside(index: Any) -> tuple[Any, ...]:
    return (slice(None), *(index if isinstance(index, tuple) else (index,)))


def _elementwise(noise: Noise, ufunc: np.ufunc, inputs: list[Any]) -> Any:
    exact = ufunc(*inputs)
    if ufunc in _EXACT:
        return exact
    if ufunc not in _ROUNDED:
        raise TypeError(f"{ufunc.__name__} is not known here: is it exact, or is it rounded?")
    if ufunc is not np.add:
        return noise.rounded(exact)
    both = (inputs[0] != 0) & (inputs[1] != 0)  # to add zero is exact
    return noise.rounded(exact, exact * both)


def _summed(noise: Noise, terms: Floats, axis: int, before: Floats | None = None) -> Floats:
    """Return sums of terms, given also the square sums of the terms' own errors in units of u."""
    if not terms.shape[axis]:
        return np.zeros((*terms.shape[:axis], *terms.shape[axis + 1 :]))
    ahead: Any = (slice(None),) * axis
    partial = np.add.accumulate(terms, axis=axis)
    squares = np.add.reduce(np.square(partial[*ahead, 1:]), axis=axis)
    whole = partial[*ahead, -1]
    return noise.rounded(whole, np.sqrt(squares if before is None else squares + before))


def _added(noise: Noise, whole: Floats, places: NDArray[np.int64], terms: Floats) -> None:
    """Add terms (R, *places, ...) to the rows of whole (R, V, ...) that the places name."""
    for place in np.unique(places):
        here = np.concatenate([whole[:, place][:, None], terms[:, places == place]], axis=1)
        whole[:, place] = _summed(noise, here, 1)


def _product(noise: Noise, left: Floats, right: Floats) -> Floats:
    """Return left (..., M, K) times right (..., K, N)."""
    right = right.reshape(len(right), *[1] * (left.ndim - right.ndim), *right.shape[1:])
    terms = left[..., None] * right[..., None, :, :]  # (..., M, K, N)
    return _summed(noise, terms, terms.ndim - 2, np.add.reduce(np.square(terms), axis=-2))
