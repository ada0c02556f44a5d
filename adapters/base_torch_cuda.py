"""PyTorch where there is no GPU, for files that ask for one."""

from __future__ import annotations

import sys
from typing import Any


def allow() -> None:
    """Let .cuda() leave a tensor or a module where it is, if this process has no CUDA."""
    torch: Any = sys.modules.get("torch")
    if torch is not None and not torch.cuda.is_available():
        torch.Tensor.cuda = torch.nn.Module.cuda = _stay


def _stay(self: Any, *device: Any, **options: Any) -> Any:
    return self
