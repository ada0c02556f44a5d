"""A drop-in for BasicLSTMCell or LSTMCell of TensorFlow 1 with state_is_tuple=False."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_tf1_graph import Tf1Runner
from rnncheck.adapters.base_tf1_layout import Tf1Layout, parameter_names
from rnncheck.adapters.base_tf1_network_layout import START
from rnncheck.adapters.base_tf1_rerun import Rerun
from rnncheck.adapters.tf1_cell import claims as claims_of_cell
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Padding, Spec


class Tf1JoinedLayout(Tf1Layout):
    """The state is one array [c, h], (B, H + R), c first."""

    def state_out(self, spec: Spec, state: Arrays) -> Arrays:
        """Join the parts of the state."""
        if not state:
            return {}
        return {"ch": np.concatenate([state["c"], state["h"]], axis=1)}  # (B, H + R)

    def state_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Take the parts of the state apart."""
        if not native:
            return {}
        c, h = np.split(native["ch"], [spec.hidden_sizes[0]], axis=1)
        return {"h": h, "c": c}

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `given` None means x and the whole state."""
        lines = Rerun(spec, call, name, given, joined=True)
        run = lines.step()
        if not call.startswith("step"):
            words = f"{lines.words()}, time_major={spec.time_major}"
            run = [f"outputs, state = tf.nn.dynamic_rnn(cell, x{words})"]
        return lines.in_graph([lines.construct, *run], parameter_names(spec))


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a cell offers; nothing for a spec that it cannot express."""
    return claims_of_cell(spec) if spec.cell == "lstm" else frozenset()


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Tf1Runner:
    """Build the cell (see base.Adapter)."""
    kind = find(namespace, name)
    return Tf1Runner(kind, spec, params, dtype, device, "dynamic", joined=True)


_LSTM: dict[str, Any] = {
    "cell": "lstm",
    "forget_bias": 1.0,
    "biases": "single",
    "padding": Padding("zero", "initial", "right"),
}

ADAPTER = Adapter(
    name="tf1_joined",
    world="tf1",
    layout=Tf1JoinedLayout(),
    claims=claims,
    make=make,
    targets=(Target(f"{START}BasicLSTMCell", _LSTM),),
)
