"""Clipping of gradients, by TensorFlow's formulas and, for the global norm, also by torch's.

    by value:        min(max(g, low), high), each element for itself
    by norm:         g * limit / max(|g|, limit), each tensor for itself
    by global norm:  the same for all tensors with their joint norm N = sqrt(sum |g_i|^2)

|g| is the square root of the sum of squares. A norm of zero leaves zeros alone. A norm that is
infinite (an element is, or the squares overflow) makes finite elements zero and infinite ones NaN
by norm; the global norm then makes every element NaN in TensorFlow, so that nobody trains on, and
in torch, which divides by N + 1e-6, it acts as a norm. Source: Pascanu, R., Mikolov, T. and Bengio,
Y. (2013), On the difficulty of training recurrent neural networks.
"""

from __future__ import annotations

import numpy as np

from rnncheck.reference.arrays import Given, Named, Numbers, as_array
from rnncheck.reference.nonlinearities import elementwise

RULES = {"tensorflow": 0.0, "torch": 1e-6}


def by_value(gradient: Numbers, low: float, high: float) -> Numbers:
    """Return the gradient with every element held to [low, high]; NaN stays NaN.

    Raises:
        ValueError: low is above high.
    """
    if not low <= high:
        raise ValueError(f"the bounds are {low} and {high}; the first must not be above the other")
    above_low = np.where(gradient < low, np.full_like(gradient, low), gradient)
    return np.where(above_low > high, np.full_like(gradient, high), above_low)


def by_norm(gradient: Numbers, limit: float) -> Numbers:
    """Return the gradient, scaled so that its norm is at most the limit.

    Raises:
        ValueError: the limit is not above 0.
    """
    _check(limit)
    return _scaled(gradient, limit, norm_of([gradient]))


def by_global_norm(
    gradients: Given, limit: float, rule: str = "tensorflow"
) -> tuple[Named, Numbers]:
    """Return the gradients, scaled by one factor, and their joint norm before that.

    Raises:
        ValueError: the limit is not above 0, or the rule is not one of RULES.
    """
    _check(limit)
    if rule not in RULES:
        raise ValueError(f"rule is {rule!r}; allowed: {', '.join(RULES)}")
    norm = norm_of(list(gradients.values()))
    if rule == "tensorflow" and not _finite(norm):
        return {name: g + np.full_like(g, np.nan) for name, g in gradients.items()}, norm
    size = norm + RULES[rule] if RULES[rule] else norm
    return {name: _scaled(g, limit, size) for name, g in gradients.items()}, norm


def norm_of(gradients: list[Numbers]) -> Numbers:
    """Return the square root of the sum of all squares; 0 for no tensors."""
    with np.errstate(over="ignore"):
        total = as_array(sum(np.sum(g * g) for g in gradients))
    return elementwise("sqrt", total)


def _scaled(gradient: Numbers, limit: float, norm: Numbers) -> Numbers:
    with np.errstate(over="ignore", invalid="ignore"):
        size = np.where(norm > limit, norm, np.full_like(norm, limit))
        size = np.where(norm == norm, size, norm)  # a norm of NaN stays NaN
        return as_array(gradient * np.full_like(gradient, limit) / size, gradient.dtype)


def _finite(norm: Numbers) -> bool:
    return bool(abs(norm) < np.inf)


def _check(limit: float) -> None:
    if not limit > 0:
        raise ValueError(f"the limit is {limit}; it must be above 0")
