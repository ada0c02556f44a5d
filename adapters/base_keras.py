"""What the Keras 3 adapters share on the worker's side: GradientTape, tensors in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnncheck.adapters.base_answers import check_size, check_weights, parts, wrong_answer
from rnncheck.adapters.base_arithmetic import arrange_tensorflow
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec


def import_keras(device: str) -> tuple[Any, Any]:
    """Return keras on its TensorFlow backend, and tensorflow.

    Raises:
        Fault: "absent": a package or the device is not there, or Keras has another backend.
    """
    try:
        import keras
        import tensorflow as tf
    except ImportError as error:
        hint = 'Keras or TensorFlow is not installed: pip install "rnncheck[tensorflow]"'
        raise Fault("absent", hint, str(error)) from error
    if keras.backend.backend() != "tensorflow":
        hint = f"Keras runs on {keras.backend.backend()}; set KERAS_BACKEND=tensorflow"
        raise Fault("absent", hint)
    if device == "cuda" and not tf.config.list_physical_devices("GPU"):
        raise Fault("absent", "TensorFlow sees no CUDA device here; use the device cpu")
    if device == "cuda":
        arrange_tensorflow(tf)
    return keras, tf


class KerasRunner:
    """Calls a cell or layer eagerly and takes gradients by GradientTape.

    A vjp without a given state has no "d.state.<part>". Arguments that the tape does not reach
    are named in facts["detached"]; their gradients come back as zeros.
    """

    def __init__(
        self, build: Callable[[], Any], spec: Spec, params: Arrays, dtype: str, device: str
    ) -> None:
        """Build the object in this dtype and set its weights.

        Raises:
            Fault: Keras or the device is absent, or the weights are others.
        """
        self.keras, self.tf = import_keras(device)
        self.spec, self.dtype = spec, dtype
        self.device = "/GPU:0" if device == "cuda" else "/CPU:0"
        self.facts: dict[str, Any] = {}
        self.names = list(params)
        self._set_dtype()
        with self.tf.device(self.device):
            self.built = build()
            what = type(self.built).__name__
            if not isinstance(self.built, self.keras.layers.Layer):
                raise Fault("error", f"{what} is no keras.layers.Layer; derive the class from it")
            self.prepare()
            check_weights(what, [tuple(w.shape) for w in self.built.weights], params)
            self.built.set_weights(list(params.values()))

    def prepare(self) -> None:
        """Let the object make its weights."""
        raise NotImplementedError("a subclass of KerasRunner says how weights are made")

    def run(self, given: dict[str, Any], step: bool) -> dict[str, Any]:
        """Call the object on tensors and return "outputs" and "state.<part>"."""
        raise NotImplementedError("a subclass of KerasRunner says how its object is called")

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call (see base.Runner)."""
        self._set_dtype()
        step, self.facts = name.startswith("step"), {}
        with self.tf.device(self.device):
            given = {key: self._tensor(key, array) for key, array in arrays.items()}
            if not name.endswith("_vjp"):
                return {key: _numpy(t) for key, t in self._noted(self.run(given, step)).items()}
            return self._gradients(given, step)

    def weights(self) -> dict[str, Any]:
        """Return the object's weights by the names of their gradients."""
        return dict(zip(self.names, self.built.weights, strict=True))

    def mask(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the argument "mask" (B, T) where a mask or lengths are given."""
        if "mask" in given:
            return {"mask": given["mask"]}
        if "lengths" in given:
            return {"mask": self.tf.sequence_mask(given["lengths"], given["x"].shape[1])}
        return {}

    def state(self, given: dict[str, Any]) -> list[Any]:
        """Return the given parts of the state, h first."""
        return [given[key] for key in ("state.h", "state.c") if key in given]

    def results(self, outputs: Any, new: Any, asked: str) -> dict[str, Any]:
        """Return outputs and the parts of a new state, h first, as results.

        Raises:
            Fault: something is no tensor, or a part is missing.
        """
        kinds = ["h", "c"] if self.spec.cell == "lstm" else ["h"]
        self.facts["containers"] = {"state": type(new).__name__}
        news = (
            [new] if self.tf.is_tensor(new) and len(kinds) == 1 else parts(new, len(kinds), asked)
        )
        named = {"outputs": outputs}
        named |= {f"state.{kind}": part for kind, part in zip(kinds, news, strict=True)}
        for value in named.values():
            if not self.tf.is_tensor(value):
                raise wrong_answer(value, asked)
        return named

    def _set_dtype(self) -> None:
        self.keras.config.set_floatx(self.dtype)
        self.keras.config.set_dtype_policy(self.dtype)

    def _tensor(self, key: str, array: Array) -> Any:
        return self.tf.constant(array, None if key in ("lengths", "mask") else self.dtype)

    def _noted(self, results: dict[str, Any]) -> dict[str, Any]:
        self.facts["dtypes"] = {key: t.dtype.name for key, t in results.items()}
        self.facts["device"] = {k: t.device.split(":")[-2].lower() for k, t in results.items()}
        return results

    def _gradients(self, given: dict[str, Any], step: bool) -> Arrays:
        inputs = [key for key in given if key == "x" or key.startswith("state.")]
        sources = {f"d.{key}": given[key] for key in inputs}
        sources |= {f"d.{name}": _watched(weight) for name, weight in self.weights().items()}
        with self.tf.GradientTape() as tape:
            tape.watch(list(sources.values()))
            results = self._noted(self.run(given, step))
        upstream = [self._match(key, given[f"d_{key}"], t) for key, t in results.items()]
        found = tape.gradient(list(results.values()), sources, output_gradients=upstream)
        if all(gradient is None for gradient in found.values()):
            message = "the outputs do not depend on the weights on the tape: "
            raise Fault("error", message + "was .numpy(), NumPy or tf.stop_gradient used?")
        self.facts["detached"] = sorted(key for key, g in found.items() if g is None)
        return {
            key: np.zeros(sources[key].shape) if g is None else _numpy(self.tf.convert_to_tensor(g))
            for key, g in found.items()
        }

    def _match(self, key: str, upstream: Any, result: Any) -> Any:
        check_size(key, result, tuple(upstream.shape))
        return self.tf.cast(self.tf.reshape(upstream, result.shape), result.dtype)


def _numpy(tensor: Any) -> Array:
    array: Array = tensor.numpy()
    return array.astype(np.float32) if array.dtype.kind == "V" else array  # bfloat16


def _watched(weight: Any) -> Any:
    """Return what a tape watches: the tensor behind a weight of Keras, or a tf.Variable itself."""
    return weight if callable(weight.value) else weight.value
