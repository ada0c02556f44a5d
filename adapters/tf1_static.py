"""A drop-in for a cell of tf.nn.rnn_cell (TensorFlow 1), unrolled by static_rnn in a graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_tf1_graph import Tf1Runner
from rnncheck.adapters.base_tf1_layout import Tf1Layout, fits, parameter_names, targets
from rnncheck.adapters.base_tf1_rerun import Rerun
from rnncheck.protocol import claims as vocabulary
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec


class Tf1StaticLayout(Tf1Layout):
    """Weights as in base_tf1_layout."""

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `given` None means x and the whole state."""
        lines, axis = Rerun(spec, call, name, given), 0 if spec.time_major else 1
        run = [
            lines.construct,
            f"outputs, state = tf.nn.static_rnn(cell, tf.unstack(x, axis={axis}){lines.words()})",
            f"outputs = tf.stack(outputs, axis={axis})",
        ]
        return lines.in_graph(run, parameter_names(spec))


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a cell offers; nothing for a spec that it cannot express."""
    if not fits(spec):
        return frozenset()
    calls = ("sequence", "sequence_vjp", "initial_state", "none_state", "final_state")
    shape = ("all_outputs", "lengths", "zero_length", "time_major", "batch_major")
    return vocabulary.claims((*calls, *shape, "float64", "float32", "float16", "cpu", "cuda"))


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Tf1Runner:
    """Build the cell (see base.Adapter)."""
    return Tf1Runner(find(namespace, name), spec, params, dtype, device, "static")


ADAPTER = Adapter(
    name="tf1_static",
    world="tf1",
    layout=Tf1StaticLayout(),
    claims=claims,
    make=make,
    targets=targets(),
)
