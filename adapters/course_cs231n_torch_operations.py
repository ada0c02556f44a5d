"""CS231n in PyTorch: word_embedding_forward, temporal_affine_forward and temporal_softmax_loss.

The functions may give back a cache, or the loss's own gradient, beside the result; autograd takes
all gradients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base_answers import describe, find, wrong_answer
from rnncheck.adapters.base_called import called
from rnncheck.adapters.base_course_operations import BatchMajorLayout
from rnncheck.adapters.base_operations import OperationAdapter, claims_on, result_names
from rnncheck.adapters.course_cs231n_operations import FORWARD, LOSS
from rnncheck.adapters.torch_operations import TorchOperationsRunner
from rnncheck.protocol.faults import Fault

LOSS_OF: tuple[str, ...] = ("logits", "targets", "mask")


class Cs231nTorchOperationsRunner(TorchOperationsRunner):
    """Calls the functions by their names; see adapters.base.Runner."""

    def answer(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a function gives, without what stands beside it."""
        name, keys = LOSS, LOSS_OF
        if self.spec.name in FORWARD:
            name, keys = f"{FORWARD[self.spec.name][0]}_forward", FORWARD[self.spec.name][1]
        function, args = find(self.namespace, name), [given[key] for key in keys]
        if not callable(function):
            raise Fault("error", f"{name} is {describe(function)}; it must be a function")
        with called(function, f"{name} of {len(args)} arguments", *args):
            found = function(*args)
        found = found[0] if isinstance(found, tuple | list) and found else found
        if not isinstance(found, self.torch.Tensor):
            raise wrong_answer(found, f"a tensor from {name}")
        return {result_names(self.spec)[0]: found}


ADAPTER = OperationAdapter(
    "course_cs231n_torch_operations",
    "torch",
    BatchMajorLayout(),
    Cs231nTorchOperationsRunner,
    claims_on("cpu"),
)
