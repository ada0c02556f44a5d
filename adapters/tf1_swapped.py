"""A drop-in for a cell of tf.nn.rnn_cell (TensorFlow 1), run by dynamic_rnn with swap_memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_tf1_graph import Tf1Runner
from rnncheck.adapters.base_tf1_network_layout import START, Tf1NetworkLayout
from rnncheck.adapters.tf1_cell import claims as claims_of_cell
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Padding, Spec


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a loop offers; nothing for a spec that the cell cannot express."""
    return claims_of_cell(spec) - {"step", "step_vjp"}


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Tf1Runner:
    """Build the cell (see base.Adapter)."""
    return Tf1Runner(find(namespace, name), spec, params, dtype, device, "swapped")


_RULE = Padding("zero", "initial", "right")

ADAPTER = Adapter(
    name="tf1_swapped",
    world="tf1",
    layout=Tf1NetworkLayout("swapped"),
    claims=claims,
    make=make,
    targets=(
        Target(f"{START}BasicRNNCell", {"cell": "elman", "biases": "single", "padding": _RULE}),
    ),
)
