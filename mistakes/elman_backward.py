"""Elman cells whose backward pass has a wrong slope, or goes back through the wrong weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.cells import celled
from rnncheck.protocol.spec import Spec
from rnncheck.reference import elman
from rnncheck.reference.arrays import Given, Named, Numbers, zeros_like
from rnncheck.reference.cells import Backward
from rnncheck.reference.gates import input_backward, recurrent_backward
from rnncheck.reference.nonlinearities import slope

Factor = Callable[[Given], Numbers]


def backward(factor: Factor) -> Backward:
    """Return the backward of a cell with something in place of the slope of tanh.

    Args:
        factor: of what the forward pass left, a and h, and of old, the old h, and d_h.
    """

    def run(
        spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
    ) -> tuple[Named, Numbers, Named]:
        d_params, d_h = zeros_like(params), d_state["h"]
        d_a = d_h * factor({**trace, "old": state["h"], "d_h": d_h})
        d_x = input_backward(spec, params, d_params, "h", x, d_a)
        d_old = recurrent_backward(spec, params, d_params, "h", state["h"], d_a)
        return d_params, d_x, {"h": d_old}

    return run


def bias_without_slope(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """The gradient of each bias is the sum of that of h."""
    d_params, d_x, d_old = elman.backward(spec, params, x, state, trace, d_state)
    wrong = {n: d_state["h"].sum(axis=0)[None] for n in d_params if n.startswith("bias")}
    return {**d_params, **wrong}, d_x, d_old


def input_not_transposed(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """The gradient of x goes through the recurrent weights, cut to its width."""
    d_params, d_x, d_old = elman.backward(spec, params, x, state, trace, d_state)
    width = d_x.shape[1]
    wrong = np.zeros_like(d_x)
    part = d_old["h"][:, :width]
    wrong[:, : part.shape[1]] = part
    return d_params, wrong, d_old


def _elman(spec: Spec) -> bool:
    return spec.cell == "elman" and spec.activation == "tanh"


def _biased(spec: Spec) -> bool:
    return _elman(spec) and spec.biases != "none"


_SLOPES = "What is the derivative of tanh, and of what is it taken?"
_COURSE = "published course work"


def _slope(name: str, what: str, factor: Factor, source: str = _COURSE) -> Mistake:
    return Mistake(name, what, _SLOPES, celled(backward=backward(factor)), _elman, source)


MISTAKES = (
    _slope(
        "tanh_slope_left_out",
        "the gradient leaves out the derivative of tanh",
        lambda s: np.ones_like(s["a"]),
    ),
    _slope(
        "tanh_slope_taken_twice",
        "the derivative of tanh is taken at h in place of what entered it",
        lambda s: slope("tanh", s["h"]),
        "lzwjava's notes on a hand-written LSTM",
    ),
    _slope(
        "tanh_slope_of_old_state",
        "the gradient takes the derivative of tanh from the old h",
        lambda s: 1 - s["old"] ** 2,
    ),
    _slope(
        "tanh_slope_of_its_gradient",
        "the gradient uses 1 - dh^2 where 1 - h^2 is meant",
        lambda s: 1 - s["d_h"] ** 2,
    ),
    _slope(
        "tanh_slope_without_square",
        "the gradient uses 1 - h where 1 - h^2 is meant",
        lambda s: 1 - s["h"],
    ),
    _slope(
        "tanh_slope_squared_outside",
        "the gradient uses (1 - h)^2 where 1 - h^2 is meant",
        lambda s: (1 - s["h"]) ** 2,
    ),
    _slope(
        "sigmoid_slope_for_tanh",
        "the derivative of a sigmoid stands where that of tanh is meant",
        lambda s: s["h"] * (1 - s["h"]),
    ),
    Mistake(
        "bias_gradient_without_slope",
        "the gradient of the bias is summed before the derivative of tanh is taken",
        "Through which function did the bias go?",
        celled(backward=bias_without_slope),
        _biased,
        _COURSE,
    ),
    Mistake(
        "input_gradient_through_recurrent_weights",
        "the gradient of x goes back through the recurrent weights",
        "Through which weights did x enter?",
        celled(backward=input_not_transposed),
        _elman,
    ),
)
