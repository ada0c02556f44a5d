"""PyTorch's own functions and classes, called as the operations are."""

from __future__ import annotations

from typing import Any

from rnncheck.protocol.operations import OperationSpec


def _spec(name: str, **options: str) -> OperationSpec:
    return OperationSpec(name, tuple(options.items()))


NAMES: dict[OperationSpec, str] = {
    _spec("cross_entropy", reduction="mean"): "torch.nn.functional.cross_entropy",
    _spec("cross_entropy", reduction="sum"): "torch.nn.CrossEntropyLoss[sum]",
}


def cross_entropy(logits: Any, targets: Any, mask: Any, *, reduction: str) -> Any:
    """Leave masked steps out by the number that the loss ignores."""
    from torch.nn.functional import cross_entropy

    kept = targets.where(mask, -100)  # (T, B)
    return cross_entropy(logits.permute(0, 2, 1), kept, reduction=reduction)  # (T, O, B)
