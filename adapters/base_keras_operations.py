"""Keras 3's own losses, layers and optimisers, called as the operations are."""

from __future__ import annotations

from typing import Any

from rnncheck.protocol.operations import OperationSpec


def _spec(name: str, **options: str) -> OperationSpec:
    return OperationSpec(name, tuple(options.items()))


_SPARSE = "keras.losses.SparseCategoricalCrossentropy"
NAMES: dict[OperationSpec, str] = {
    _spec("cross_entropy", reduction="mean"): f"{_SPARSE}[mean_with_sample_weight]",
    _spec("cross_entropy", reduction="sum"): f"{_SPARSE}[sum]",
}


def cross_entropy(logits: Any, targets: Any, mask: Any, *, reduction: str) -> Any:
    """Give masked steps the weight 0; flat, since targets of one row would lose their axis."""
    import keras

    rule = {"mean": "mean_with_sample_weight", "sum": "sum"}[reduction]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=rule)
    flat = keras.ops.reshape(logits, (-1, logits.shape[-1]))  # (T * B, O)
    return loss(keras.ops.ravel(targets), flat, sample_weight=keras.ops.ravel(mask))
