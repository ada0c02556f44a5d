"""Drop-ins for cells of tf.nn.rnn_cell (TensorFlow 1) in a MultiRNNCell, run by dynamic_rnn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_parts import cells
from rnncheck.adapters.base_tf1_graph import Tf1Runner
from rnncheck.adapters.base_tf1_network_layout import START, Tf1NetworkLayout
from rnncheck.adapters.tf1_cell import claims as claims_of_cell
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Padding, Spec


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a stack offers; nothing for a spec that it cannot express."""
    odd = spec.output_size or spec.directions != ("forward",)
    if len(spec.hidden_sizes) == 1 or odd:
        return frozenset()
    return frozenset.intersection(*(claims_of_cell(part.spec) for part in cells(spec)))


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Tf1Runner:
    """Build the cells in one MultiRNNCell (see base.Adapter)."""
    return Tf1Runner(find(namespace, name), spec, params, dtype, device, "dynamic")


_COMMON: dict[str, Any] = {
    "hidden_sizes": (3, 4),
    "biases": "single",
    "padding": Padding("zero", "initial", "right"),
}

ADAPTER = Adapter(
    name="tf1_stack",
    world="tf1",
    layout=Tf1NetworkLayout(),
    claims=claims,
    make=make,
    targets=(
        Target(f"{START}LSTMCell", {"cell": "lstm", "forget_bias": 1.0, **_COMMON}),
        Target(f"{START}GRUCell", {"cell": "gru", "reset": "before", **_COMMON}),
    ),
)
