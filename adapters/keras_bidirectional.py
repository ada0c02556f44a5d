"""Drop-ins for keras.layers.SimpleRNN, LSTM or GRU in keras.layers.Bidirectional, also stacked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters import base_keras_layout as keras
from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_called import construct
from rnncheck.adapters.base_keras import import_keras
from rnncheck.adapters.base_keras_network import (
    RETURNS,
    KerasNetworkLayout,
    KerasNetworkRunner,
    Recurrent,
    states_of,
)
from rnncheck.adapters.base_parts import Part, cells, layers
from rnncheck.adapters.base_rerun import arguments
from rnncheck.adapters.keras_layer import claims as claims_of_layer
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Padding, Spec


def _wrapped(part: Part, layer: Any) -> Recurrent:
    return Recurrent(layer, states_of(part), nested=False, inputs=part.spec.input_size)


def written(spec: Spec, name: str) -> list[Recurrent]:
    """Return the Python that makes each layer."""
    words = keras.options(spec) | RETURNS
    start = f"keras.layers.Bidirectional({name}("
    return [
        _wrapped(part, f"{start}{arguments(part.spec.hidden_sizes, words)}))")
        for part in layers(spec)
    ]


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a network offers; nothing for a spec that it cannot express."""
    if len(spec.directions) == 1 or spec.output_size:
        return frozenset()
    return frozenset.intersection(*(claims_of_layer(part.spec) for part in cells(spec)))


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> KerasNetworkRunner:
    """Build the layers, each in keras.layers.Bidirectional (see base.Adapter)."""
    kind, words = find(namespace, name), keras.options(spec) | RETURNS

    def made() -> list[Recurrent]:
        both = import_keras(device)[0].layers.Bidirectional
        return [
            _wrapped(part, both(construct(kind, *part.spec.hidden_sizes, **words)))
            for part in layers(spec)
        ]

    return KerasNetworkRunner(made, spec, params, dtype, device)


_COMMON: dict[str, Any] = {
    "directions": ("forward", "reverse"),
    "time_major": False,
    "padding": Padding("zero", "initial", "any"),  # Bidirectional sets zero_output_for_mask
}
_GRU = {"cell": "gru", "biases": "double", "hidden_sizes": (3, 4), **_COMMON}

ADAPTER = Adapter(
    name="keras_bidirectional",
    world="keras3",
    layout=KerasNetworkLayout(written),
    claims=claims,
    make=make,
    targets=(
        Target("keras.layers:LSTM", {"cell": "lstm", "biases": "single", **_COMMON}),
        Target("keras.layers:GRU", _GRU, "keras.layers:GRU[stacked]"),
    ),
)
