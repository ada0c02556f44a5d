"""PyTorch's own functions and classes, called as the operations are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters import base_torch_networks as networks
from rnncheck.protocol.operations import OperationSpec, operation_spec

NAMES: dict[OperationSpec, str] = {
    operation_spec("cross_entropy", reduction="mean"): "torch.nn.functional.cross_entropy",
    operation_spec("cross_entropy", reduction="sum"): "torch.nn.functional.cross_entropy[sum]",
    operation_spec("squared_error", reduction="mean"): "torch.nn.functional.mse_loss",
    operation_spec("last_cross_entropy", reduction="mean"): "torch.nn.functional.cross_entropy",
    operation_spec("last_cross_entropy", reduction="sum"): "torch.nn.functional.cross_entropy[sum]",
    operation_spec("embedding"): "torch.nn.functional.embedding",
    operation_spec("dense_over_time"): "torch.nn.functional.linear",
    operation_spec("clip_by_value"): "torch.clamp",
    operation_spec("clip_by_global_norm", rule="torch"): "torch.nn.utils.clip_grad_norm_",
    operation_spec("sgd_step"): "torch.optim.SGD",
    operation_spec("adam_step", placement="paper"): "torch.optim.Adam",
    **networks.NAMES,
}

encoder_decoder = networks.encoder_decoder
generate = networks.generate
gradient_flow = networks.gradient_flow
rtrl = networks.rtrl
sequence_to_vector = networks.sequence_to_vector
truncated_bptt = networks.truncated_bptt
vector_to_sequence = networks.vector_to_sequence


def cross_entropy(logits: Any, targets: Any, mask: Any, *, reduction: str) -> Any:
    """Leave masked steps out by the number that the loss ignores."""
    from torch.nn.functional import cross_entropy

    kept = targets.where(mask, -100)  # (T, B)
    return cross_entropy(logits.permute(0, 2, 1), kept, reduction=reduction)  # (T, O, B)


def squared_error(outputs: Any, targets: Any, t_min: int, t_max: int) -> Any:
    """Cut the window out."""
    from torch.nn.functional import mse_loss

    return mse_loss(outputs[t_min : t_max + 1], targets[t_min : t_max + 1])


def last_cross_entropy(logits: Any, targets: Any, lengths: Any, *, reduction: str) -> Any:
    """Pick the last step of each row."""
    import torch

    last = logits[lengths - 1, torch.arange(len(lengths))]  # (B, O)
    return torch.nn.functional.cross_entropy(last, targets, reduction=reduction)


def embedding(table: Any, ids: Any) -> Any:
    """Look rows up."""
    from torch.nn.functional import embedding

    return embedding(ids, table)


def dense_over_time(h: Any, weight: Any, bias: Any) -> Any:
    """Apply to the last axis."""
    from torch.nn.functional import linear

    return linear(h, weight, bias)


def clip_by_value(gradient: Any, low: float, high: float) -> Any:
    """Clamp; clip_grad_value_ does the same between -high and high."""
    import torch

    return torch.clamp(gradient, low, high)


def clip_by_global_norm(gradients: Mapping[str, Any], limit: float) -> Any:
    """Clip the gradients of parameters in place."""
    import torch

    parameters = {name: torch.nn.Parameter(torch.zeros_like(g)) for name, g in gradients.items()}
    for name, parameter in parameters.items():
        parameter.grad = gradients[name].clone()
    norm = torch.nn.utils.clip_grad_norm_(list(parameters.values()), limit)
    return {name: parameter.grad for name, parameter in parameters.items()}, norm


def sgd_step(parameter: Any, gradient: Any, rate: float) -> Any:
    """Take one step."""
    import torch

    own = torch.nn.Parameter(parameter.clone())
    own.grad = gradient
    torch.optim.SGD([own], lr=rate).step()
    return own


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
    """Take step t from the state after step t - 1."""
    import torch

    own = torch.nn.Parameter(parameter.clone())
    own.grad = gradient
    optimiser = torch.optim.Adam([own], lr=rate, betas=(beta1, beta2), eps=epsilon)
    before = {"step": torch.tensor(float(t - 1)), "exp_avg": m.clone(), "exp_avg_sq": v.clone()}
    optimiser.state[own] = before
    optimiser.step()
    return own, before["exp_avg"], before["exp_avg_sq"]
