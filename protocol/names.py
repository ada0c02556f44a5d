"""Names and shapes of parameters, states, arguments and results, for any spec."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnncheck.protocol.spec import Spec

Array = np.ndarray[tuple[Any, ...], Any]
Arrays = dict[str, Array]
Shape = tuple[int, ...]


def prefixes(spec: Spec) -> list[str]:
    """Return the prefix of each (layer, direction), in processing order.

    One layer in one direction has no prefix; else "l0.", "l0.reverse.", "l1." and so on.
    """
    if len(spec.hidden_sizes) == 1 and len(spec.directions) == 1:
        return [""]
    return [
        f"l{layer}." + ("reverse." if direction == "reverse" else "")
        for layer in range(len(spec.hidden_sizes))
        for direction in spec.directions
    ]


def last_part(name: str) -> str:
    """Return a name without the prefix of its layer and direction: "h" of "l0.reverse.h"."""
    return name.rpartition(".")[2]


def recurrent_size(spec: Spec, layer: int = 0) -> int:
    """Return R, the width of what a cell of this layer sees of the past (H, P or O)."""
    if spec.cell == "jordan":
        return spec.output_size
    return spec.projection or spec.hidden_sizes[layer]


def output_part(spec: Spec) -> str:
    """Return the part of a layer's state that is also its output: "h", or Jordan's "y"."""
    return "y" if spec.cell == "jordan" else "h"


def layer_width(spec: Spec, layer: int) -> int:
    """Return the width of a layer's outputs, both directions concatenated."""
    return recurrent_size(spec, layer) * len(spec.directions)


def input_width(spec: Spec, layer: int) -> int:
    """Return the width of what a layer reads: D, or that of the outputs of the layer before."""
    return layer_width(spec, layer - 1) if layer else spec.input_size


def outputs_width(spec: Spec) -> int:
    """Return the width of the network's outputs: O with a dense layer, else the last layer's."""
    return spec.output_size or layer_width(spec, len(spec.hidden_sizes) - 1)


def cell_parameter_shapes(spec: Spec, layer: int = 0) -> dict[str, Shape]:
    """Return the shapes of one cell's parameters, gate axis first, without a prefix.

    weight_ih (G, H, D), weight_hh (G, H, R), bias_ih (G, H), bias_hh (G, H), peephole (3, H) in
    the order i, f, o, weight_hr (P, H).
    """
    gates, hidden = len(spec.gates), spec.hidden_sizes[layer]
    shapes: dict[str, Shape] = {
        "weight_ih": (gates, hidden, input_width(spec, layer)),
        "weight_hh": (gates, hidden, recurrent_size(spec, layer)),
    }
    if spec.biases != "none":
        shapes["bias_ih"] = (gates, hidden)
    if spec.biases == "double":
        shapes["bias_hh"] = (gates, hidden)
    if spec.peepholes:
        shapes["peephole"] = (3, hidden)
    if spec.projection:
        shapes["weight_hr"] = (spec.projection, hidden)
    return shapes


