"""The long short-term memory cell.

    i = s(W_i x + U_i h' + p_i * c' + b_i)
    f = s(W_f x + U_f h' + p_f * c' + b_f + forget_bias)
    g = act(W_g x + U_g h' + b_g)
    c = f * c' + i * g, then bounded to [-cell_clip, cell_clip]
    o = s(W_o x + U_o h' + p_o * c + b_o)
    h = o * act(c), or W_hr (o * act(c)) with a projection

s is the sigmoid, h' and c' are the old state, b is b_ih + b_hh. Sources: Hochreiter, S. and
Schmidhuber, J. (1997), Long short-term memory; Gers, F. A., Schmidhuber, J. and Cummins, F.
(2000), Learning to forget (forget gate); Gers, F. A., Schraudolph, N. N. and Schmidhuber, J.
(2002), Learning precise timing with LSTM recurrent networks (peepholes); Sak, H., Senior, A. and
Beaufays, F. (2014), Long short-term memory recurrent neural network architectures for large scale
acoustic modeling (projection). The bound has no gradient where it changes c.
"""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers, zeros_like
from rnncheck.reference.gates import (
    input_backward,
    input_part,
    recurrent_backward,
    recurrent_part,
)
from rnncheck.reference.nonlinearities import activate, sigmoid, slope

PEEPHOLES = ("i", "f", "o")


def forward(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """Compute one step: x (B, D), state h (B, R) and c (B, H).

    Returns:
        The new state {h, c}, and the trace: gates i, f, g, o and their pre-activations a_i to a_o,
        c, all (B, H), and h (B, R); with a clip also c_raw, c before the bound.
    """
    a = {
        gate: input_part(spec, params, gate, x) + recurrent_part(spec, params, gate, state["h"])
        for gate in spec.gates
    }
    a["f"] = a["f"] + spec.forget_bias
    for gate in ("i", "f"):
        a[gate] = a[gate] + _peephole(spec, params, gate, state["c"])
    i, f, g = sigmoid(a["i"]), sigmoid(a["f"]), activate(spec.activation, a["g"])
    c_raw = f * state["c"] + i * g
    c = _bounded(spec, c_raw)
    a["o"] = a["o"] + _peephole(spec, params, "o", c)
    o = sigmoid(a["o"])
    h = _projected(spec, params, o * activate(spec.activation, c))
    trace = {f"a_{gate}": a[gate] for gate in spec.gates}
    trace |= {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}
    return {"h": h, "c": c}, trace | ({"c_raw": c_raw} if spec.cell_clip is not None else {})


def backward(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """Return the gradients of the parameters, x and the old state, given those of the new state."""
    d_params = zeros_like(params)
    i, f, g, o = (trace[gate] for gate in "ifgo")
    act_c = activate(spec.activation, trace["c"])
    d_m = _projected_backward(spec, params, d_params, o * act_c, d_state["h"])
    d_a = {"o": d_m * act_c * slope("sigmoid", trace["a_o"])}
    d_c = d_state["c"] + d_m * o * slope(spec.activation, trace["c"])
    d_c = d_c + _peephole_backward(spec, params, d_params, "o", trace["c"], d_a["o"])
    d_c = _bounded_backward(spec, trace, d_c)
    d_a["i"] = d_c * g * slope("sigmoid", trace["a_i"])
    d_a["f"] = d_c * state["c"] * slope("sigmoid", trace["a_f"])
    d_a["g"] = d_c * i * slope(spec.activation, trace["a_g"])
    d_c_old = d_c * f
    for gate in ("i", "f"):
        d_c_old += _peephole_backward(spec, params, d_params, gate, state["c"], d_a[gate])
    d_x, d_h_old = np.zeros_like(x), np.zeros_like(state["h"])
    for gate in spec.gates:
        d_x += input_backward(spec, params, d_params, gate, x, d_a[gate])
        d_h_old += recurrent_backward(spec, params, d_params, gate, state["h"], d_a[gate])
    return d_params, d_x, {"h": d_h_old, "c": d_c_old}


def _peephole(spec: Spec, params: Given, gate: str, c: Numbers) -> Numbers:
    if not spec.peepholes:
        return np.zeros_like(c)
    seen: Numbers = params["peephole"][PEEPHOLES.index(gate)] * c
    return seen


def _peephole_backward(
    spec: Spec, params: Given, d_params: Named, gate: str, c: Numbers, d_a: Numbers
) -> Numbers:
    if not spec.peepholes:
        return np.zeros_like(c)
    d_params["peephole"][PEEPHOLES.index(gate)] += (d_a * c).sum(axis=0)
    d_c: Numbers = d_a * params["peephole"][PEEPHOLES.index(gate)]
    return d_c


def _bounded(spec: Spec, c: Numbers) -> Numbers:
    if spec.cell_clip is None:
        return c
    bound, size = np.full_like(c, spec.cell_clip), np.real(c)
    return np.where(size > spec.cell_clip, bound, np.where(size < -spec.cell_clip, -bound, c))


def _bounded_backward(spec: Spec, trace: Given, d_c: Numbers) -> Numbers:
    if spec.cell_clip is None:
        return d_c
    raw = trace["c_raw"]
    inside = (raw <= spec.cell_clip) & (raw >= -spec.cell_clip)
    return np.where(inside, d_c, np.zeros_like(d_c))


def _projected(spec: Spec, params: Given, m: Numbers) -> Numbers:
    return m @ params["weight_hr"].T if spec.projection else m


def _projected_backward(
    spec: Spec, params: Given, d_params: Named, m: Numbers, d_h: Numbers
) -> Numbers:
    if not spec.projection:
        return d_h
    d_params["weight_hr"] += d_h.T @ m
    d_m: Numbers = d_h @ params["weight_hr"]  # (B, P) to (B, H)
    return d_m
