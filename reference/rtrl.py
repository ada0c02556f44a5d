"""Real-time recurrent learning: gradients carried forward in time, with no backward pass.

S_t = dF/ds S_{t-1} + dF/dx dx_t + dF/dp, where s_t = F(p, x_t, s_{t-1}) is one step of a cell and
S its sensitivities to every parameter, input and initial state. The Jacobians of F are taken by
complex step, so nothing here depends on the cells' backward functions. Source: Williams, R. J. and
Zipser, D. (1989), A learning algorithm for continually running fully recurrent neural networks,
Neural Computation 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rnncheck.protocol.names import output_part, outputs_width
from rnncheck.protocol.spec import Spec, SpecError
from rnncheck.reference import dense
from rnncheck.reference.arrays import Given, Named, Numbers, select
from rnncheck.reference.cells import Cell, cell_of
from rnncheck.reference.dropout import between, by_step
from rnncheck.reference.network import DENSE, cell_params, layers
from rnncheck.reference.padding import fill, valid_steps
from rnncheck.reference.sensitivities import Columns, Tracked, beside, chosen, push, scaled


def gradients(
    spec: Spec,
    params: Given,
    x: Numbers,
    state: Given,
    d_outputs: Numbers,
    d_state: Given,
    lengths: Numbers | None = None,
    mask: Numbers | None = None,
    cell: Cell | None = None,
    masks: Given | None = None,
) -> Named:
    """Return the gradients of sum(d_outputs * outputs) + sum(d_state * final state).

    Arguments and results are those of the protocol's sequence_vjp, in float64; `cell` stands in
    place of the cell that the spec names; `masks` are those of dropout.

    Raises:
        SpecError: each gate has dropout masks of its own.
    """
    if masks and spec.dropout.draw == "gate":
        raise SpecError("RTRL runs no gates under masks of their own; BPTT does")
    valid = valid_steps(spec.padding, x.shape[0], x.shape[1], lengths, mask)
    columns = _columns(params, x, state)
    outputs, final = _network(
        spec,
        cell or cell_of(spec),
        params,
        _tracked_inputs(x, valid, columns),
        state,
        valid,
        columns,
        masks or {},
    )
    by_row = np.einsum("tbw,tbwv->bv", d_outputs, outputs)  # (B, V)
    for part, d_part in d_state.items():
        by_row = by_row + np.einsum("bw,bwv->bv", d_part, final[part].by)
    return _named_gradients(by_row, params, columns)


def _columns(params: Given, x: Numbers, state: Given) -> Columns:
    shapes = {name: array.shape for name, array in params.items()}
    shapes["x"] = (x.shape[0], x.shape[2])
    return Columns(shapes | {f"state.{part}": array.shape[1:] for part, array in state.items()})


def _tracked_inputs(x: Numbers, valid: Numbers, columns: Columns) -> list[Tracked]:
    steps, batch, width = x.shape
    by = np.zeros((steps, batch, width, columns.total()))
    first = columns.of("x").start
    for t in range(steps):
        for d in range(width):
            by[t, :, d, first + t * width + d] = 1.0
    clean = np.where(valid[:, :, None], x, 0.0)
    return [Tracked(clean[t], by[t]) for t in range(steps)]


def _network(
    spec: Spec,
    cell: Cell,
    params: Given,
    inputs: list[Tracked],
    state: Given,
    valid: Numbers,
    columns: Columns,
    masks: Given,
) -> tuple[Numbers, dict[str, Tracked]]:
    """Return the sensitivities of the outputs (T, B, W, V), and the final state."""
    final: dict[str, Tracked] = {}
    parts: list[list[Tracked]] = []
    for layer, names in enumerate(layers(spec)):
        parts = []
        for name, direction in zip(names, spec.directions, strict=True):
            order = _order(len(inputs), direction)
            start = _tracked_state(select(state, name), name, columns)
            step = _cell_step(spec, cell, params, name, columns)
            read = _dropped(inputs, masks, name + "input")
            kept = by_step(masks, name + "state", len(inputs))
            shown, last = _over_time(step, read, start, valid, order, output_part(spec), kept)
            parts.append(_dropped(shown, masks, name + "output"))
            final |= {name + part: value for part, value in last.items()}
        together = [beside([part[t] for part in parts]) for t in range(len(inputs))]
        inputs = _dropped(together, masks, between(layer))
    if dense.follows(spec):
        parts = [[_dense_step(spec, params, h, columns) for h in inputs]]
    ways = zip(parts, spec.directions, strict=False)
    filled = [_filled(spec, part, valid, direction, columns) for part, direction in ways]
    return np.concatenate(filled, axis=2), final


def _order(steps: int, direction: str) -> range:
    return range(steps - 1, -1, -1) if direction == "reverse" else range(steps)


def _tracked_state(state: Given, name: str, columns: Columns) -> dict[str, Tracked]:
    tracked: dict[str, Tracked] = {}
    for part, value in state.items():
        by = np.zeros((*value.shape, columns.total()))
        by[:, :, columns.of(f"state.{name}{part}")] = np.eye(value.shape[1])
        tracked[part] = Tracked(value, by)
    return tracked


Step = Callable[[Tracked, dict[str, Tracked]], dict[str, Tracked]]


def _cell_step(spec: Spec, cell: Cell, params: Given, name: str, columns: Columns) -> Step:
    own = cell_params(spec, params, name)

    def step(x: Tracked, state: dict[str, Tracked]) -> dict[str, Tracked]:
        def function(shared: Named, rows: Named) -> Numbers:
            new, _ = cell.forward(spec, shared, rows["x"], {part: rows[part] for part in state})
            return np.concatenate([new[part] for part in state], axis=1)

        result = push(function, own, name, {"x": x} | state, columns)
        cuts = np.cumsum([state[part].value.shape[1] for part in state])[:-1]
        values, bys = np.split(result.value, cuts, axis=1), np.split(result.by, cuts, axis=1)
        return {part: Tracked(v, b) for part, v, b in zip(state, values, bys, strict=True)}

    return step


def _dense_step(spec: Spec, params: Given, h: Tracked, columns: Columns) -> Tracked:
    own = {name: params[name] for name in DENSE}
    return push(
        lambda shared, rows: dense.forward(spec, shared, rows["h"])[0], own, "", {"h": h}, columns
    )


def _over_time(
    step: Step,
    inputs: list[Tracked],
    state: dict[str, Tracked],
    valid: Numbers,
    order: range,
    output: str,
    kept: Numbers | None,
) -> tuple[list[Tracked], dict[str, Tracked]]:
    """Return the output part of the state after each step, by t, and the final state."""
    shown: dict[int, Tracked] = {}
    for t in order:
        new = step(inputs[t], state)
        shown[t] = chosen(valid[t], new[output], state[output])
        if kept is not None:
            new[output] = scaled(new[output], kept[t])
        state = {part: chosen(valid[t], new[part], state[part]) for part in state}
    return [shown[t] for t in range(len(inputs))], state


def _dropped(values: list[Tracked], masks: Given, name: str) -> list[Tracked]:
    mask = by_step(masks, name, len(values))
    if mask is None:
        return values
    return [scaled(value, row) for value, row in zip(values, mask, strict=True)]


def _filled(
    spec: Spec, shown: list[Tracked], valid: Numbers, direction: str, columns: Columns
) -> Numbers:
    ways = 1 if spec.output_size else len(spec.directions)
    by = np.zeros((*valid.shape, outputs_width(spec) // ways, columns.total()))  # (T, B, W, V)
    for t, tracked in enumerate(shown):
        by[t] = tracked.by
    return fill(spec.padding, by, valid, _order(len(by), direction))


def _named_gradients(by_row: Numbers, params: Given, columns: Columns) -> Named:
    grads: Named = {}
    for name, shape in columns.shapes.items():
        block = by_row[:, columns.of(name)].reshape(len(by_row), *shape)
        if name in params:
            grads["d." + name] = block.sum(axis=0)
        else:
            grads["d." + name] = block.swapaxes(0, 1) if name == "x" else block
    return grads
