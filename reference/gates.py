"""The affine parts of one gate, forward and backward, shared by the cells.

A gate's rows are found by its name in spec.gates, never by a fixed position.
"""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers


def input_part(spec: Spec, params: Given, gate: str, x: Numbers) -> Numbers:
    """Return W_ih x + b_ih of one gate: x (B, D) to (B, H)."""
    return _affine(spec, params, gate, "ih", x)


def recurrent_part(spec: Spec, params: Given, gate: str, h: Numbers) -> Numbers:
    """Return W_hh h + b_hh of one gate: h (B, R) to (B, H)."""
    return _affine(spec, params, gate, "hh", h)


def input_backward(
    spec: Spec, params: Given, d_params: Named, gate: str, x: Numbers, d_part: Numbers
) -> Numbers:
    """Add to the gradients of W_ih and b_ih, return that of x (B, D), given d_part (B, H)."""
    return _affine_backward(spec, params, d_params, gate, "ih", x, d_part)


def recurrent_backward(
    spec: Spec, params: Given, d_params: Named, gate: str, h: Numbers, d_part: Numbers
) -> Numbers:
    """Add to the gradients of W_hh and b_hh, return that of h (B, R), given d_part (B, H)."""
    return _affine_backward(spec, params, d_params, gate, "hh", h, d_part)


def _affine(spec: Spec, params: Given, gate: str, side: str, value: Numbers) -> Numbers:
    index = spec.gates.index(gate)
    result: Numbers = value @ params[f"weight_{side}"][index].T
    bias = f"bias_{side}"
    return result + params[bias][index] if bias in params else result


def _affine_backward(
    spec: Spec,
    params: Given,
    d_params: Named,
    gate: str,
    side: str,
    value: Numbers,
    d_part: Numbers,
) -> Numbers:
    index = spec.gates.index(gate)
    d_params[f"weight_{side}"][index] += d_part.T @ value
    bias = f"bias_{side}"
    if bias in params:
        d_params[bias][index] += d_part.sum(axis=0)
    d_value: Numbers = d_part @ params[f"weight_{side}"][index]
    return d_value
