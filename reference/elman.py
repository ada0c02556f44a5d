"""The simple recurrent cell.

    a = W_ih x + b_ih + W_hh h' + b_hh
    h = act(a)

h' is the old state. Source: Elman, J. L. (1990), Finding structure in time, Cognitive Science 14.
"""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers, zeros_like
from rnncheck.reference.gates import (
    input_backward,
    input_part,
    recurrent_backward,
    recurrent_part,
)
from rnncheck.reference.nonlinearities import activate, slope


def forward(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """Compute one step: x (B, D), state h (B, H).

    Returns:
        The new state {h}, and the trace {a, h}, each (B, H).
    """
    a = input_part(spec, params, "h", x) + recurrent_part(spec, params, "h", state["h"])
    h = activate(spec.activation, a)
    return {"h": h}, {"a": a, "h": h}


def backward(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """Return the gradients of the parameters, x and the old state, given those of the new state."""
    d_params = zeros_like(params)
    d_a = d_state["h"] * slope(spec.activation, trace["a"])
    d_x = input_backward(spec, params, d_params, "h", x, d_a)
    d_h = recurrent_backward(spec, params, d_params, "h", state["h"], d_a)
    return d_params, d_x, {"h": d_h}
