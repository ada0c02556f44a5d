"""Operations as PyTorch functions `<operation>(...)` of tensors; autograd takes their gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnncheck.adapters.base_gradients import GradientRunner
from rnncheck.adapters.base_operations import OperationAdapter, OperationTarget, claims_on
from rnncheck.adapters.base_operations_rerun import TorchOperationsLayout
from rnncheck.adapters.base_torch import import_torch
from rnncheck.adapters.base_torch_operations import NAMES
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import OperationSpec


class TorchOperationsRunner(GradientRunner):
    """Calls a function of tensors."""

    def __init__(
        self, namespace: Mapping[str, Any], spec: OperationSpec, dtype: str, device: str
    ) -> None:
        """Import PyTorch."""
        super().__init__(namespace, spec, dtype)
        self.torch = import_torch(device)
        self.device = device

    def tensor(self, array: Array) -> Any:
        """Return a tensor on the device."""
        kind = getattr(self.torch, self.dtype) if array.dtype.kind == "f" else None
        return self.torch.tensor(array, dtype=kind, device=self.device)

    def array(self, tensor: Any) -> Array:
        """Return a NumPy array."""
        whole = isinstance(tensor, self.torch.Tensor)
        array: Array = tensor.detach().cpu().numpy() if whole else np.asarray(tensor)
        return array

    def gradients(self, given: Mapping[str, Any], upstream: Arrays) -> dict[str, Any]:
        """Return the gradients that autograd gives."""
        names = self.spec.operation.differentiated
        leaves = {n: given[n].requires_grad_() for n in names}
        results = self.answer(given)
        live = {n: r for n, r in results.items() if getattr(r, "requires_grad", False)}
        if not live:
            return dict.fromkeys(names)
        above = [self.tensor(upstream[n]).reshape(live[n].shape) for n in live]
        found = self.torch.autograd.grad(
            list(live.values()), list(leaves.values()), above, allow_unused=True
        )
        return dict(zip(names, found, strict=True))


ADAPTER = OperationAdapter(
    "torch_operations",
    "torch",
    TorchOperationsLayout(),
    TorchOperationsRunner,
    claims_on("cpu", "cuda"),
    "rnncheck.adapters.base_torch_operations",
    tuple(OperationTarget(name, spec) for spec, name in NAMES.items()),
)
