"""The output layer: one matmul over all steps equals projecting step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnncheck.protocol.spec import OUTPUT_ACTIVATIONS, Spec
from rnncheck.reference import dense
from rnncheck.reference.differences import complex_step
from rnncheck.reference.implementation import bind
from tests.reference_cases import Drawn, Numbers, make, same, worst

T, B, R, WIDTH = 6, 3, 5, 2


def drawn(activation: str) -> Drawn:
    """Return a GRU with an output layer after each step."""
    spec = Spec("gru", 4, (R,), output_size=WIDTH, output_activation=activation)
    return make(spec, T, B)


def projected(case: Drawn, h: Numbers, d_outputs: Numbers) -> dict[str, Numbers]:
    """Run the layer forward and backward on whatever axes come before the last."""
    outputs, trace = dense.forward(case.spec, case.params, h)
    d_params, d_h = dense.backward(case.spec, case.params, h, trace["o_in"], d_outputs)
    return {"outputs": outputs, "h": d_h, **d_params}


def one_step(case: Drawn, h: Numbers, d_outputs: Numbers) -> dict[str, Numbers]:
    """Return what `projected` does for one step, its gradients by complex step."""

    def total(arrays: dict[str, Numbers]) -> Numbers:
        return np.asarray((dense.forward(case.spec, arrays, arrays["h"])[0] * d_outputs).sum())

    arrays = {"h": h, **{name: case.params[name] for name in ("weight_ho", "bias_o")}}
    outputs, _ = dense.forward(case.spec, case.params, h)
    return {"outputs": outputs} | complex_step(total, arrays)


@pytest.mark.parametrize("activation", OUTPUT_ACTIVATIONS)
def test_reshape_dense_reshape_equals_projecting_each_step(activation: str) -> None:
    """Values, the gradient of every h, and the parameters' gradients summed over time."""
    case = drawn(activation)
    h = np.random.default_rng(1).normal(size=(T, B, R))
    flat = projected(case, h.reshape(T * B, R), case.d_outputs.reshape(T * B, WIDTH))
    together = {
        **flat,
        "outputs": flat["outputs"].reshape(T, B, WIDTH),
        "h": flat["h"].reshape(T, B, R),
    }
    steps = [one_step(case, h[t], case.d_outputs[t]) for t in range(T)]
    each = {name: np.stack([step[name] for step in steps]) for name in ("outputs", "h")}
    each |= {
        name: np.sum([step[name] for step in steps], axis=0) for name in ("weight_ho", "bias_o")
    }
    same(together, each, 1e-14)


@pytest.mark.parametrize("activation", OUTPUT_ACTIVATIONS)
def test_network_with_an_output_layer_is_the_network_then_the_layer(activation: str) -> None:
    """A layer after all steps, outside the network, gives the same outputs and gradients."""
    case = drawn(activation)
    inner = case.spec.with_(output_size=0, output_activation="identity")
    params = {name: a for name, a in case.params.items() if name not in ("weight_ho", "bias_o")}
    bare = bind(inner, params)
    h = bare.sequence(case.x, case.state)["outputs"]
    outside = projected(case, h.reshape(T * B, R), case.d_outputs.reshape(T * B, WIDTH))
    d_h = outside.pop("h").reshape(T, B, R)
    outputs = outside.pop("outputs").reshape(T, B, WIDTH)
    expected = bare.sequence_vjp(case.x, case.state, d_h, case.d_state)
    expected |= {f"d.{name}": gradient for name, gradient in outside.items()}
    bound = bind(case.spec, case.params)
    got = bound.sequence_vjp(case.x, case.state, case.d_outputs, case.d_state)
    same(got, expected, 1e-14)
    assert worst(bound.sequence(case.x, case.state)["outputs"], outputs) == 0.0


def test_tensorflow_s_reshape_dense_reshape_is_the_same() -> None:
    """Batch first, as [-1, R] to [-1, T, O] in a TF1 graph, values and gradients."""
    tf: Any = pytest.importorskip("tensorflow.compat.v1", reason="TensorFlow is not installed")
    case = drawn("identity")
    h = np.random.default_rng(1).normal(size=(T, B, R))
    with tf.Graph().as_default(), tf.Session() as session:
        leaves = {"h": tf.constant(h.swapaxes(0, 1))}  # (B, T, R)
        leaves |= {name: tf.constant(case.params[name]) for name in ("weight_ho", "bias_o")}
        stacked = tf.matmul(tf.reshape(leaves["h"], [-1, R]), leaves["weight_ho"], transpose_b=True)
        outputs = tf.reshape(stacked + leaves["bias_o"], [-1, T, WIDTH])
        d_outputs = case.d_outputs.swapaxes(0, 1)
        grads = tf.gradients(outputs, list(leaves.values()), d_outputs)
        values, d_h, *d_params = session.run([outputs, *grads])
    expected = {"outputs": values.swapaxes(0, 1), "h": d_h.swapaxes(0, 1)}
    expected |= dict(zip(("weight_ho", "bias_o"), d_params, strict=True))
    same(projected(case, h, case.d_outputs), expected, 1e-14)
