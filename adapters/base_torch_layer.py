"""The layout of PyTorch's layers: names and orders of torch.nn.RNN, LSTM and GRU."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from rnncheck.adapters.base import Layout, gates_from, gates_to
from rnncheck.adapters.base_rerun import arguments, as_tuple, variables
from rnncheck.adapters.base_torch import ORDER, options, rerun_lines
from rnncheck.protocol.names import Arrays, parameter_shapes, prefixes
from rnncheck.protocol.spec import Spec


def _suffixes(spec: Spec) -> dict[str, str]:
    """Return PyTorch's suffix of each prefix: "l1.reverse." is "_l1_reverse"."""
    return {p: "_" + (p.rstrip(".").replace(".", "_") or "l0") for p in prefixes(spec)}


def _names(spec: Spec) -> dict[str, str]:
    """Return PyTorch's name of each parameter of the protocol."""
    suffixes = _suffixes(spec)
    split = {name: name.rpartition(".") for name in parameter_shapes(spec)}
    return {n: last + suffixes[head + dot] for n, (head, dot, last) in split.items()}


def state_kinds(spec: Spec) -> list[str]:
    """Return the parts of a native state, in PyTorch's order."""
    return ["h", "c"] if spec.cell == "lstm" else ["h"]


class TorchLayerLayout(Layout):
    """Parameters as in the cells, named by layer and direction; states (L * directions, B, R)."""

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Turn the protocol's parameters into a state_dict."""
        names, order = _names(spec), ORDER[spec.cell]
        native: Arrays = {}
        for name, array in params.items():
            if name.endswith("weight_hr"):
                native[names[name]] = array  # (P, H)
            else:  # (G, H, ...) -> (G * H, ...)
                native[names[name]] = gates_to(order, spec, array).reshape(-1, *array.shape[2:])
        return native

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Turn a state_dict into the protocol's parameters."""
        shapes, order = parameter_shapes(spec), ORDER[spec.cell]
        params: Arrays = {}
        for name, own in _names(spec).items():
            array = native[own].reshape(shapes[name])
            params[name] = array if own[7:9] == "hr" else gates_from(order, spec, array)
        return params

    def state_out(self, spec: Spec, state: Arrays) -> Arrays:
        """Stack the parts of layers and directions: (B, R) each to (L * directions, B, R)."""
        return {
            kind: np.stack([state[prefix + kind] for prefix in prefixes(spec)])
            for kind in state_kinds(spec)
        }

    def state_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Take the stacked parts apart."""
        return {
            prefix + kind: native[kind][index]
            for index, prefix in enumerate(prefixes(spec))
            for kind in native
        }

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `given` None means x and the whole state."""
        old, new = variables(call, state_kinds(spec), given)
        run = [f"outputs, {as_tuple(new)} = layer(x, {as_tuple(old)})"]
        if given is not None and "lengths" in given:
            run = _packed(spec, run[0])
        sizes = (spec.input_size, spec.hidden_sizes[0])
        construct = f"layer = {name}({arguments(sizes, layer_options(spec))})"
        own = list(_names(spec).values())
        return rerun_lines(construct, call, run, ["x", *old], new, own)


def _packed(spec: Spec, call: str) -> list[str]:
    batch = "" if spec.time_major else "batch_first=True, "
    steps = f"x.shape[{0 if spec.time_major else 1}]"
    return [
        "from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence",
        f"packed = pack_padded_sequence(x, torch.tensor(lengths), {batch}enforce_sorted=False)",
        call.replace("(x, ", "(packed, "),
        f"outputs, _ = pad_packed_sequence(outputs, {batch}total_length={steps})",
    ]


def layer_options(spec: Spec) -> dict[str, Any]:
    """Return the keyword arguments of a layer that differ from PyTorch's defaults."""
    chosen = options(spec)
    if len(spec.hidden_sizes) > 1:
        chosen["num_layers"] = len(spec.hidden_sizes)
    if not spec.time_major:
        chosen["batch_first"] = True
    if len(spec.directions) > 1:
        chosen["bidirectional"] = True
    if spec.projection:
        chosen["proj_size"] = spec.projection
    return chosen
