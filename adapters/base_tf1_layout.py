"""What the TF1 adapters share on the judge's side: the layout of weights, and targets."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnncheck.adapters.base import Layout, Target, gates_from, gates_to
from rnncheck.adapters.base_answers import single
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Padding, Spec

# The kernels of a cell: the prefix of their names, and their gates in order.
KERNELS: dict[str, dict[str, tuple[str, ...]]] = {
    "elman": {"": ("h",)},
    "lstm": {"": ("i", "g", "f", "o")},
    "gru": {"gates_": ("r", "z"), "candidate_": ("n",)},
}
CELLS = {"elman": "BasicRNNCell", "lstm": "LSTMCell", "gru": "GRUCell"}
PEEPHOLES = {"w_f_diag": 1, "w_i_diag": 0, "w_o_diag": 2}  # rows of peephole (i, f, o)


def targets() -> tuple[Target, ...]:
    """Return TensorFlow 1's own cells; an LSTM adds its forget bias at run time."""
    common: dict[str, Any] = {"biases": "single", "padding": Padding("zero", "initial", "right")}
    start, lstm = "tensorflow.compat.v1:nn.rnn_cell.", {"cell": "lstm", "forget_bias": 1.0}
    peepholes = f"{start}LSTMCell[use_peepholes]"
    return (
        Target(f"{start}BasicRNNCell", {"cell": "elman", **common}),
        Target(f"{start}BasicLSTMCell", {**lstm, **common}),
        Target(f"{start}LSTMCell", {**lstm, **common}),
        Target(f"{start}LSTMCell", {**lstm, "peepholes": True, **common}, peepholes),
        Target(f"{start}GRUCell", {"cell": "gru", "reset": "before", **common}),
    )


def fits(spec: Spec) -> bool:
    """Say whether TF1's weights can express a spec."""
    return single(spec) and spec.biases == "single"


def options(spec: Spec) -> dict[str, Any]:
    """Return the keyword arguments of a constructor that differ from TF1's defaults."""
    chosen: dict[str, Any] = {}
    if spec.activation != "tanh":
        chosen["activation"] = spec.activation
    if spec.cell == "lstm" and spec.forget_bias != 1.0:
        chosen["forget_bias"] = spec.forget_bias
    if spec.peepholes:
        chosen["use_peepholes"] = True
    if spec.cell_clip is not None:
        chosen["cell_clip"] = spec.cell_clip
    if spec.projection:
        chosen["num_proj"] = spec.projection
    return chosen


def activation(tf: Any, chosen: dict[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of a constructor with TensorFlow's function for its name."""
    name = chosen.get("activation")
    if name is None:
        return chosen
    return chosen | {"activation": tf.identity if name == "identity" else getattr(tf.nn, name)}


class Tf1Layout(Layout):
    """A kernel holds [x; h] in its rows, (D + R, G * H); an LSTM's gates are i, j, f, o."""

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Turn the protocol's parameters into TF1's variables, in their order."""
        native: Arrays = {}
        for prefix, order in KERNELS[spec.cell].items():
            rows = [_columns(gates_to(order, spec, params[n])) for n in ("weight_ih", "weight_hh")]
            native[f"{prefix}kernel"] = np.concatenate(rows)
            native[f"{prefix}bias"] = gates_to(order, spec, params["bias_ih"]).reshape(-1)
        if spec.peepholes:
            native |= {name: params["peephole"][row] for name, row in PEEPHOLES.items()}
        if spec.projection:
            native["projection_kernel"] = params["weight_hr"].T
        return native

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Turn TF1's variables into the protocol's parameters."""
        kernels, hidden = KERNELS[spec.cell], spec.hidden_sizes[0]
        order = tuple(gate for gates in kernels.values() for gate in gates)
        rows = [_gates(native[f"{prefix}kernel"], hidden) for prefix in kernels]
        biases = [native[f"{prefix}bias"].reshape(-1, hidden) for prefix in kernels]
        weights = gates_from(order, spec, np.concatenate(rows))  # (G, H, D + R)
        params: Arrays = {
            "weight_ih": weights[:, :, : spec.input_size],
            "weight_hh": weights[:, :, spec.input_size :],
            "bias_ih": gates_from(order, spec, np.concatenate(biases)),
        }
        if spec.peepholes:
            params["peephole"] = np.stack(
                [native[n] for n in sorted(PEEPHOLES, key=PEEPHOLES.__getitem__)]
            )
        if spec.projection:
            params["weight_hr"] = native["projection_kernel"].T
        return params


def _columns(array: Array) -> Array:
    return array.transpose(2, 0, 1).reshape(array.shape[2], -1)  # (G, H, D) -> (D, G * H)


def _gates(array: Array, hidden: int) -> Array:
    return array.reshape(len(array), -1, hidden).transpose(1, 2, 0)  # (D, G * H) -> (G, H, D)


def parameter_names(spec: Spec) -> list[str]:
    """Return the names of the variables, in TF1's order."""
    names = [f"{prefix}{kind}" for prefix in KERNELS[spec.cell] for kind in ("kernel", "bias")]
    return names + list(PEEPHOLES) * spec.peepholes + ["projection_kernel"] * bool(spec.projection)


def state_kinds(spec: Spec) -> list[str]:
    """Return the parts of a state, in TF1's order: c before h."""
    return ["c", "h"] if spec.cell == "lstm" else ["h"]
