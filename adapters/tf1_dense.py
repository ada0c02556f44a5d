"""A drop-in for a cell of tf.nn.rnn_cell (TensorFlow 1) with reshape, dense, reshape after the loop."""

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
from rnncheck.protocol.spec import Dropout, Spec


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a network offers; nothing for a spec that it cannot express.

    Lengths are not offered: past the end of a row its outputs are the dense layer's biases, not
    zeros.
    """
    odd = spec.directions != ("forward",) or spec.dropout != Dropout()
    if not spec.output_size or odd:
        return frozenset()
    offered = frozenset.intersection(*(claims_of_cell(part.spec) for part in cells(spec)))
    return offered - {"step", "step_vjp", "lengths", "zero_length"}


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Tf1Runner:
    """Build the cells, and the dense layer after their loop (see base.Adapter)."""
    return Tf1Runner(find(namespace, name), spec, params, dtype, device, "dynamic")


_LSTM = {"cell": "lstm", "forget_bias": 1.0, "biases": "single", "output_size": 2}

ADAPTER = Adapter(
    name="tf1_dense",
    world="tf1",
    layout=Tf1NetworkLayout(),
    claims=claims,
    make=make,
    targets=(Target(f"{START}BasicLSTMCell", _LSTM),),
)
