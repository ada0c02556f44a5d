"""One step of a whole network, forward and backward: no time, no padding."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec, SpecError
from rnncheck.reference import dense
from rnncheck.reference.arrays import Given, Named, Numbers, prefixed, select
from rnncheck.reference.cells import Cell
from rnncheck.reference.network import cell_params, layers


def forward(
    spec: Spec, cell: Cell, params: Given, x: Numbers, state: Given
) -> tuple[Numbers, Named, Named]:
    """Return the outputs (B, W), the new state and the trace of one step of every layer."""
    new: Named = {}
    trace: Named = {}
    h = x
    for name in _names(spec):
        part, shown = cell.forward(spec, cell_params(params, name), h, select(state, name))
        new |= prefixed(name, part)
        trace |= prefixed(name, shown)
        h = part["h"]
    if spec.output_size:
        h, shown = dense.forward(spec, params, h)
        trace |= shown
    return h, new, trace


def backward(
    spec: Spec,
    cell: Cell,
    params: Given,
    x: Numbers,
    state: Given,
    d_outputs: Numbers,
    d_state: Given,
) -> Named:
    """Return every gradient, under "d.<parameter>", "d.x" and "d.state.<part>"."""
    _, new, trace = forward(spec, cell, params, x, state)
    names = _names(spec)
    inputs = [x] + [new[name + "h"] for name in names]
    grads: Named = {}
    d_h = d_outputs
    if spec.output_size:
        d_dense, d_h = dense.backward(spec, params, inputs[-1], trace["o_in"], d_outputs)
        grads |= prefixed("d.", d_dense)
    for name, given in reversed(list(zip(names, inputs, strict=False))):
        d_new = select(d_state, name)
        d_new["h"] = d_new["h"] + d_h
        d_params, d_h, d_old = cell.backward(
            spec, cell_params(params, name), given, select(state, name), select(trace, name), d_new
        )
        grads |= prefixed(f"d.{name}", d_params) | prefixed(f"d.state.{name}", d_old)
    return grads | {"d.x": d_h}


def _names(spec: Spec) -> list[str]:
    if len(spec.directions) > 1:
        raise SpecError(
            "a network of two directions has no single step; run a sequence, "
            "or use directions=('forward',)"
        )
    return [names[0] for names in layers(spec)]
