"""TensorFlow 1's BasicRNNCell through time, called as the operations are, in a graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.protocol.operations import OperationSpec, operation_spec

Params = Mapping[str, Any]


_CELL = "tf.nn.rnn_cell.BasicRNNCell"
NAMES: dict[OperationSpec, str] = {
    operation_spec("truncated_bptt"): f"{_CELL}, tf.stop_gradient",
    operation_spec("gradient_flow"): f"{_CELL}, tf.gradients",
    operation_spec("sequence_to_vector"): f"{_CELL}, tf.nn.dynamic_rnn",
    operation_spec("vector_to_sequence", feed="first"): f"{_CELL}, tf.nn.static_rnn",
    operation_spec("vector_to_sequence", feed="every"): f"{_CELL}, tf.nn.static_rnn[every]",
    operation_spec("encoder_decoder"): f"{_CELL}, tf.nn.dynamic_rnn",
}


def _cell(params: Params, width: int) -> Any:
    """Return a cell whose kernel is [weight_ih, weight_hh], so that gradients reach these."""
    import tensorflow.compat.v1 as tf

    weights = [params["weight_ih"], params["weight_hh"]]
    cell = tf.nn.rnn_cell.BasicRNNCell(weights[1].shape[0], dtype=weights[0].dtype)
    cell.build((None, width))
    cell._kernel = tf.transpose(tf.concat(weights, axis=1))  # (D + H, H)
    cell._bias = params["bias"]
    return cell


def _run(params: Params, x: Any, h0: Any, lengths: Any = None) -> tuple[Any, Any]:
    import tensorflow.compat.v1 as tf

    cell = _cell(params, x.shape[2])
    outputs, state = tf.nn.dynamic_rnn(cell, x, lengths, initial_state=h0, time_major=True)
    return outputs, state


def _steps(params: Params, x: Any, h0: Any) -> list[Any]:
    """Return h after each step of an unrolled loop over a list of inputs (B, D)."""
    import tensorflow.compat.v1 as tf

    outputs: list[Any] = tf.nn.static_rnn(_cell(params, x[0].shape[1]), x, initial_state=h0)[0]
    return outputs


def truncated_bptt(params: Params, x: Any, h0: Any, d_outputs: Any, k: int) -> Any:
    """Run window by window, the state between them a constant."""
    import tensorflow.compat.v1 as tf

    state, outputs = h0, []
    for start in range(0, x.shape[0], k):
        given = tf.stop_gradient(state) if start else state
        shown, state = _run(params, x[start : start + k], given)
        outputs.append(shown)
    leaves = [*params.values(), x, h0]
    grads = tf.gradients(tf.concat(outputs, axis=0), leaves, d_outputs)
    return dict(zip(params, grads, strict=False)), grads[-2], grads[-1]


def gradient_flow(params: Params, x: Any, h0: Any) -> Any:
    """Differentiate each unit of the final state by every state before."""
    import tensorflow.compat.v1 as tf

    states = [h0, *_steps(params, tf.unstack(x), h0)]
    units = range(h0.shape[1])
    found = [tf.stack(tf.gradients(states[-1][:, unit], states[:-1])) for unit in units]
    jacobians = tf.stack(found, axis=2)  # (T, B, H, H)
    return jacobians, tf.linalg.svd(jacobians, compute_uv=False)[..., 0]


def sequence_to_vector(params: Params, x: Any, h0: Any, lengths: Any) -> Any:
    """Take the final state."""
    return _run(params, x, h0, lengths)[1]


def vector_to_sequence(params: Params, vector: Any, h0: Any, steps: int, *, feed: str) -> Any:
    """Feed the vector, or zeros after the first step."""
    import tensorflow.compat.v1 as tf

    again = vector if feed == "every" else tf.zeros_like(vector)
    return tf.stack(_steps(params, [vector, *[again] * (steps - 1)], h0))


def encoder_decoder(
    encoder: Params, decoder: Params, x: Any, lengths: Any, fed: Any, h0: Any
) -> Any:
    """Hand the encoder's final state to the decoder."""
    import tensorflow.compat.v1 as tf

    with tf.variable_scope("encoder"):
        state = _run(encoder, x, h0, lengths)[1]
    with tf.variable_scope("decoder"):
        return _run(decoder, fed, state)[0]
