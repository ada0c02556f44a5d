"""A drop-in for tf.nn.rnn_cell.DropoutWrapper (TensorFlow 1), round TF1's own cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_tf1_graph import Tf1Runner
from rnncheck.adapters.base_tf1_layout import CELLS, Tf1Layout, fits, parameter_names
from rnncheck.adapters.base_tf1_rerun import Rerun
from rnncheck.protocol import claims as vocabulary
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Dropout, Padding, Spec


class Tf1DropoutLayout(Tf1Layout):
    """Weights as in base_tf1_layout; masks as the protocol's."""

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call outside training, where every keep_prob is 1."""
        own = f"tf.nn.rnn_cell.{CELLS[spec.cell]}"
        lines = Rerun(spec.with_(dropout=Dropout()), call, own, given)
        made = lines.construct.removeprefix("cell = ")
        run = f"outputs, state = tf.nn.dynamic_rnn(cell, x{lines.words()}"
        run += f", time_major={spec.time_major})"
        return lines.in_graph([f"cell = {name}({made})", run], parameter_names(spec))


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a wrapper offers; nothing for a spec that it cannot express."""
    keep = spec.dropout
    plain = fits(spec.with_(dropout=Dropout())) and not spec.projection
    odd = keep.between_keep < 1 or keep.draw not in ("step", "batch")
    if keep == Dropout() or odd or not plain:
        return frozenset()
    calls = ("sequence", "sequence_vjp", "initial_state", "final_state", "all_outputs")
    drops = ("dropout", "dropout_drawn", "time_major", "batch_major")
    return vocabulary.claims((*calls, *drops, "float32", "float64", "cpu"))


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Tf1Runner:
    """Build the wrapped cell (see base.Adapter)."""
    return Tf1Runner(find(namespace, name), spec, params, dtype, device, "dynamic")


def _target(cell: str, words: str, dropout: Dropout, **options: Any) -> Target:
    path = "tensorflow.compat.v1:nn.rnn_cell.DropoutWrapper"
    padding = Padding("zero", "initial", "right")
    chosen = {"cell": cell, "biases": "single", "padding": padding, "dropout": dropout, **options}
    return Target(path, chosen, f"{path}[{words}]")


_STATE = Dropout(input_keep=0.5, output_keep=0.75, state_keep=0.5)

ADAPTER = Adapter(
    name="tf1_dropout",
    world="tf1",
    layout=Tf1DropoutLayout(),
    claims=claims,
    make=make,
    targets=(
        _target("elman", "BasicRNNCell output", Dropout(output_keep=0.5)),
        _target("lstm", "LSTMCell input output state", _STATE, forget_bias=1.0),
        _target(
            "gru",
            "GRUCell variational_recurrent",
            Dropout(0.75, 0.5, 0.75, draw="batch"),
            reset="before",
            time_major=False,
        ),
    ),
)
