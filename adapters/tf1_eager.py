"""A drop-in for a cell of tf.nn.rnn_cell (TensorFlow 1), stepped eagerly under GradientTape."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import check_size, check_weights, find
from rnncheck.adapters.base_tf1 import DETACHED, as_state, import_tf1, make_cell, results
from rnncheck.adapters.base_tf1_layout import Tf1Layout, fits, parameter_names, targets
from rnncheck.adapters.base_tf1_rerun import Rerun
from rnncheck.protocol import claims as vocabulary
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec


class Tf1EagerLayout(Tf1Layout):
    """Weights as in base_tf1_layout."""

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `given` None means x and the whole state."""
        return Rerun(spec, call, name, given).eagerly(parameter_names(spec))


class Tf1EagerRunner:
    """Calls cell(x, state); facts["detached"] names what the tape does not reach."""

    def __init__(self, kind: Any, spec: Spec, params: Arrays, dtype: str, device: str) -> None:
        """Make the cell, let one step make its weights, and set them.

        Raises:
            Fault: TensorFlow, its eager mode or the device is absent, or the weights are others.
        """
        self.tf = tf = import_tf1(dtype, device)
        if not tf.executing_eagerly():
            raise Fault("error", "eager execution is off; remove tf.disable_eager_execution()")
        self.facts: dict[str, Any] = {}
        self._spec, self._dtype, self._names = spec, dtype, list(params)
        self._device = "/GPU:0" if device == "cuda" else "/CPU:0"
        with tf.device(self._device):
            self._cell = make_cell(tf, kind, spec)
            self._run({"x": tf.zeros((1, spec.input_size), dtype)})
            what = type(self._cell).__name__
            check_weights(what, [tuple(v.shape) for v in self._cell.variables], params)
            for variable, value in zip(self._cell.variables, params.values(), strict=True):
                variable.assign(value)

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a step or its vjp (see base.Runner)."""
        tf = self.tf
        tf.keras.backend.set_floatx(self._dtype)
        with tf.device(self._device):
            given = {key: tf.constant(array, self._dtype) for key, array in arrays.items()}
            if name == "step":
                return {key: tensor.numpy() for key, tensor in self._run(given).items()}
            return self._gradients(given)

    def _run(self, given: dict[str, Any]) -> dict[str, Any]:
        state = as_state(self.tf, self._spec, given)
        if state is None:
            state = self._cell.zero_state(given["x"].shape[0], self._dtype)
        answer = self._cell(given["x"], state)
        named = results(self.tf, self._spec, answer)
        dtypes = {key: tensor.dtype.name for key, tensor in named.items()}
        self.facts = {"containers": {"state": type(answer[1]).__name__}, "dtypes": dtypes}
        return named

    def _gradients(self, given: dict[str, Any]) -> Arrays:
        tf = self.tf
        sources = {f"d.{key}": t for key, t in given.items() if not key.startswith("d_")}
        sources |= {f"d.{n}": v for n, v in zip(self._names, self._cell.variables, strict=True)}
        with tf.GradientTape() as tape:
            tape.watch(list(sources.values()))
            named = self._run(given)
        upstream = []
        for key, tensor in named.items():
            check_size(key, tensor, tuple(given[f"d_{key}"].shape))
            upstream.append(tf.cast(tf.reshape(given[f"d_{key}"], tensor.shape), tensor.dtype))
        found = tape.gradient(list(named.values()), sources, output_gradients=upstream)
        if all(gradient is None for gradient in found.values()):
            raise Fault("error", DETACHED)
        self.facts["detached"] = sorted(key for key, g in found.items() if g is None)
        return {
            key: np.zeros(sources[key].shape) if g is None else tf.convert_to_tensor(g).numpy()
            for key, g in found.items()
        }


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a cell offers; nothing for a spec that it cannot express."""
    if not fits(spec):
        return frozenset()
    calls = ("step", "step_vjp", "initial_state", "none_state", "final_state")
    return vocabulary.claims((*calls, "float64", "float32", "float16", "cpu", "cuda"))


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Tf1EagerRunner:
    """Build the cell (see base.Adapter)."""
    return Tf1EagerRunner(find(namespace, name), spec, params, dtype, device)


ADAPTER = Adapter(
    name="tf1_eager",
    world="tf1",
    layout=Tf1EagerLayout(),
    claims=claims,
    make=make,
    targets=targets(),
)
