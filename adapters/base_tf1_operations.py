"""TensorFlow 1's own functions and optimisers, called as the operations are."""

from __future__ import annotations

from typing import Any

from rnncheck.protocol.operations import OperationSpec


def _spec(name: str, **options: str) -> OperationSpec:
    return OperationSpec(name, tuple(options.items()))


_SPARSE = "tf.nn.sparse_softmax_cross_entropy_with_logits"
NAMES: dict[OperationSpec, str] = {
    _spec("cross_entropy", reduction=reduction): f"{_SPARSE}[{reduction}]"
    for reduction in ("mean", "sum", "rows")
}


def cross_entropy(logits: Any, targets: Any, mask: Any, *, reduction: str) -> Any:
    """Reduce what TensorFlow gives for each step; tf.losses would compute in float32."""
    import tensorflow.compat.v1 as tf

    each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
    if reduction == "rows":
        kept = tf.where(mask, each, tf.zeros_like(each))  # (T, B)
        return tf.reduce_mean(tf.reduce_sum(kept, axis=0))
    chosen = tf.boolean_mask(each, mask)
    return tf.reduce_sum(chosen) if reduction == "sum" else tf.reduce_mean(chosen)
