"""How NumPy functions see parameters and states: PyTorch's names, a state for each layer.

One layer in one direction: weight_ih and so on, and the state h, or (h, c) of an LSTM. Two directions:
weight_ih_l0 and weight_ih_l0_reverse, and h (2, B, R), the forward direction first. Several layers:
weight_ih_l0, weight_ih_l1 ..., and a tuple of the layers' states, each as of a layer alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from rnncheck.adapters.base import Layout, gates_from, gates_to, state_names
from rnncheck.adapters.base_rerun import as_tuple, variable
from rnncheck.protocol.names import (
    Arrays,
    dropout_keep,
    last_part,
    parameter_shapes,
    prefixes,
)
from rnncheck.protocol.spec import GATES, Spec

_GATED = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def parameter_names(spec: Spec) -> dict[str, str]:
    """Return a student's name of each parameter: weight_ih_l1_reverse of "l1.reverse.weight_ih"."""
    return {
        name: "_".join([last_part(name), *name.split(".")[:-1]]) for name in parameter_shapes(spec)
    }


def layer_names(spec: Spec) -> list[str]:
    """Return what the names of each layer's state begin with: "l0.", "l1."; "" of a lone layer."""
    count = len(spec.hidden_sizes)
    return [f"l{layer}." for layer in range(count)] if count > 1 else [""]


def state_kinds(spec: Spec) -> list[str]:
    """Return the parts of a layer's state, in the protocol's order."""
    return list(dict.fromkeys(last_part(name) for name in state_names(spec)))


def nested(spec: Spec, parts: Mapping[str, Any]) -> Any:
    """Return a state as a student knows it, of its parts by native names; None of no parts."""
    if not parts:
        return None
    kinds = state_kinds(spec)
    own = [[parts[layer + kind] for kind in kinds] for layer in layer_names(spec)]
    states = [tuple(values) if len(kinds) > 1 else values[0] for values in own]
    return tuple(states) if len(states) > 1 else states[0]


def written(spec: Spec, start: str) -> str:
    """Return how a state is written, of variables whose names begin with `start`."""
    names = [
        as_tuple([start + variable(layer + kind) for kind in state_kinds(spec)])
        for layer in layer_names(spec)
    ]
    return as_tuple(names)


class FunctionsLayout(Layout):
    """PyTorch's stacked layout: weight_ih (G*H, D), weight_hh (G*H, R), biases (G*H,)."""

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Stack the gates of each parameter that has them."""
        order, names = GATES[spec.cell], parameter_names(spec)
        return {
            names[name]: gates_to(order, spec, a).reshape(-1, *a.shape[2:]) if _gated(name) else a
            for name, a in params.items()
        }

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Give each parameter that has gates its gate axis again."""
        order, params = GATES[spec.cell], {}
        for name, own in parameter_names(spec).items():
            if own in native:
                a = native[own]  # (G*H, ...)
                if _gated(name):
                    a = gates_from(order, spec, a.reshape(len(order), -1, *a.shape[1:]))
                params[name] = a
        return params

    def state_out(self, spec: Spec, state: Arrays) -> Arrays:
        """Stack the directions of each layer, (B, R) each to (2, B, R), where there are two."""
        groups = _directions(spec)
        return {
            name: np.stack([state[own] for own in owns]) if len(owns) > 1 else state[owns[0]]
            for name, owns in groups.items()
            if owns[0] in state
        }

    def state_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Take the directions of each layer apart."""
        return {
            own: native[name][index] if len(owns) > 1 else native[name]
            for name, owns in _directions(spec).items()
            for index, own in enumerate(owns)
            if name in native
        }

    def parameter_names(self, spec: Spec) -> list[str]:
        """Return the native names of the parameters."""
        return list(parameter_names(spec).values())

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `name` is that of forward, e.g. "mine.forward".

        `given` holds the names of the native arguments; None means x and the whole state.
        """
        stated = given is None or any(n.startswith("state.") for n in given)
        words = ", lengths=lengths" if given is not None and "lengths" in given else ""
        words += _masks(spec, given or ())
        run = f"{name}(params, x, {written(spec, 'state_') if stated else None}{words})"
        if not call.endswith("_vjp"):
            return [f"outputs, {written(spec, 'state_')} = {run}[:2]"]
        back, d_state = name.removesuffix("forward") + "backward", written(spec, "d_state_")
        return [
            f"cache = {run}[2]",
            f"d_params, d_x, {d_state} = {back}(cache, d_outputs, {d_state})",
            *(f'd_{variable(n)} = d_params["{n}"]' for n in self.parameter_names(spec)),
        ]


def _directions(spec: Spec) -> dict[str, list[str]]:
    """Return by the native name of a part of the state the protocol's, one for each direction."""
    names, ways = prefixes(spec), len(spec.directions)
    return {
        layer + kind: [prefix + kind for prefix in names[index * ways : (index + 1) * ways]]
        for index, layer in enumerate(layer_names(spec))
        for kind in state_kinds(spec)
    }


def _gated(name: str) -> bool:
    return last_part(name) in _GATED


def _masks(spec: Spec, given: Collection[str]) -> str:
    """Write the keyword arguments of training."""
    names = [n.removeprefix("dropout.") for n in given if n.startswith("dropout.")]
    if not names:
        return ""
    masks = ", ".join(f'"{name}": dropout_{variable(name)}' for name in names)
    keep = ", ".join(f'"{name}": {dropout_keep(spec, name)}' for name in names)
    return f", masks={{{masks}}}, keep={{{keep}}}"
