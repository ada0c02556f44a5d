"""Arrays whose numbers are rounded after every operation: many runs of one computation at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from rnncheck.suites.rounding import (
    RUNS,
    Noise,
    added,
    elementwise,
    product,
    sum_of_two,
    summed,
)


def _inside(index: Any) -> tuple[Any, ...]:
    return (slice(None), *(index if isinstance(index, tuple) else (index,)))


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
        return self._like(summed(self.noise, self.runs, axis % self.ndim + 1))

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

    def sigmoid(self) -> Rounded:
        """Return the logistic function, as nonlinearities.sigmoid computes it."""
        rounded = self.noise.rounded
        small = rounded(np.exp(-np.abs(self.runs)))
        whole = sum_of_two(self.noise, np.array(1.0), small)
        return self._like(rounded(np.where(self.runs >= 0, 1, small) / whole))

    def slope(self, name: str) -> Any:
        """Return an activation's derivative, computed from y as 1 - y y or y (1 - y).

        That is how implementations compute it, and it loses digits where y is near 1.
        """
        rounded = self.noise.rounded
        if name == "tanh":
            y = rounded(np.tanh(self.runs))
            return self._like(rounded(1.0 - rounded(y * y)))
        if name == "sigmoid":
            y = self.sigmoid().runs
            return self._like(rounded(y * rounded(1.0 - y)))
        flat = np.ones_like(self.runs) if name == "identity" else (self.runs > 0) * 1.0
        return self._like(flat)

    def __add__(self, other: Any) -> Any:
        """Add; a sum with zero is exact."""
        if type(other) is not Rounded or other.ndim != self.ndim:
            return super().__add__(other)
        return self._like(sum_of_two(self.noise, self.runs, other.runs))

    def __iadd__(self, other: Any) -> Any:
        """Add in place."""
        if type(other) is not Rounded or other.ndim != self.ndim:
            return super().__iadd__(other)
        self.runs[...] = sum_of_two(self.noise, self.runs, other.runs)
        return self

    def __mul__(self, other: Any) -> Any:
        """Multiply."""
        if type(other) is not Rounded or other.ndim != self.ndim:
            return super().__mul__(other)
        return self._like(self.noise.rounded(self.runs * other.runs))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Compute with every version, and round."""
        if (ufunc, method) == (np.add, "at"):
            return added(self.noise, *(inputs[0].runs, inputs[1], inputs[2].runs))
        out = kwargs.pop("out", None)
        if method != "__call__" or kwargs:
            return NotImplemented
        if ufunc is np.matmul:
            result = product(self.noise, *(self._versions(a, 2) for a in inputs))
        else:
            result = elementwise(self.noise, ufunc, self._aligned(*inputs))
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
