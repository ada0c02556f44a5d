"""Drop-ins for keras.layers.SimpleRNNCell, LSTMCell or GRUCell, stacked: RNN([cell, cell])."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters import base_keras_layout as keras
from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_called import construct
from rnncheck.adapters.base_keras import import_keras
from rnncheck.adapters.base_keras_network import (
    KerasNetworkLayout,
    KerasNetworkRunner,
    Recurrent,
    states_of,
)
from rnncheck.adapters.base_parts import cells
from rnncheck.adapters.base_rerun import arguments
from rnncheck.adapters.keras_cell import claims as claims_of_cell
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Padding, Spec


def _one(spec: Spec, layer: Any) -> list[Recurrent]:
    states = [names for part in cells(spec) for names in states_of(part)]
    return [Recurrent(layer, states, nested=True, inputs=spec.input_size)]


def written(spec: Spec, name: str) -> list[Recurrent]:
    """Return the Python that makes the stack."""
    made = [f"{name}({arguments((size,), keras.options(spec))})" for size in spec.hidden_sizes]
    words = "return_sequences=True, return_state=True"
    return _one(spec, f"keras.layers.RNN([{', '.join(made)}], {words})")


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a stack offers; nothing for a spec that it cannot express."""
    if len(spec.hidden_sizes) == 1 or spec.output_size or spec.directions != ("forward",):
        return frozenset()
    offered = frozenset.intersection(*(claims_of_cell(part.spec) for part in cells(spec)))
    return offered - {"step", "step_vjp"} if "sequence" in offered else frozenset()


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> KerasNetworkRunner:
    """Build the cells in one keras.layers.RNN (see base.Adapter)."""
    kind = find(namespace, name)

    def made() -> list[Recurrent]:
        own = [construct(kind, size, **keras.options(spec)) for size in spec.hidden_sizes]
        layers = import_keras(device)[0].layers
        return _one(spec, layers.RNN(own, return_sequences=True, return_state=True))

    return KerasNetworkRunner(made, spec, params, dtype, device)


_COMMON: dict[str, Any] = {
    "hidden_sizes": (3, 4),
    "time_major": False,
    "padding": Padding("repeat", "initial", "any"),
}

ADAPTER = Adapter(
    name="keras_stack",
    world="keras3",
    layout=KerasNetworkLayout(written),
    claims=claims,
    make=make,
    targets=(
        Target("keras.layers:LSTMCell", {"cell": "lstm", "biases": "single", **_COMMON}),
        Target("keras.layers:GRUCell", {"cell": "gru", "biases": "double", **_COMMON}),
    ),
)
