"""What the Keras 3 adapters share on the judge's side: weights, targets, lines to rerun."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from rnncheck.adapters.base import Layout, Target, gates_from, gates_to
from rnncheck.adapters.base_answers import single
from rnncheck.adapters.base_rerun import arguments, variable
from rnncheck.protocol.names import Arrays, cell_parameter_shapes
from rnncheck.protocol.spec import Padding, Spec

ORDER = {"elman": ("h",), "lstm": ("i", "f", "g", "o"), "gru": ("z", "r", "n")}


def targets(suffix: str) -> tuple[Target, ...]:
    """Return Keras' own classes, "SimpleRNN" and so on with a suffix."""
    common = {"time_major": False, "padding": Padding("repeat", "initial", "any")}
    start = "keras.layers:"
    before = {"cell": "gru", "reset": "before", "biases": "single", **common}
    return (
        Target(f"{start}SimpleRNN{suffix}", {"cell": "elman", "biases": "single", **common}),
        Target(f"{start}LSTM{suffix}", {"cell": "lstm", "biases": "single", **common}),
        Target(
            f"{start}GRU{suffix}", {"cell": "gru", "reset": "after", "biases": "double", **common}
        ),
        Target(f"{start}GRU{suffix}", before, f"{start}GRU{suffix}[reset_before]"),
    )


def weight_names(spec: Spec) -> list[str]:
    """Return the names of the weights, in Keras' order."""
    return ["kernel", "recurrent_kernel"] + ["bias"] * (spec.biases != "none")


def fits(spec: Spec) -> bool:
    """Say whether Keras' weights can express a spec, but for its direction."""
    one = single(spec.with_(directions=("forward",))) and len(spec.directions) == 1
    double = spec.cell == "gru" and spec.reset == "after"
    biases = ("none", "double" if double else "single")
    return one and spec.biases in biases and not spec.peepholes and not spec.projection


def options(spec: Spec) -> dict[str, Any]:
    """Return the keyword arguments of a constructor that differ from Keras' defaults."""
    chosen: dict[str, Any] = {}
    if spec.activation != "tanh":
        chosen["activation"] = {"identity": "linear"}.get(spec.activation, spec.activation)
    if spec.biases == "none":
        chosen["use_bias"] = False
    if spec.cell == "gru" and spec.reset == "before":
        chosen["reset_after"] = False
    return chosen


class KerasLayout(Layout):
    """kernel (D, G * H), recurrent_kernel (H, G * H), bias (G * H,) or (2, G * H)."""

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Turn the protocol's parameters into Keras' weights, in their order."""
        turned = {name: gates_to(ORDER[spec.cell], spec, a) for name, a in params.items()}
        native: Arrays = {  # (G, H, D) -> (D, G * H)
            own: turned[name].transpose(2, 0, 1).reshape(turned[name].shape[2], -1)
            for own, name in (("kernel", "weight_ih"), ("recurrent_kernel", "weight_hh"))
        }
        if spec.biases == "single":
            native["bias"] = turned["bias_ih"].reshape(-1)
        if spec.biases == "double":
            native["bias"] = np.stack([turned["bias_ih"].ravel(), turned["bias_hh"].ravel()])
        return native

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Turn Keras' weights into the protocol's parameters."""
        gates, hidden = len(spec.gates), spec.hidden_sizes[0]
        params: Arrays = {}
        for own, name in (("kernel", "weight_ih"), ("recurrent_kernel", "weight_hh")):
            array = native[own].reshape(-1, gates, hidden)  # (D, G * H) -> (D, G, H)
            params[name] = array.transpose(1, 2, 0)  # (G, H, D)
        if spec.biases != "none":
            rows = native["bias"].reshape(-1, gates, hidden)
            params |= dict(zip(("bias_ih", "bias_hh"), rows, strict=False))
        order = ORDER[spec.cell]
        return {name: gates_from(order, spec, params[name]) for name in cell_parameter_shapes(spec)}


def rerun_lines(
    construct: list[str], call: str, run: str, given: list[str], new: list[str], params: list[str]
) -> list[str]:
    """Return lines that build a cell or layer, call it, and take gradients for a vjp.

    Args:
        construct: the lines that make it, the first "cell = ..." or "layer = ...".
        call: the call of the protocol.
        run: the lines of the call, which leave "outputs" and the names of `new`.
        given: the variables of x and of the given parts of the state.
        new: the variables of the parts of the new state.
        params: the names of the weights.
    """
    what = construct[0].split(" = ")[0]
    lines = ["import keras", "import tensorflow as tf", 'keras.config.set_floatx("float64")']
    lines += [*construct, f"{what}.set_weights(list(params.values()))"]
    lines += [f"{name} = tf.constant({name})" for name in given]
    if not call.endswith("_vjp"):
        return [*lines, *run.splitlines()]
    terms = ["tf.reduce_sum(d_outputs * outputs)"]
    terms += [f"tf.reduce_sum(d_{n.removeprefix('new_')} * {n})" for n in new]
    names = ", ".join(f"d_{variable(name)}" for name in (*given, *params))
    weights = f"*(w.value for w in {what}.weights)"
    return [
        *lines,
        "with tf.GradientTape() as tape:",
        f"    tape.watch([{', '.join(given)}])",
        *(f"    {line}" for line in run.splitlines()),
        f"    loss = {' + '.join(terms)}",
        f"{names} = tape.gradient(loss, [{', '.join(given)}, {weights}])",
    ]


def construct(what: str, name: str, spec: Spec, **more: Any) -> str:
    """Write the line that makes a cell or a layer."""
    return f"{what} = {name}({arguments(spec.hidden_sizes[:1], options(spec) | more)})"


def keywords(old: list[str], given: Collection[str] | None) -> str:
    """Write the keyword arguments of a layer's call: its initial state and mask."""
    words = f", initial_state=[{', '.join(old)}]" if old else ""
    if given is not None and "mask" in given:
        return words + ", mask=mask"
    if given is not None and "lengths" in given:
        return words + ", mask=tf.sequence_mask(lengths, x.shape[1])"
    return words
