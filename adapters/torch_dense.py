"""A drop-in for torch.nn.RNN, LSTM or GRU with torch.nn.Linear after each step."""

from __future__ import annotations

from typing import Any

from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_parts import layers
from rnncheck.adapters.base_torch_network import TorchNetworkLayout, make
from rnncheck.adapters.torch_layer import claims as claims_of_layer
from rnncheck.protocol.spec import Dropout, Padding, Spec


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a network offers; nothing for a spec that it cannot express."""
    if not spec.output_size or spec.dropout != Dropout():
        return frozenset()
    return frozenset.intersection(*(claims_of_layer(part.spec) for part in layers(spec)))


_COMMON: dict[str, Any] = {
    "output_size": 2,
    "biases": "double",
    "padding": Padding("zero", "error", "right"),
}
_TANH, _SIGMOID = {"output_activation": "tanh"}, {"output_activation": "sigmoid"}

ADAPTER = Adapter(
    name="torch_dense",
    world="torch",
    layout=TorchNetworkLayout(),
    claims=claims,
    make=make,
    targets=(
        Target("torch.nn:RNN", {"cell": "elman", **_COMMON, **_TANH}, "torch.nn:RNN[tanh]"),
        Target("torch.nn:LSTM", {"cell": "lstm", **_COMMON}),
        Target("torch.nn:GRU", {"cell": "gru", **_COMMON, **_SIGMOID}, "torch.nn:GRU[sigmoid]"),
    ),
)
