"""One-layer drop-ins for torch.nn.RNN, LSTM or GRU, stacked: each layer has a size of its own."""

from __future__ import annotations

from typing import Any

from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_parts import layers
from rnncheck.adapters.base_torch_network import TorchNetworkLayout, make
from rnncheck.adapters.torch_layer import claims as claims_of_layer
from rnncheck.protocol.spec import Padding, Spec


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a stack offers; nothing for a spec that it cannot express."""
    if len(spec.hidden_sizes) == 1 or spec.output_size:
        return frozenset()
    return frozenset.intersection(*(claims_of_layer(part.spec) for part in layers(spec)))


_STACK: dict[str, Any] = {
    "hidden_sizes": (3, 4),
    "biases": "double",
    "padding": Padding("zero", "error", "right"),
}
_BOTH = {**_STACK, "directions": ("forward", "reverse")}

ADAPTER = Adapter(
    name="torch_stack",
    world="torch",
    layout=TorchNetworkLayout(),
    claims=claims,
    make=make,
    targets=(
        Target("torch.nn:RNN", {"cell": "elman", **_STACK}),
        Target("torch.nn:LSTM", {"cell": "lstm", **_STACK}),
        Target("torch.nn:GRU", {"cell": "gru", **_STACK}),
        Target("torch.nn:LSTM", {"cell": "lstm", **_BOTH}, "torch.nn:LSTM[bidirectional]"),
    ),
)