def parameter_shapes(spec: Spec) -> dict[str, Shape]:
    """Return the shape of every parameter; the dense layer is weight_ho (O, R), bias_o (O,).

    A Jordan network's dense layer is inside its recurrence and reads h: weight_ho (O, H).
    """
    shapes: dict[str, Shape] = {}
    for index, prefix in enumerate(prefixes(spec)):
        cell = cell_parameter_shapes(spec, index // len(spec.directions))
        shapes.update({prefix + name: shape for name, shape in cell.items()})
    if spec.output_size:
        last = len(spec.hidden_sizes) - 1
        width = spec.hidden_sizes[0] if spec.cell == "jordan" else layer_width(spec, last)
        shapes["weight_ho"] = (spec.output_size, width)
        shapes["bias_o"] = (spec.output_size,)
    return shapes


def state_shapes(spec: Spec, batch: int) -> dict[str, Shape]:
    """Return the shape of every part of the state: h (B, R), c (B, H), or Jordan's y (B, O).

    A c that spec.cell_state hides is none.
    """
    shapes: dict[str, Shape] = {}
    for index, prefix in enumerate(prefixes(spec)):
        layer = index // len(spec.directions)
        shapes[prefix + output_part(spec)] = (batch, recurrent_size(spec, layer))
        if spec.cell == "lstm" and spec.cell_state == "shown":
            shapes[prefix + "c"] = (batch, spec.hidden_sizes[layer])
    return shapes


def dropout_shapes(spec: Spec, steps: int, batch: int) -> dict[str, Shape]:
    """Return the names and shapes of the dropout masks that training needs.

    Only those with a keep probability below 1: "input", "output" and "state", with the prefix of
    their layer and direction, and "l0.between" and so on after each layer but the last, both
    directions side by side. (T, B, W) where spec.dropout draws at each step, (B, W) where once,
    (1, W) where once for all rows; "input" and "state" (G, B, W) where once for each gate.
    """
    keep = spec.dropout
    lead: Shape = {"step": (steps, batch), "batch": (1,)}.get(keep.draw, (batch,))
    own: Shape = (len(spec.gates), batch) if keep.draw == "gate" else lead
    shapes: dict[str, Shape] = {}
    for index, prefix in enumerate(prefixes(spec)):
        layer = index // len(spec.directions)
        width = recurrent_size(spec, layer)
        if keep.input_keep < 1:
            shapes[prefix + "input"] = (*own, input_width(spec, layer))
        if keep.output_keep < 1:
            shapes[prefix + "output"] = (*lead, width)
        if keep.state_keep < 1:
            shapes[prefix + "state"] = (*own, width)
    if keep.between_keep < 1:
        for layer in range(len(spec.hidden_sizes) - 1):
            shapes[f"l{layer}.between"] = (*lead, layer_width(spec, layer))
    return shapes


def dropout_keep(spec: Spec, name: str) -> float:
    """Return the keep probability of a dropout mask, by its name in dropout_shapes."""
    keep: float = getattr(spec.dropout, f"{name.rpartition('.')[2]}_keep")
    return keep


def result_shapes(
    spec: Spec, call: str, steps: int, batch: int, *, drawn: bool = False
) -> dict[str, Shape]:
    """Return the names and shapes of what a call gives, without a trace.

    Args:
        spec: the network.
        call: "step", "sequence", "step_vjp" or "sequence_vjp".
        steps: T; a step has none and ignores it.
        batch: B.
        drawn: the implementation draws dropout masks, which come back too.

    Returns:
        "outputs" and "state.<part>" of a forward call; "d.<parameter>", "d.x" and
        "d.state.<part>" of a vjp; "dropout.<mask>" of both where masks are drawn.
    """
    return dict(_result_shapes(spec, call, steps, batch, drawn))


@functools.lru_cache(1024)
def _result_shapes(
    spec: Spec, call: str, steps: int, batch: int, drawn: bool
) -> Mapping[str, Shape]:
    lead: Shape = (batch,) if call.startswith("step") else (steps, batch)
    states = state_shapes(spec, batch)
    if not call.endswith("_vjp"):
        shapes = {"outputs": (*lead, outputs_width(spec))}
        shapes |= {f"state.{part}": shape for part, shape in states.items()}
    else:
        shapes = {f"d.{name}": shape for name, shape in parameter_shapes(spec).items()}
        shapes["d.x"] = (*lead, spec.input_size)
        shapes |= {f"d.state.{part}": shape for part, shape in states.items()}
    masks = dropout_shapes(spec, steps, batch) if drawn else {}
    return shapes | {f"dropout.{name}": shape for name, shape in masks.items()}


def flat(**groups: Mapping[str, Array] | Array | None) -> Arrays:
    """Flatten arguments: a mapping's entries become "<group>.<name>", None is left out."""
    arrays: Arrays = {}
    for name, value in groups.items():
        if isinstance(value, Mapping):
            arrays.update({f"{name}.{part}": array for part, array in value.items()})
        elif value is not None:
            arrays[name] = value
    return arrays


def group(arrays: Mapping[str, Array], name: str) -> Arrays:
    """Return the entries "<name>.<part>" as {part: array}."""
    start = name + "."
    return {key[len(start) :]: value for key, value in arrays.items() if key.startswith(start)}
