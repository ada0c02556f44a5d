"""Operations as TensorFlow 1 functions `<operation>(...)`, run in a graph and a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnncheck.adapters.base_gradients import GradientRunner
from rnncheck.adapters.base_operations import OperationAdapter, OperationTarget, claims_on
from rnncheck.adapters.base_operations_rerun import TensorFlowOperationsLayout
from rnncheck.adapters.base_tf1 import import_tf1
from rnncheck.adapters.base_tf1_dropout import GRAPH_SEED
from rnncheck.adapters.base_tf1_operations import NAMES
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import OperationSpec


class Tf1OperationsRunner(GradientRunner):
    """Builds a graph for each call and runs it, its variables initialised."""

    def __init__(
        self, namespace: Mapping[str, Any], spec: OperationSpec, dtype: str, device: str
    ) -> None:
        """Import TensorFlow."""
        super().__init__(namespace, spec, dtype)
        self.tf = import_tf1(dtype, device)
        self.device = "/GPU:0" if device == "cuda" else "/CPU:0"
        self.session: Any = None

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call in a graph of its own."""
        tf = self.tf
        tf.keras.backend.set_floatx(self.dtype)
        config = tf.ConfigProto(allow_soft_placement=True)
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        with tf.Graph().as_default(), tf.device(self.device), tf.Session(config=config) as session:
            tf.set_random_seed(GRAPH_SEED)
            self.session = session
            return super().call(name, arrays)

    def tensor(self, array: Array) -> Any:
        """Return a constant of the graph."""
        return self.tf.constant(array.astype(self.dtype) if array.dtype.kind == "f" else array)

    def arrays(self, tensors: Mapping[str, Any]) -> Arrays:
        """Return what the session gives for tensors; it starts when the graph is whole."""
        tf, graph = self.tf, {n: self.tf.convert_to_tensor(t) for n, t in tensors.items()}
        self.session.run(tf.global_variables_initializer())
        return {name: np.asarray(value) for name, value in self.session.run(graph).items()}

    def gradients(self, given: Mapping[str, Any], upstream: Arrays) -> dict[str, Any]:
        """Return the gradients of tf.gradients."""
        leaves = {n: given[n] for n in self.spec.operation.differentiated}
        results = self.answer(given)
        above = [
            self.tf.reshape(self.tensor(upstream[n]), self.tf.shape(r)) for n, r in results.items()
        ]
        found = self.tf.gradients(list(results.values()), list(leaves.values()), above)
        return dict(zip(leaves, found, strict=True))


ADAPTER = OperationAdapter(
    "tf1_operations",
    "tf1",
    TensorFlowOperationsLayout("tf1"),
    Tf1OperationsRunner,
    claims_on("cpu", "cuda"),
    "rnncheck.adapters.base_tf1_operations",
    tuple(OperationTarget(name, spec) for spec, name in NAMES.items()),
)
