"""Operations as Keras 3 functions `<operation>(...)` of tensors; GradientTape takes gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnncheck.adapters.base_gradients import GradientRunner
from rnncheck.adapters.base_keras import import_keras
from rnncheck.adapters.base_keras_operations import NAMES
from rnncheck.adapters.base_operations import OperationAdapter, OperationTarget, claims_on
from rnncheck.adapters.base_operations_rerun import TensorFlowOperationsLayout
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import OperationSpec


class KerasOperationsRunner(GradientRunner):
    """Calls a function of tensors eagerly."""

    def __init__(
        self, namespace: Mapping[str, Any], spec: OperationSpec, dtype: str, device: str
    ) -> None:
        """Import Keras on TensorFlow."""
        super().__init__(namespace, spec, dtype)
        self.keras, self.tf = import_keras(device)
        self.device = "/GPU:0" if device == "cuda" else "/CPU:0"

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call in the bound dtype on the device."""
        self.keras.config.set_floatx(self.dtype)
        with self.tf.device(self.device):
            return super().call(name, arrays)

    def tensor(self, array: Array) -> Any:
        """Return a tensor."""
        kind = self.dtype if array.dtype.kind == "f" else array.dtype
        return self.tf.convert_to_tensor(array.astype(kind))

    def array(self, tensor: Any) -> Array:
        """Return a NumPy array."""
        return np.asarray(tensor)

    def gradients(self, given: Mapping[str, Any], upstream: Arrays) -> dict[str, Any]:
        """Return the gradients that a tape gives."""
        leaves = {n: given[n] for n in self.spec.operation.differentiated}
        with self.tf.GradientTape() as tape:
            tape.watch(list(leaves.values()))
            results = self.answer(given)
        above = [self.tf.reshape(self.tensor(upstream[n]), r.shape) for n, r in results.items()]
        found = tape.gradient(list(results.values()), list(leaves.values()), above)
        return {
            n: None if gradient is None else self.tf.convert_to_tensor(gradient)
            for n, gradient in zip(leaves, found, strict=True)
        }


ADAPTER = OperationAdapter(
    "keras_operations",
    "keras3",
    TensorFlowOperationsLayout("keras3"),
    KerasOperationsRunner,
    claims_on("cpu", "cuda"),
    "rnncheck.adapters.base_keras_operations",
    tuple(OperationTarget(name, spec) for spec, name in NAMES.items()),
)
