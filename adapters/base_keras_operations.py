"""Keras 3's own losses, layers and optimisers, called as the operations are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters import base_keras_networks as networks
from rnncheck.protocol.operations import OperationSpec, operation_spec

_SPARSE = "keras.losses.SparseCategoricalCrossentropy"
NAMES: dict[OperationSpec, str] = {
    operation_spec("cross_entropy", reduction="mean"): f"{_SPARSE}[mean_with_sample_weight]",
    operation_spec("cross_entropy", reduction="sum"): f"{_SPARSE}[sum]",
    operation_spec("squared_error", reduction="mean"): "keras.losses.MeanSquaredError",
    operation_spec("last_cross_entropy", reduction="mean"): _SPARSE,
    operation_spec("last_cross_entropy", reduction="sum"): f"{_SPARSE}[sum]",
    operation_spec("embedding"): "keras.layers.Embedding",
    operation_spec("dense_over_time"): "keras.layers.Dense",
    operation_spec("clip_by_value"): "keras.ops.clip",
    operation_spec("clip_by_norm"): "keras.optimizers.SGD[clipnorm]",
    operation_spec(
        "clip_by_global_norm", rule="tensorflow"
    ): "keras.optimizers.SGD[global_clipnorm]",
    operation_spec("sgd_step"): "keras.optimizers.SGD",
    operation_spec("adam_step", placement="hat"): "keras.optimizers.Adam",
    **networks.NAMES,
}

encoder_decoder = networks.encoder_decoder
gradient_flow = networks.gradient_flow
sequence_to_vector = networks.sequence_to_vector
truncated_bptt = networks.truncated_bptt
vector_to_sequence = networks.vector_to_sequence


def cross_entropy(logits: Any, targets: Any, mask: Any, *, reduction: str) -> Any:
    """Give masked steps the weight 0; flat, since targets of one row would lose their axis."""
    import keras

    rule = {"mean": "mean_with_sample_weight", "sum": "sum"}[reduction]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=rule)
    flat = keras.ops.reshape(logits, (-1, logits.shape[-1]))  # (T * B, O)
    return loss(keras.ops.ravel(targets), flat, sample_weight=keras.ops.ravel(mask))


def squared_error(outputs: Any, targets: Any, t_min: int, t_max: int) -> Any:
    """Cut the window out."""
    import keras

    window = slice(t_min, t_max + 1)
    return keras.losses.MeanSquaredError()(targets[window], outputs[window])


def last_cross_entropy(logits: Any, targets: Any, lengths: Any, *, reduction: str) -> Any:
    """Pick the last step of each row."""
    import keras

    rule = {"mean": "sum_over_batch_size", "sum": "sum"}[reduction]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=rule)
    rows = keras.ops.transpose(logits, (1, 0, 2))  # (B, T, O)
    at = keras.ops.reshape(lengths - 1, (-1, 1, 1))
    return loss(targets, keras.ops.take_along_axis(rows, at, axis=1)[:, 0])


def embedding(table: Any, ids: Any) -> Any:
    """Call the layer with the table in place of its variable."""
    import keras

    layer = keras.layers.Embedding(*table.shape)
    layer.build(ids.shape)
    return layer.stateless_call([table], [], ids)[0]


def dense_over_time(h: Any, weight: Any, bias: Any) -> Any:
    """Call the layer with these in place of its variables."""
    import keras

    layer = keras.layers.Dense(weight.shape[0])
    layer.build(h.shape)
    return layer.stateless_call([keras.ops.transpose(weight), bias], [], h)[0]


def clip_by_value(gradient: Any, low: float, high: float) -> Any:
    """Clip; an optimizer's clipvalue does the same between -high and high."""
    import keras

    return keras.ops.clip(gradient, low, high)


def clip_by_norm(gradient: Any, limit: float) -> Any:
    """Let an optimizer clip each gradient for itself."""
    return _clipped({"one": gradient}, clipnorm=limit)["one"]


def clip_by_global_norm(gradients: Mapping[str, Any], limit: float) -> Any:
    """Let an optimizer clip all gradients; the norm is none of its results."""
    import keras

    flat = keras.ops.concatenate([keras.ops.ravel(g) for g in gradients.values()])
    return _clipped(gradients, global_clipnorm=limit), keras.ops.norm(flat)


def _clipped(gradients: Mapping[str, Any], **rule: float) -> dict[str, Any]:
    """Return gradients as an optimizer of rate 1 takes them from zeros."""
    import keras

    variables = [keras.Variable(keras.ops.zeros_like(g)) for g in gradients.values()]
    optimiser = keras.optimizers.SGD(learning_rate=1.0, **rule)
    optimiser.apply(list(gradients.values()), variables)
    found = zip(gradients, variables, strict=True)
    return {name: -keras.ops.convert_to_tensor(variable) for name, variable in found}


def sgd_step(parameter: Any, gradient: Any, rate: float) -> Any:
    """Take one step."""
    import keras

    own = keras.Variable(parameter)
    keras.optimizers.SGD(learning_rate=rate).apply([gradient], [own])
    return keras.ops.convert_to_tensor(own)


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
    """Take step t from the state after step t - 1, which is in the optimizer's variables."""
    import keras

    own = keras.Variable(parameter)
    optimiser = keras.optimizers.Adam(rate, beta1, beta2, epsilon)
    optimiser.build([own])
    optimiser.iterations.assign(t - 1)
    means = {"momentum": m, "velocity": v}
    held = {n: x for n in means for x in optimiser.variables if x.path.endswith(n)}
    for name, variable in held.items():
        variable.assign(means[name])
    optimiser.apply([gradient], [own])
    return tuple(map(keras.ops.convert_to_tensor, (own, held["momentum"], held["velocity"])))
