"""One step of a whole network, forward and backward: no time, no padding."""

from __future__ import annotations

from rnncheck.protocol.names import output_part
from rnncheck.protocol.spec import Spec, SpecError
from rnncheck.reference import dense
from rnncheck.reference.arrays import Given, Named, Numbers, prefixed, select
from rnncheck.reference.cells import Cell
from rnncheck.reference.dropout import between, drop
from rnncheck.reference.network import cell_params, layers


def forward(
    spec: Spec, cell: Cell, params: Given, x: Numbers, state: Given, masks: Given
) -> tuple[Numbers, Named, Named]:
    """Return the outputs (B, W), the new state and the trace of one step of every layer.

    Args:
        spec: the network.
        cell: its cell.
        params: every parameter.
        x: (B, D).
        state: every part of the old state.
        masks: of dropout, each (B, W); none for no dropout.
    """
    reads, new, trace = _layers(spec, cell, params, x, state, masks)
    if not dense.follows(spec):
        return reads[-1], new, trace
    outputs, shown = dense.forward(spec, params, reads[-1])
    return outputs, new, trace | shown


def backward(
    spec: Spec,
    cell: Cell,
    params: Given,
    x: Numbers,
    state: Given,
    masks: Given,
    d_outputs: Numbers,
    d_state: Given,
) -> Named:
    """Return every gradient, under "d.<parameter>", "d.x" and "d.state.<part>"."""
    reads, _, trace = _layers(spec, cell, params, x, state, masks)
    part, d_h = output_part(spec), d_outputs
    grads: Named = {}
    if dense.follows(spec):
        o_in = dense.forward(spec, params, reads[-1])[1]["o_in"]
        d_dense, d_h = dense.backward(spec, params, reads[-1], o_in, d_outputs)
        grads |= prefixed("d.", d_dense)
    for layer, name in reversed(list(enumerate(_names(spec)))):
        d_new = select(d_state, name)
        d_shown = drop(masks, name + "output", drop(masks, between(layer), d_h))
        d_new[part] = drop(masks, name + "state", d_new[part]) + d_shown
        own, old, shown = cell_params(spec, params, name), select(state, name), select(trace, name)
        d_params, d_read, d_old = cell.backward(spec, own, reads[layer], old, shown, d_new)
        d_h = drop(masks, name + "input", d_read)
        grads |= prefixed(f"d.{name}", d_params) | prefixed(f"d.state.{name}", d_old)
    return grads | {"d.x": d_h}


def _layers(
    spec: Spec, cell: Cell, params: Given, x: Numbers, state: Given, masks: Given
) -> tuple[list[Numbers], Named, Named]:
    """Return what each layer's cell reads and, last, the top layer's output; state and trace."""
    new: Named = {}
    trace: Named = {}
    reads: list[Numbers] = []
    part, h = output_part(spec), x
    for layer, name in enumerate(_names(spec)):
        reads.append(drop(masks, name + "input", h))
        own, old = cell_params(spec, params, name), select(state, name)
        after, shown = cell.forward(spec, own, reads[layer], old)
        h = drop(masks, between(layer), drop(masks, name + "output", after[part]))
        new |= prefixed(name, after | {part: drop(masks, name + "state", after[part])})
        trace |= prefixed(name, shown)
    return [*reads, h], new, trace


def _names(spec: Spec) -> list[str]:
    if len(spec.directions) > 1:
        raise SpecError(
            "a network of two directions has no single step; run a sequence, "
            "or use directions=('forward',)"
        )
    return [names[0] for names in layers(spec)]
