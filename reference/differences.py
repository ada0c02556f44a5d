"""Gradients by complex-step differences of the forward pass.

The derivative of a real-analytic f at a is Im f(a + ih) / h, without cancellation, so h can be
tiny. Source: Squire, W. and Trapp, G. (1998), Using complex variables to estimate derivatives of
real functions, SIAM Review 40.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from rnncheck.protocol.names import group
from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers, cast_all, prefixed
from rnncheck.reference.implementation import ReferenceImplementation

STEP = 1e-100


def nudged(arrays: Given, name: str) -> Iterator[tuple[tuple[int, ...], Named]]:
    """Yield each index of one array with all arrays in complex, that entry moved by i STEP."""
    for index in np.ndindex(arrays[name].shape):
        moved = cast_all(arrays, "complex128")
        moved[name][index] += 1j * STEP
        yield index, moved


def complex_step(function: Callable[[Named], Numbers], arrays: Given) -> Named:
    """Return the gradient of a number with respect to every entry of every array.

    Args:
        function: takes the arrays in complex128 and gives a complex scalar.
        arrays: where; real.
    """
    grads: Named = {name: np.zeros(np.shape(array)) for name, array in arrays.items()}
    for name, gradient in grads.items():
        for index, moved in nudged(arrays, name):
            gradient[index] = np.imag(function(moved)) / STEP
    return grads


def gradients(
    spec: Spec,
    params: Given,
    x: Numbers,
    state: Given,
    d_outputs: Numbers,
    d_state: Given,
    lengths: Numbers | None = None,
    mask: Numbers | None = None,
    masks: Given | None = None,
) -> Named:
    """Return the gradients of sum(d_outputs * outputs) + sum(d_state * final state).

    Arguments and results are those of the protocol's sequence_vjp, in float64; `masks` are those of
    dropout.
    """

    def total(arrays: Named) -> Numbers:
        params = group(arrays, "params")
        bound = ReferenceImplementation(spec, params, "complex128", masks=masks)
        given = group(arrays, "state")
        results = bound.sequence(arrays["x"], given, lengths, mask)
        terms = [(d_outputs * results["outputs"]).sum()]
        terms += [(d_state[part] * results[f"state.{part}"]).sum() for part in d_state]
        return np.asarray(sum(terms))

    arrays = prefixed("params.", params) | prefixed("state.", state) | {"x": x}
    grads = complex_step(total, arrays)
    return {"d." + name.removeprefix("params."): array for name, array in grads.items()}
