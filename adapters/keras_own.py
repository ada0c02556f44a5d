"""A keras.layers.Layer with weights under names of its own: one step of a cell, or a layer.

Made from (units), or (input size, units); its weights are matched by shape, see base_own. A cell is
called with x (B, D), a layer with x (B, T, D), and with a state as base_own_calls says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np

from rnncheck.adapters.base import Adapter, state_names
from rnncheck.adapters.base_answers import made_by, spelled_within
from rnncheck.adapters.base_called import construct
from rnncheck.adapters.base_keras import KerasRunner, import_keras
from rnncheck.adapters.base_own import HIDDEN, INPUTS, in_protocol, match, values
from rnncheck.adapters.base_own_calls import Calls, named, ways
from rnncheck.adapters.torch_own import OwnLayout
from rnncheck.adapters.torch_own import claims as claims_of_torch
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec


class KerasOwnLayout(OwnLayout):
    """The protocol's own arrays: the runner puts them where they belong."""

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that make the object and say how its weights were found."""
        del given
        start = ", ".join(f"state_{kind}" for kind in state_names(spec))
        return [
            f"own = {name}({spec.hidden_sizes[0]})",
            f"own(x, [{start}])",
            "print([(w.path, tuple(w.shape)) for w in own.weights])",
            f"# put params there, with the gates in the order {', '.join(spec.gates)}; then call it",
        ]


class KerasOwnRunner(KerasRunner):
    """Finds what the weights are, fills them and calls the object."""

    state_first = False
    cell_first = False
    stateless = False

    def __init__(self, kind: Any, spec: Spec, params: Arrays, dtype: str, device: str) -> None:
        """Make the object at telling sizes, match its weights, make it again and fill it."""
        self.keras, self.tf = import_keras(device)
        self.spec, self.dtype, self.params = spec, dtype, params
        self.device = "/GPU:0" if device == "cuda" else "/CPU:0"
        self.facts: dict[str, Any] = {}
        self.calls = Calls()
        self._set_dtype()
        with self.tf.device(self.device):
            self.built = self._made_somehow(kind)
            shapes = {n: tuple(w.shape) for n, w in weights_of(self.built).items()}
            if not shapes:
                raise Fault("not_implemented", f"{type(self.built).__name__} has no weights")
            self.pieces = match(shapes, spec)
            self.built = self._made(kind, spec.input_size, spec.hidden_sizes[0])
            own = weights_of(self.built)
            for name, array in self._values().items():
                own[name].assign(array.reshape(tuple(own[name].shape)))
        self.names = [piece.name for piece in self.pieces]

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call; the gradients of the weights come back under the protocol's names."""
        found = super().call(name, arrays)
        if not name.endswith("_vjp"):
            return found
        like, first = self.params, self.state_first
        return in_protocol(found, self.pieces, self.spec, like, state_first=first)

    def weights(self) -> dict[str, Any]:
        """Return the object's weights by the student's names."""
        own = weights_of(self.built)
        return {name: own[name] for name in self.names}

    def run(self, given: dict[str, Any], step: bool) -> dict[str, Any]:
        """Call the object on tensors, with the state as it takes it."""
        found: dict[str, Any] = self.calls.first_of(
            ways(given["x"], self._given(given), list),
            lambda *way: self._called(way, step),
        )
        return found

    def _called(self, way: Sequence[Any], step: bool) -> dict[str, Any]:
        found = self._named(self.built(*way), step)
        if all(len(t.shape) == 2 for n, t in found.items() if n.startswith("state.")):
            return found
        raise Fault("shape", "its new state has another number of axes")

    def _named(self, answer: Any, step: bool) -> dict[str, Any]:
        time = 0 if self.spec.time_major else 1
        return named(
            answer,
            self._ordered(state_names(self.spec)),
            step=step,
            is_tensor=self.tf.is_tensor,
            stack=lambda steps: self.tf.stack(steps, axis=time),
            last=lambda outputs: self.tf.gather(outputs, outputs.shape[time] - 1, axis=time),
        )

    def _ordered(self, parts: list[Any]) -> list[Any]:
        return parts[::-1] if self.cell_first else parts

    def _given(self, given: dict[str, Any]) -> list[Any]:
        return [] if self.stateless else self._ordered(self.state(given))

    def _values(self) -> Arrays:
        return values(self.pieces, self.spec, self.params, state_first=self.state_first)

    def _made_somehow(self, kind: Any) -> Any:
        """Return the object at telling sizes; one whose variables are float32 computes so."""
        try:
            return self._made(kind, INPUTS, HIDDEN)
        except (self.tf.errors.InvalidArgumentError, TypeError, ValueError):
            own = self.dtype
            self.dtype = "float32"
            self._set_dtype()
            try:
                return self._made(kind, INPUTS, HIDDEN)
            except Exception:
                self.dtype = own
                self._set_dtype()
            raise

    def _made(self, kind: Any, inputs: int, units: int) -> Any:
        """Return the object with its weights, called once on zeros."""
        try:
            made = construct(kind, units)
        except Fault as fault:
            try:
                made = construct(kind, inputs, units)
            except Fault:
                raise fault from None
        if not isinstance(made, self.keras.layers.Layer):
            what = type(made).__name__
            raise Fault("error", f"{what} is no keras.layers.Layer; derive the class from it")
        self.built = made
        x = self.tf.zeros((1, inputs), self.dtype)
        state = {f"state.{kind}": self.tf.zeros((1, units), self.dtype) for kind in ("h", "c")}
        if self.spec.cell != "lstm":
            del state["state.c"]
        self.run({"x": x, **state} if self._steps else {"x": x[None], **state}, self._steps)
        return made

    @property
    def _steps(self) -> bool:
        return self.spec.time_major  # Keras' layers are batch-major, and cells have no time


def weights_of(layer: Any) -> dict[str, Any]:
    """Return the trainable weights of a layer under the names of its attributes, else their own."""
    found: dict[str, Any] = {}
    attributes = {id(value): name for name, value in _held(layer, "", 3)}
    own = {id(weight): weight for weight in layer.trainable_weights}
    own |= {id(v): v for v in _variables(layer)}
    for number, weight in enumerate(own.values()):
        name = attributes.get(id(weight)) or str(getattr(weight, "path", weight.name))
        found[name if name not in found else f"{name}.{number}"] = weight
    return found


def _variables(layer: Any) -> Iterator[Any]:
    """Yield the plain tf.Variable that a layer holds: Keras 3 does not count them."""
    import tensorflow as tf

    for _, value in _held(layer, "", 3):
        if isinstance(value, tf.Variable) and value.trainable:
            yield value


def _held(owner: Any, prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield what a layer holds, and what its own layers and lists hold, with dotted names."""
    if isinstance(owner, list | tuple):
        members = {str(number): value for number, value in enumerate(owner)}
    elif isinstance(owner, dict):
        members = {str(name): value for name, value in owner.items()}
    else:
        held = dict(getattr(owner, "__dict__", {}))
        members = {name: value for name, value in held.items() if not name.startswith("_")}
        if "_kernel" in held:
            members["kernel"] = held["_kernel"]
    for name, value in members.items():
        yield prefix + name, value
        if depth and not isinstance(value, str | int | float | np.ndarray):
            yield from _held(value, f"{prefix}{name}.", depth - 1)


def claims(spec: Spec) -> frozenset[str]:
    """Return what such an object offers: a cell where a spec is time-major, else a layer."""
    return claims_of_torch(spec)


ADAPTER = Adapter(
    "keras_own", "keras3", KerasOwnLayout(), claims, made_by(KerasOwnRunner), spelled=spelled_within
)
