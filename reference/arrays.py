"""Types of the reference's arrays: any number type that NumPy holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnncheck.protocol.names import group
from rnncheck.protocol.spec import SpecError

Numbers = NDArray[Any]
Named = dict[str, Numbers]
Given = Mapping[str, Numbers]

DTYPES = ("float16", "float32", "float64", "complex128", "object")


def as_array(value: Any, dtype: Any = None) -> Numbers:
    """Return a value as an array of a dtype; an array type that is not NumPy's stays as it is.

    That is one with __array_function__ (NumPy enhancement proposal 18).
    """
    own = not isinstance(value, np.ndarray) and hasattr(value, "__array_function__")
    return value if own else np.asarray(value, dtype)


def cast(array: Numbers, dtype: str) -> Numbers:
    """Return the array in a dtype of DTYPES; object arrays are taken as they are.

    Raises:
        SpecError: the dtype is not listed.
    """
    if dtype not in DTYPES:
        raise SpecError(f"dtype is {dtype!r}; the reference computes in {', '.join(DTYPES)}")
    held = as_array(array)
    with np.errstate(over="ignore"):
        return held.astype(dtype) if isinstance(held, np.ndarray) else held


def cast_all(arrays: Given, dtype: str) -> Named:
    """Return every array of a mapping in one dtype."""
    return {name: cast(array, dtype) for name, array in arrays.items()}


def zeros_like(arrays: Given) -> Named:
    """Return zeros of the same names, shapes and dtypes."""
    return {name: np.zeros_like(array) for name, array in arrays.items()}


def add_all(left: Given, right: Given) -> Named:
    """Return the sums of two mappings with the same names."""
    return {name: left[name] + right[name] for name in left}


def keep_rows(valid: Numbers, array: Numbers) -> Numbers:
    """Return array (B, ...) with zeros in the rows where valid (B,) is False."""
    return choose_rows(valid, array, np.zeros_like(array))


def choose_rows(valid: Numbers, yes: Numbers, no: Numbers) -> Numbers:
    """Return rows of `yes` where valid (B,) is True and rows of `no` elsewhere."""
    return np.where(valid.reshape(-1, *[1] * (yes.ndim - 1)), yes, no)


def select(arrays: Given, prefix: str) -> Named:
    """Return the entries of one (layer, direction), without their prefix."""
    if not prefix:
        return {name: array for name, array in arrays.items() if "." not in name}
    return {n: a for n, a in group(dict(arrays), prefix[:-1]).items() if "." not in n}


def prefixed(prefix: str, arrays: Given) -> Named:
    """Return the entries under names that begin with the prefix."""
    return {prefix + name: array for name, array in arrays.items()}
