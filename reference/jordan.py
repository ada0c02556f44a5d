"""The recurrent network whose memory is its output.

    a = W_ih x + b_ih + W_hh y' + b_hh
    h = act(a)
    o_in = W_ho h + b_o
    y = output_act(o_in)

y' is the old output. An Elman network remembers h in place of y: there the output layer follows the
recurrence, here it is inside, and its gradient is summed over time like the others. Source: Jordan,
M. I. (1986), Serial order: a parallel distributed processing approach, report 8604, Institute for
Cognitive Science, University of California, San Diego.
"""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.reference import dense
from rnncheck.reference.arrays import Given, Named, Numbers, zeros_like
from rnncheck.reference.gates import (
    input_backward,
    input_part,
    recurrent_backward,
    recurrent_part,
)
from rnncheck.reference.nonlinearities import activate, slope


def forward(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """Compute one step: x (B, D), state y (B, O).

    Returns:
        The new state {y}, and the trace: a and h, each (B, H), o_in and y, each (B, O).
    """
    a = input_part(spec, params, "h", x) + recurrent_part(spec, params, "h", state["y"])
    h = activate(spec.activation, a)
    y, shown = dense.forward(spec, params, h)
    return {"y": y}, {"a": a, "h": h, "y": y} | shown


def backward(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """Return the gradients of the parameters, x and the old state, given those of the new state."""
    d_dense, d_h = dense.backward(spec, params, trace["h"], trace["o_in"], d_state["y"])
    d_params = zeros_like(params) | d_dense
    d_a = d_h * slope(spec.activation, trace["a"])
    d_x = input_backward(spec, params, d_params, "h", x, d_a)
    d_y = recurrent_backward(spec, params, d_params, "h", state["y"], d_a)
    return d_params, d_x, {"y": d_y}
