"""A drop-in for keras.layers.SimpleRNN, LSTM or GRU with keras.layers.Dense after each step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters import base_keras_layout as keras
from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_called import construct
from rnncheck.adapters.base_keras_network import (
    RETURNS,
    KerasNetworkLayout,
    KerasNetworkRunner,
    Recurrent,
    states_of,
)
from rnncheck.adapters.base_parts import Part, cells
from rnncheck.adapters.base_rerun import arguments
from rnncheck.adapters.keras_layer import claims as claims_of_layer
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Dropout, Padding, Spec


def _plain(part: Part, layer: Any) -> Recurrent:
    return Recurrent(layer, states_of(part), nested=False, inputs=part.spec.input_size)


def written(spec: Spec, name: str) -> list[Recurrent]:
    """Return the Python that makes each layer."""
    words = keras.options(spec) | RETURNS
    return [
        _plain(part, f"{name}({arguments(part.spec.hidden_sizes, words)})") for part in cells(spec)
    ]


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a network offers; nothing for a spec that it cannot express.

    Masks are not offered: before the first valid step of a row its outputs are the dense layer's
    biases, not zeros.
    """
    odd = spec.directions != ("forward",) or spec.dropout != Dropout()
    if not spec.output_size or odd:
        return frozenset()
    offered = frozenset.intersection(*(claims_of_layer(part.spec) for part in cells(spec)))
    return offered - {"mask", "zero_length"}


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> KerasNetworkRunner:
    """Build the layers and the dense layer (see base.Adapter)."""
    kind, words = find(namespace, name), keras.options(spec) | RETURNS

    def made() -> list[Recurrent]:
        return [
            _plain(part, construct(kind, *part.spec.hidden_sizes, **words)) for part in cells(spec)
        ]

    return KerasNetworkRunner(made, spec, params, dtype, device)


_COMMON: dict[str, Any] = {
    "output_size": 2,
    "biases": "single",
    "time_major": False,
    "padding": Padding("repeat", "error", "right"),
}
_TANH = {"cell": "elman", "output_activation": "tanh", **_COMMON}

ADAPTER = Adapter(
    name="keras_dense",
    world="keras3",
    layout=KerasNetworkLayout(written),
    claims=claims,
    make=make,
    targets=(
        Target("keras.layers:LSTM", {"cell": "lstm", **_COMMON}),
        Target("keras.layers:SimpleRNN", _TANH, "keras.layers:SimpleRNN[tanh]"),
    ),
)
