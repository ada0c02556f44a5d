"""The affine parts of one gate, forward and backward, shared by the cells.

A gate's rows are found by its name in spec.gates, never by a fixed position.
"""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.cells import Cell


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


def masked(cell: Cell, masks: Given) -> Cell:
    """Return a cell whose gates read x and the old state through dropout masks of their own.

    Args:
        cell: one that is built of the functions above.
        masks: "drop_ih" (G, B, D) and "drop_hh" (G, B, R), factors; either may be missing.
    """
    if not masks:
        return cell

    def forward(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
        return cell.forward(spec, {**params, **masks}, x, state)

    def backward(
        spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
    ) -> tuple[Named, Numbers, Named]:
        every = {**params, **masks}
        d_every, d_x, d_old = cell.backward(spec, every, x, state, trace, d_state)
        return {name: d_every[name] for name in params}, d_x, d_old

    return Cell(forward, backward)


def _affine(spec: Spec, params: Given, gate: str, side: str, value: Numbers) -> Numbers:
    index = spec.gates.index(gate)
    value = _seen(params, side, index, value)
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
    d_params[f"weight_{side}"][index] += d_part.T @ _seen(params, side, index, value)
    bias = f"bias_{side}"
    if bias in params:
        d_params[bias][index] += d_part.sum(axis=0)
    d_value: Numbers = d_part @ params[f"weight_{side}"][index]
    return _seen(params, side, index, d_value)


def _seen(params: Given, side: str, index: int, value: Numbers) -> Numbers:
    """Return what a gate sees of a value (B, W), through its dropout mask where it has one."""
    mask = f"drop_{side}"
    return value * params[mask][index] if mask in params else value
