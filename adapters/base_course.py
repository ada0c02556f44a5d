"""What the adapters of course homework share: calls with copies, answers taken apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from rnncheck.adapters.base import Layout, gates_from, gates_to
from rnncheck.adapters.base_answers import describe, find, parts
from rnncheck.adapters.base_called import called
from rnncheck.protocol.claims import claims
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays, group
from rnncheck.protocol.spec import Spec

GIVEN = "given."


class StackedLayout(Layout):
    """Wx (D, G*H), Wh (H, G*H) and b (G*H,): gates side by side in an order of the family's own."""

    def __init__(self, orders: Mapping[str, tuple[str, ...]]) -> None:
        """Hold the order of the gates of each cell."""
        self.orders = orders

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Put the gates side by side."""
        native: Arrays = {}
        for own, name in self._names(spec).items():
            a = gates_to(self.orders[spec.cell], spec, params[name])  # (G, H, D) or (G, H)
            native[own] = (
                np.moveaxis(a, -1, 0).reshape(a.shape[-1], -1) if a.ndim == 3 else a.ravel()
            )
        return native

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Give each gate its place again."""
        order = self.orders[spec.cell]
        params: Arrays = {}
        for own, name in self._names(spec).items():
            a = native[own]
            a = a.reshape(*a.shape[:-1], len(order), -1)  # (D, G, H) or (G, H)
            params[name] = gates_from(order, spec, np.moveaxis(a, 0, -1) if a.ndim == 3 else a)
        return params

    def _names(self, spec: Spec) -> dict[str, str]:
        names = {"Wx": "weight_ih", "Wh": "weight_hh"}
        return names if spec.biases == "none" else names | {"b": "bias_ih"}


class CourseRunner:
    """Calls a student's functions or classes with copies; see adapters.base.Runner.

    A subclass has a method for each call: `step`, `sequence`, `step_vjp`, `sequence_vjp`, taking
    copies of the native arguments, and `steps_in`, which puts right steps in the place of the
    student's own while a loop is judged.
    """

    def __init__(self, namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays) -> None:
        """Hold what is called; a name that is missing shows when it is needed."""
        self.facts: dict[str, Any] = {}
        self.namespace, self.name, self.spec, self.params = namespace, name, spec, params
        find(namespace, name)

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call."""
        self.facts = {"changed": [], "containers": {}}
        given = group(arrays, GIVEN[:-1])
        own = {n: a.copy() for n, a in arrays.items() if not n.startswith(GIVEN)}
        with self.steps_in(given) if given else nullcontext():
            result: Arrays = getattr(self, name)(own)
        return result

    def steps_in(self, given: Arrays) -> AbstractContextManager[None]:
        """Put right steps in the place of the student's own for a while."""
        raise Fault("error", f"{self.name} is no loop over steps; nothing can stand in for them")

    def weights(self) -> list[Array]:
        """Return copies of the parameters, in the native order."""
        return [a.copy() for a in self.params.values()]

    def ask(self, name: str, how: str, *args: Any) -> Any:
        """Call a function of the student's and return its answer."""
        function = find(self.namespace, name)
        if not callable(function):
            raise Fault("error", f"{name} is {describe(function)}; it must be a function")
        with called(function, f"{name}({how})", *args):
            return function(*args)


def take(answer: object, names: Sequence[str], who: str) -> dict[str, Any]:
    """Return the parts of an answer by their names.

    Raises:
        Fault: "not_implemented" where it is None or holds nothing but None, "error" where it has
            other parts than asked for.
    """
    asked = f"{', '.join(names)} from {who}"
    values = parts(answer, len(names), asked) if len(names) > 1 else [answer]
    if all(value is None or value is Ellipsis or value is NotImplemented for value in values):
        raise Fault("not_implemented", f"{who} gave back None; asked for: {asked}")
    return dict(zip(names, values, strict=True))


def last_step(outputs: Any, axis: int, who: str) -> Any:
    """Return the last step of an array over time.

    Raises:
        Fault: it is no array with such an axis, or has no steps.
    """
    if outputs is None:
        raise Fault("not_implemented", f"{who} gave back None")
    array = np.asarray(outputs)
    if array.ndim != 3 or not array.shape[axis]:
        raise Fault("shape", f"{who} gave back {describe(array)}; it must hold every step")
    return np.take(array, -1, axis=axis)


def course_claims(spec: Spec) -> frozenset[str]:
    """Return what homework of a course can offer for a spec."""
    order = "time_major" if spec.time_major else "batch_major"
    calls = ("step", "sequence", "step_vjp", "sequence_vjp")
    states = ("initial_state", "none_state", "final_state", "all_outputs")
    return claims([*calls, *states, order, "by_hand", "float64", "float32", "cpu"])


def on_cpu(device: str) -> None:
    """Refuse another device than the CPU.

    Raises:
        Fault: "absent".
    """
    if device != "cpu":
        raise Fault("absent", f"NumPy runs on the cpu; {device} was asked for")
