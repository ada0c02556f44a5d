"""The arithmetic of a framework on CUDA: IEEE's, in which verdicts are given, or its default.

By default float32 matrix products may run in TF32, which has 10 bits of fraction in place of 23. A
worker whose environment names VARIABLE as "default" leaves the framework as it is; what comes of
that is reported and never marked.
"""

from __future__ import annotations

import os
from typing import Any

VARIABLE = "RNNCHECK_ARITHMETIC"
DEFAULT = "default"


def arrange_torch(torch: Any) -> None:
    """Have PyTorch compute on CUDA as IEEE says, and by the same algorithm every time."""
    if os.environ.get(VARIABLE) == DEFAULT:
        return
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True


def arrange_tensorflow(tf: Any) -> None:
    """Have TensorFlow compute on CUDA as IEEE says, cuDNN's layers included."""
    if os.environ.get(VARIABLE) != DEFAULT:
        tf.config.experimental.enable_tensor_float_32_execution(False)
