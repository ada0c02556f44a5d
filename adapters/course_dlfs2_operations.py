"""Deep Learning from Scratch 2: TimeEmbedding, TimeAffine and TimeSoftmaxWithLoss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnncheck.adapters.base_answers import find, wrong_answer
from rnncheck.adapters.base_called import called
from rnncheck.adapters.base_course import on_cpu, take
from rnncheck.adapters.base_course_operations import BatchMajorLayout
from rnncheck.adapters.base_operations import OperationAdapter, claims_on
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.operations import OperationSpec

CLASSES = {
    "embedding": ("TimeEmbedding", ("table",), "ids", "x"),
    "dense_over_time": ("TimeAffine", ("weight", "bias"), "h", "outputs"),
    "cross_entropy": ("TimeSoftmaxWithLoss", (), "logits", "loss"),
}
IGNORED = -1  # the label of a step that does not count


class Dlfs2OperationsRunner:
    """Makes a layer for each call; see adapters.base.Runner."""

    def __init__(self, namespace: Mapping[str, Any], spec: OperationSpec) -> None:
        """Look nothing up yet."""
        self.facts: dict[str, Any] = {}
        self._namespace, self._spec = namespace, spec

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run "compute" or "compute_vjp" on copies."""
        own = {key: array.copy() for key, array in arrays.items()}
        kind, weights, read, result = CLASSES[self._spec.name]
        made = find(self._namespace, kind)
        params = [own[key] for key in weights]
        with called(made, f"{kind}({', '.join(weights)})", *params):
            layer = made(*params)
        given = [own[read]]
        if self._spec.name == "cross_entropy":
            given.append(np.where(own["mask"], own["targets"], IGNORED))
        out = take(self._ask(layer, kind, "forward", *given), (result,), f"{kind}.forward")
        if name == "compute":
            return out
        back = self._ask(layer, kind, "backward", own[f"d_{result}"])
        found: dict[str, Any] = {} if read == "ids" else {f"d.{read}": back}
        return found | self._grads(layer, kind, weights)

    def _ask(self, layer: Any, kind: str, name: str, *args: Any) -> Any:
        method = getattr(layer, name, None)
        if not callable(method):
            raise Fault("not_implemented", f"{kind} has no method {name}")
        with called(method, f"{kind}.{name} of {len(args)} arguments", *args):
            return method(*args)

    def _grads(self, layer: Any, kind: str, weights: tuple[str, ...]) -> dict[str, Any]:
        grads = getattr(layer, "grads", None) if weights else ()
        if not isinstance(grads, list | tuple) or len(grads) != len(weights):
            raise wrong_answer(grads, f"the gradients of {', '.join(weights)} in {kind}.grads")
        return {f"d.{name}": grad for name, grad in zip(weights, grads, strict=True)}


def _make(
    namespace: Mapping[str, Any], spec: OperationSpec, dtype: str, device: str
) -> Dlfs2OperationsRunner:
    on_cpu(device)
    return Dlfs2OperationsRunner(namespace, spec)


ADAPTER = OperationAdapter(
    "course_dlfs2_operations", "numpy", BatchMajorLayout(), _make, claims_on("cpu")
)
