"""CS231n: word_embedding_*, temporal_affine_* and temporal_softmax_loss of rnn_layers.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base_answers import describe, find
from rnncheck.adapters.base_called import called
from rnncheck.adapters.base_course import on_cpu, take
from rnncheck.adapters.base_course_operations import BatchMajorLayout
from rnncheck.adapters.base_operations import OperationAdapter, claims_on
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.operations import OperationSpec

FORWARD = {
    "embedding": ("word_embedding", ("ids", "table"), "x", ("d.table",)),
    "dense_over_time": (
        *("temporal_affine", ("h", "weight", "bias"), "outputs"),
        ("d.h", "d.weight", "d.bias"),
    ),
}
LOSS = "temporal_softmax_loss"


class Cs231nOperationsRunner:
    """Calls the functions by their names; see adapters.base.Runner."""

    def __init__(self, namespace: Mapping[str, Any], spec: OperationSpec) -> None:
        """Look nothing up yet."""
        self.facts: dict[str, Any] = {}
        self._namespace, self._spec = namespace, spec

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run "compute" or "compute_vjp" on copies."""
        own = {key: array.copy() for key, array in arrays.items()}
        if self._spec.name == "cross_entropy":
            answer = self._ask(LOSS, own["logits"], own["targets"], own["mask"])
            found = take(answer, ("loss", "d.logits"), LOSS)
            if name == "compute":
                return {"loss": found["loss"]}
            return {"d.logits": found["d.logits"] * own["d_loss"]}
        start, given, result, gradients = FORWARD[self._spec.name]
        answer = self._ask(f"{start}_forward", *(own[key] for key in given))
        found = take(answer, ("out", "cache"), f"{start}_forward")
        if name == "compute":
            return {result: found["out"]}
        back = f"{start}_backward"
        return take(self._ask(back, own[f"d_{result}"], found["cache"]), gradients, back)

    def _ask(self, name: str, *args: Any) -> Any:
        function = find(self._namespace, name)
        if not callable(function):
            raise Fault("error", f"{name} is {describe(function)}; it must be a function")
        with called(function, f"{name} of {len(args)} arguments", *args):
            return function(*args)


def _make(
    namespace: Mapping[str, Any], spec: OperationSpec, dtype: str, device: str
) -> Cs231nOperationsRunner:
    on_cpu(device)
    return Cs231nOperationsRunner(namespace, spec)


ADAPTER = OperationAdapter(
    "course_cs231n_operations", "numpy", BatchMajorLayout(), _make, claims_on("cpu")
)
