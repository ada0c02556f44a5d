"""Keras 3's own SimpleRNN through time, called as the operations are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.protocol.operations import OperationSpec, operation_spec

Params = Mapping[str, Any]


_LAYER = "keras.layers.SimpleRNN"
NAMES: dict[OperationSpec, str] = {
    operation_spec("truncated_bptt"): f"{_LAYER}, tf.GradientTape",
    operation_spec("gradient_flow"): f"{_LAYER}, tf.GradientTape",
    operation_spec("sequence_to_vector"): _LAYER,
    operation_spec("vector_to_sequence", feed="first"): _LAYER,
    operation_spec("vector_to_sequence", feed="every"): f"{_LAYER}, keras.layers.RepeatVector",
    operation_spec("encoder_decoder"): _LAYER,
}


def _run(params: Params, x: Any, h0: Any, lengths: Any = None) -> tuple[Any, Any]:
    """Return the outputs (T, B, H) and the final state, given x (T, B, D)."""
    import keras

    ops = keras.ops
    layer = keras.layers.SimpleRNN(h0.shape[1], return_sequences=True, return_state=True)
    rows = ops.transpose(x, (1, 0, 2))
    layer.build(rows.shape)
    kernels = [ops.transpose(params["weight_ih"]), ops.transpose(params["weight_hh"])]
    held = [v.value for v in layer.non_trainable_variables]
    more: dict[str, Any] = {}
    if lengths is not None:
        more["mask"] = ops.arange(x.shape[0], dtype=lengths.dtype)[None, :] < lengths[:, None]
    given = [*kernels, params["bias"]]
    (outputs, state), _ = layer.stateless_call(given, held, rows, initial_state=h0, **more)
    return ops.transpose(outputs, (1, 0, 2)), state


def truncated_bptt(params: Params, x: Any, h0: Any, d_outputs: Any, k: int) -> Any:
    """Run window by window, the state between them a constant."""
    import keras
    import tensorflow as tf

    leaves = [*params.values(), x, h0]
    with tf.GradientTape() as tape:
        tape.watch(leaves)
        state, outputs = h0, []
        for start in range(0, x.shape[0], k):
            given = state if not start else keras.ops.stop_gradient(state)
            shown, state = _run(params, x[start : start + k], given)
            outputs.append(shown)
        whole = keras.ops.concatenate(outputs, axis=0)
    grads = tape.gradient(whole, leaves, d_outputs)
    return dict(zip(params, grads, strict=False)), grads[-2], grads[-1]


def gradient_flow(params: Params, x: Any, h0: Any) -> Any:
    """Differentiate each unit of the final state by the state before each step."""
    import tensorflow as tf

    states = [h0]
    for t in range(x.shape[0] - 1):
        states.append(_run(params, x[t : t + 1], states[-1])[1])
    found = []
    for t, state in enumerate(states):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(state)
            units = tf.unstack(_run(params, x[t:], state)[1], axis=1)
        found.append(tf.stack([tape.gradient(unit, state) for unit in units], axis=1))
    jacobians = tf.stack(found)  # (T, B, H, H)
    return jacobians, tf.linalg.svd(jacobians, compute_uv=False)[..., 0]


def sequence_to_vector(params: Params, x: Any, h0: Any, lengths: Any) -> Any:
    """Take the final state under a mask."""
    return _run(params, x, h0, lengths)[1]


def vector_to_sequence(params: Params, vector: Any, h0: Any, steps: int, *, feed: str) -> Any:
    """Repeat the vector, or put zeros behind it."""
    import keras

    rows = keras.layers.RepeatVector(steps)(vector)  # (B, T, D)
    x = keras.ops.transpose(rows, (1, 0, 2))
    if feed == "first":
        x = keras.ops.concatenate([x[:1], keras.ops.zeros_like(x[1:])], axis=0)
    return _run(params, x, h0)[0]


def encoder_decoder(
    encoder: Params, decoder: Params, x: Any, lengths: Any, fed: Any, h0: Any
) -> Any:
    """Hand the encoder's final state to the decoder."""
    return _run(decoder, fed, _run(encoder, x, h0, lengths)[1])[0]
