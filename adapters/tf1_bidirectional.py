"""Drop-ins for cells of tf.nn.rnn_cell (TensorFlow 1) in bidirectional_dynamic_rnn, also stacked."""

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
    """Return what such a network offers; nothing for a spec that it cannot express."""
    if len(spec.directions) == 1 or spec.output_size:
        return frozenset()
    offered = frozenset.intersection(*(claims_of_cell(part.spec) for part in cells(spec)))
    return offered - {"step", "step_vjp"}


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Tf1Runner:
    """Build each layer in a loop of both directions (see base.Adapter)."""
    return Tf1Runner(find(namespace, name), spec, params, dtype, device, "bidirectional")


_COMMON: dict[str, Any] = {
    "directions": ("forward", "reverse"),
    "biases": "single",
    "padding": Padding("zero", "initial", "right"),
}
_GRU = {"cell": "gru", "reset": "before", "hidden_sizes": (3, 4), **_COMMON}

ADAPTER = Adapter(
    name="tf1_bidirectional",
    world="tf1",
    layout=Tf1NetworkLayout("bidirectional"),
    claims=claims,
    make=make,
    targets=(
        Target(f"{START}LSTMCell", {"cell": "lstm", "forget_bias": 1.0, **_COMMON}),
        Target(f"{START}GRUCell", _GRU, f"{START}GRUCell[stacked]"),
    ),
)
