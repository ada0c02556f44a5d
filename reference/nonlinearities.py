"""Activations and their derivatives, over every number type of the reference.

A derivative is computed from the pre-activation x: written in the output y, as 1 - y y or y (1 - y),
it loses the digits that a saturated y no longer has.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rnncheck.reference.arrays import Numbers


def elementwise(name: str, x: Numbers) -> Numbers:
    """Return a function of x by its name, the same in NumPy and mpmath: tanh, exp, log, sqrt.

    Object arrays hold mpmath numbers, which NumPy cannot compute with.
    """
    if x.dtype != object:
        result: Numbers = getattr(np, name)(x)
        return result
    import mpmath

    return np.asarray(np.frompyfunc(getattr(mpmath, name), 1, 1)(x), dtype=object)


def tanh(x: Numbers) -> Numbers:
    """Return the hyperbolic tangent."""
    return elementwise("tanh", x)


def sigmoid(x: Numbers) -> Numbers:
    """Return 1 / (1 + exp(-x)), exponentiating only numbers whose real part is not positive.

    A number type may bring a way of its own.
    """
    own = getattr(x, "sigmoid", None)
    if own:
        brought: Numbers = own()
        return brought
    small = _exp_of_minus_size(x)
    result: Numbers = np.where(np.real(x) >= 0, 1, small) / (1 + small)
    return result


def relu(x: Numbers) -> Numbers:
    """Return x where its real part is positive, else zero."""
    return np.where(np.real(x) > 0, x, np.zeros_like(x))


def identity(x: Numbers) -> Numbers:
    """Return x."""
    return x


def softmax(x: Numbers) -> Numbers:
    """Return exp(x) / sum exp(x) along the last axis, with the largest of x taken away first."""
    small = elementwise("exp", less_the_largest(x))
    result: Numbers = small / small.sum(axis=-1)[..., None]
    return result


def less_the_largest(x: Numbers) -> Numbers:
    """Return x less the largest along the last axis; a number type may bring a way of its own."""
    own = getattr(x, "less_the_largest", None)
    less: Numbers = own() if own else x - np.real(x).max(axis=-1, keepdims=True)
    return less


def _exp_of_minus_size(x: Numbers) -> Numbers:
    return elementwise("exp", np.where(np.real(x) >= 0, -x, x))


def _tanh_slope(x: Numbers) -> Numbers:
    return 4 * _sigmoid_slope(2 * x)


def _sigmoid_slope(x: Numbers) -> Numbers:
    small = _exp_of_minus_size(x)
    return np.asarray(small / (1 + small) ** 2)


def _relu_slope(x: Numbers) -> Numbers:
    return np.where(np.real(x) > 0, np.ones_like(x), np.zeros_like(x))


def _identity_slope(x: Numbers) -> Numbers:
    return np.ones_like(x)


_PAIRS: dict[str, tuple[Callable[[Numbers], Numbers], Callable[[Numbers], Numbers]]] = {
    "tanh": (tanh, _tanh_slope),
    "sigmoid": (sigmoid, _sigmoid_slope),
    "relu": (relu, _relu_slope),
    "identity": (identity, _identity_slope),
}


def activate(name: str, x: Numbers) -> Numbers:
    """Return the activation of x; the name is one of spec.OUTPUT_ACTIVATIONS."""
    if name == "softmax":
        return softmax(x)
    return _PAIRS[name][0](x)


def slope(name: str, x: Numbers) -> Numbers:
    """Return the derivative of an activation at x; a number type may bring one of its own."""
    own = getattr(x, "slope", None)
    result: Numbers = own(name) if own else _PAIRS[name][1](x)
    return result


def back(name: str, x: Numbers, upstream: Numbers) -> Numbers:
    """Return the gradient of x, given that of its activation."""
    if name != "softmax":
        return upstream * slope(name, x)
    y = softmax(x)
    both: Numbers = upstream * y
    result: Numbers = both - y * both.sum(axis=-1)[..., None]
    return result
