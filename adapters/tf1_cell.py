"""A drop-in for a cell of tf.nn.rnn_cell (TensorFlow 1), in a graph; sequences by dynamic_rnn."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_tf1_graph import Tf1Runner
from rnncheck.adapters.base_tf1_layout import Tf1Layout, fits, parameter_names, targets
from rnncheck.adapters.base_tf1_rerun import Rerun
from rnncheck.protocol import claims as vocabulary
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Padding, Spec


class Tf1CellLayout(Tf1Layout):
    """Weights as in base_tf1_layout."""

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `given` None means x and the whole state."""
        lines = Rerun(spec, call, name, given)
        if call.startswith("step"):
            return lines.in_graph([lines.construct, *lines.step()], parameter_names(spec))
        words = f"{lines.words()}, time_major={spec.time_major}"
        run = f"outputs, state = tf.nn.dynamic_rnn(cell, x{words})"
        return lines.in_graph([lines.construct, run], parameter_names(spec))


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a cell offers; nothing for a spec that it cannot express."""
    if not fits(spec):
        return frozenset()
    calls = ("step", "step_vjp", "sequence", "sequence_vjp", "initial_state", "none_state")
    shape = ("final_state", "all_outputs", "lengths", "zero_length", "time_major", "batch_major")
    return vocabulary.claims((*calls, *shape, "float64", "float32", "float16", "cpu", "cuda"))


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Tf1Runner:
    """Build the cell (see base.Adapter)."""
    return Tf1Runner(find(namespace, name), spec, params, dtype, device, "dynamic")


_ALL_OPTIONS = {
    "cell": "lstm",
    "forget_bias": 1.0,
    "peepholes": True,
    "cell_clip": 0.5,
    "projection": 2,
    "biases": "single",
    "padding": Padding("zero", "initial", "right"),
}
_LSTM = "tensorflow.compat.v1:nn.rnn_cell.LSTMCell"

ADAPTER = Adapter(
    name="tf1_cell",
    world="tf1",
    layout=Tf1CellLayout(),
    claims=claims,
    make=make,
    targets=(
        *targets(),
        Target(_LSTM, _ALL_OPTIONS, f"{_LSTM}[use_peepholes, cell_clip, num_proj]"),
    ),
)
