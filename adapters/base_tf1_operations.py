"""TensorFlow 1's own functions and optimisers, called as the operations are, in a graph.

tf.losses would compute in float32 whatever it is given: these losses are made of tf.nn's functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters import base_tf1_networks as networks
from rnncheck.protocol.operations import OperationSpec, operation_spec

_SPARSE = "tf.nn.sparse_softmax_cross_entropy_with_logits"
NAMES: dict[OperationSpec, str] = {
    operation_spec("cross_entropy", reduction="mean"): f"{_SPARSE}[mean]",
    operation_spec("cross_entropy", reduction="sum"): f"{_SPARSE}[sum]",
    operation_spec("cross_entropy", reduction="rows"): f"{_SPARSE}[rows]",
    operation_spec("squared_error", reduction="mean"): "tf.squared_difference[mean]",
    operation_spec("squared_error", reduction="sum"): "tf.squared_difference[sum]",
    operation_spec("squared_error", reduction="rows"): "tf.squared_difference[rows]",
    operation_spec("last_cross_entropy", reduction="mean"): f"{_SPARSE}[mean]",
    operation_spec("last_cross_entropy", reduction="sum"): f"{_SPARSE}[sum]",
    operation_spec("embedding"): "tf.nn.embedding_lookup",
    operation_spec("dense_over_time"): "tf.nn.xw_plus_b",
    operation_spec("clip_by_value"): "tf.clip_by_value",
    operation_spec("clip_by_norm"): "tf.clip_by_norm",
    operation_spec("clip_by_global_norm", rule="tensorflow"): "tf.clip_by_global_norm",
    operation_spec("sgd_step"): "tf.train.GradientDescentOptimizer",
    operation_spec("adam_step", placement="hat"): "tf.train.AdamOptimizer",
    **networks.NAMES,
}

encoder_decoder = networks.encoder_decoder
gradient_flow = networks.gradient_flow
sequence_to_vector = networks.sequence_to_vector
truncated_bptt = networks.truncated_bptt
vector_to_sequence = networks.vector_to_sequence


def cross_entropy(logits: Any, targets: Any, mask: Any, *, reduction: str) -> Any:
    """Reduce what TensorFlow gives for each step."""
    import tensorflow.compat.v1 as tf

    each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
    if reduction == "rows":
        return _reduced(tf.where(mask, each, tf.zeros_like(each)), reduction)  # (T, B)
    return _reduced(tf.boolean_mask(each, mask), reduction)


def squared_error(outputs: Any, targets: Any, t_min: int, t_max: int, *, reduction: str) -> Any:
    """Cut the window out."""
    import tensorflow.compat.v1 as tf

    window = slice(t_min, t_max + 1)
    each = tf.reduce_mean(tf.squared_difference(outputs[window], targets[window]), axis=2)
    return _reduced(each, reduction)


def last_cross_entropy(logits: Any, targets: Any, lengths: Any, *, reduction: str) -> Any:
    """Pick the last step of each row."""
    import tensorflow.compat.v1 as tf

    at = tf.stack([lengths - 1, tf.range(tf.size(lengths, out_type=lengths.dtype))], axis=1)
    last = tf.gather_nd(logits, at)  # (B, O)
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=last)
    return _reduced(each, reduction)


def _reduced(each: Any, reduction: str) -> Any:
    import tensorflow.compat.v1 as tf

    if reduction == "rows":
        return tf.reduce_mean(tf.reduce_sum(each, axis=0))
    return tf.reduce_sum(each) if reduction == "sum" else tf.reduce_mean(each)


def embedding(table: Any, ids: Any) -> Any:
    """Look rows up; the gradient comes as indexed slices."""
    import tensorflow.compat.v1 as tf

    return tf.nn.embedding_lookup(table, ids)


def dense_over_time(h: Any, weight: Any, bias: Any) -> Any:
    """Reshape, dense, reshape."""
    import tensorflow.compat.v1 as tf

    steps, batch, width = h.shape
    flat = tf.nn.xw_plus_b(tf.reshape(h, (-1, width)), tf.transpose(weight), bias)
    return tf.reshape(flat, (steps, batch, -1))


def clip_by_value(gradient: Any, low: float, high: float) -> Any:
    """Clip."""
    import tensorflow.compat.v1 as tf

    return tf.clip_by_value(gradient, low, high)


def clip_by_norm(gradient: Any, limit: float) -> Any:
    """Clip."""
    import tensorflow.compat.v1 as tf

    return tf.clip_by_norm(gradient, limit)


def clip_by_global_norm(gradients: Mapping[str, Any], limit: float) -> Any:
    """Clip."""
    import tensorflow.compat.v1 as tf

    clipped, norm = tf.clip_by_global_norm(list(gradients.values()), limit)
    return dict(zip(gradients, clipped, strict=True)), norm


def sgd_step(parameter: Any, gradient: Any, rate: float) -> Any:
    """Take one step from the parameter, however often this is run."""
    import tensorflow.compat.v1 as tf

    own = tf.Variable(parameter)
    with tf.control_dependencies([own.assign(parameter)]):
        step = tf.train.GradientDescentOptimizer(rate).apply_gradients([(gradient, own)])
    with tf.control_dependencies([step]):
        return own.read_value()


def adam_step(
    parameter: Any,
    gradient: Any,
    m: Any,
    v: Any,
    t: int,
    rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
) -> Any:
    """Take step t from the state after step t - 1, set anew however often this is run.

    TensorFlow holds rate, betas and their powers in float32: powers of 2 and of 3/4 are exact.
    """
    import tensorflow.compat.v1 as tf

    own = tf.Variable(parameter)
    optimiser = tf.train.AdamOptimizer(rate, beta1, beta2, epsilon)
    optimiser.apply_gradients([(gradient, own)])  # makes the variables of the state
    held = [optimiser.get_slot(own, name) for name in optimiser.get_slot_names()]
    powers = [x for x in optimiser.variables() if x.shape.rank == 0]
    values = [parameter, m, v, *(beta**t for beta in (beta1, beta2))]
    state = [own, *held, *sorted(powers, key=lambda x: x.name)]
    with tf.control_dependencies([x.assign(new) for x, new in zip(state, values, strict=True)]):
        step = optimiser.apply_gradients([(gradient, own)])
    with tf.control_dependencies([step]):
        return tuple(x.read_value() for x in (own, *held))
