"""Deep Learning from Scratch 2 (the book): RNN, TimeRNN, LSTM, TimeLSTM, GRU, TimeGRU.

Classes made from Wx (D, G*H), Wh (H, G*H) and b (G*H,), with `params` and `grads`. An LSTM's gates
are f, g, i, o and a GRU's z, r, h. xs is (N, T, D); a Time... layer takes and shows its state as
`.h` and leaves the gradient of the first state in `.dh`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import find, wrong_answer
from rnncheck.adapters.base_called import called
from rnncheck.adapters.base_course import (
    CourseRunner,
    StackedLayout,
    course_claims,
    last_step,
    on_cpu,
    take,
)
from rnncheck.adapters.base_steps import Steps, replaced
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec

ORDERS = {"elman": ("h",), "lstm": ("f", "g", "i", "o"), "gru": ("z", "r", "n")}
CLASSES = {"elman": "RNN", "lstm": "LSTM", "gru": "GRU"}


class Dlfs2Layout(StackedLayout):
    """Weights with the gates side by side; batch-major over time."""

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `name` is that of the class, e.g. "mine.RNN"."""
        del given
        weights = ", ".join(f'params["{n}"]' for n in self._names(spec))
        kinds = ["h", "c"] if spec.cell == "lstm" else ["h"]
        old, d_new = (", ".join(f"{start}_{k}" for k in kinds) for start in ("state", "d_state"))
        grads = f"{', '.join(f'd_{n}' for n in self._names(spec))} = layer.grads"
        if call.startswith("step"):
            new = ", ".join(f"new_{k}" for k in kinds)
            lines = [f"layer = {name}({weights})", f"{new} = layer.forward(x, {old})"]
            if not call.endswith("_vjp"):
                return [*lines, "outputs = new_h", *(f"state_{k} = new_{k}" for k in kinds)]
            up = d_new.replace("d_state_h", "d_outputs + d_state_h")
            return [*lines, f"d_x, {d_new} = layer.backward({up})", grads]
        lines = [f"layer = {name}({weights}, stateful=True)", "layer.h = state_h"]
        lines += ["outputs = layer.forward(x)"]
        if not call.endswith("_vjp"):
            return [*lines, "state_h = layer.h"]
        back = ["d_outputs[:, -1] += d_state_h", "d_x = layer.backward(d_outputs)"]
        return [*lines, *back, "d_state_h = layer.dh", grads]


class Dlfs2Runner(CourseRunner):
    """Makes a layer for each call; see adapters.base.Runner."""

    def __init__(self, namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays) -> None:
        """Find the class."""
        super().__init__(namespace, name, spec, params)
        self.kinds = ("h", "c") if spec.cell == "lstm" else ("h",)

    def step(self, own: Arrays) -> Arrays:
        """Run one step."""
        _, new = self._step(own)
        return {"outputs": new["h"]} | {f"state.{kind}": a for kind, a in new.items()}

    def step_vjp(self, own: Arrays) -> Arrays:
        """Run one step and its gradients."""
        layer, _ = self._step(own)
        upstream = [own["d_outputs"] + own["d_state.h"]]
        upstream += [own[f"d_state.{kind}"] for kind in self.kinds[1:]]
        answer = self._ask(layer, "backward", *upstream)
        names = ("d.x", *(f"d.state.{kind}" for kind in self.kinds))
        return take(answer, names, f"{self.name}.backward") | self._grads(layer)

    def sequence(self, own: Arrays) -> Arrays:
        """Run over time."""
        layer, hs = self._loop(own)
        h: Any = getattr(layer, "h", None)
        known = np.shape(h) == own["state.h"].shape
        last = h if known else last_step(hs, 1, f"{self.name}.forward")
        return {"outputs": hs, "state.h": last}

    def sequence_vjp(self, own: Arrays) -> Arrays:
        """Run over time and back."""
        layer, _ = self._loop(own)
        upstream = own["d_outputs"]  # (N, T, H)
        upstream[:, -1] += own["d_state.h"]
        found = take(self._ask(layer, "backward", upstream), ("d.x",), f"{self.name}.backward")
        dh: Any = getattr(layer, "dh", None)
        dh = np.zeros_like(own["state.h"]) if dh is None else dh  # it was never left there
        return found | {"d.state.h": dh} | self._grads(layer)

    def steps_in(self, given: Arrays) -> AbstractContextManager[None]:
        """Put right steps in the place of the student's own class."""
        name, steps = CLASSES[self.spec.cell], Steps(given)
        base = object if "x" in given else find(self.namespace, name)
        kind = _right_class(name, base, steps, self.kinds, list(self.params))
        return replaced(self.namespace, {name: kind})  # type: ignore[arg-type]  # a module's dict

    def _step(self, own: Arrays) -> tuple[Any, dict[str, Any]]:
        layer = self._make()
        answer = self._ask(layer, "forward", own["x"], *(own[f"state.{k}"] for k in self.kinds))
        return layer, take(answer, self.kinds, f"{self.name}.forward")

    def _loop(self, own: Arrays) -> tuple[Any, Any]:
        layer = self._make_stateful()
        h = own["state.h"]
        try:
            layer.set_state(h)
        except (AttributeError, TypeError):
            layer.h = h
        hs = self._ask(layer, "forward", own["x"])
        return layer, take(hs, ("hs",), f"{self.name}.forward")["hs"]

    def _make(self, *more: Any, **words: Any) -> Any:
        kind, weights = find(self.namespace, self.name), self.weights()
        how = f"{self.name}({', '.join(self.params)})"
        with called(kind, how, *weights, *more, **words):
            return kind(*weights, *more, **words)

    def _make_stateful(self) -> Any:
        try:
            return self._make(stateful=True)
        except Fault:
            return self._make(**_switch(find(self.namespace, self.name)))

    def _ask(self, layer: Any, name: str, *args: Any) -> Any:
        method = getattr(layer, name, None)
        if not callable(method):
            raise Fault("not_implemented", f"{self.name} has no method {name}")
        with called(method, f"{self.name}.{name} of {len(args)} arguments", *args):
            return method(*args)

    def _grads(self, layer: Any) -> dict[str, Any]:
        grads = getattr(layer, "grads", None)
        if isinstance(grads, list | tuple) and len(grads) == len(self.params):
            return {f"d.{name}": grad for name, grad in zip(self.params, grads, strict=True)}
        own = {f"d.{name}": getattr(layer, f"d{name}", None) for name in self.params}
        if grads is None and any(grad is not None for grad in own.values()):
            return own  # the book's first edition of a GRU has dWx and dWh in place of grads
        raise wrong_answer(grads, f"the gradients of {', '.join(self.params)} in {self.name}.grads")


def _switch(kind: Any) -> dict[str, bool]:
    """Return the one argument that is off at first, turned on: `stateful` by another name."""
    try:
        arguments = inspect.signature(kind).parameters.values()
    except (TypeError, ValueError):
        return {}
    off = [argument.name for argument in arguments if argument.default is False]
    return {off[0]: True} if len(off) == 1 else {}


def _right_class(
    name: str, base: Any, steps: Steps, kinds: tuple[str, ...], weights: list[str]
) -> type:
    """Return a class whose steps are right; forward is that of `base` where it has one."""

    def init(self: Any, *params: Any) -> None:
        if base is not object:
            base.__init__(self, *params)
        self.params, self.grads = list(params), [np.zeros_like(p) for p in params]

    def forward(self: Any, x: Any, *states: Any) -> Any:
        asked = dict(zip((f"state_{kind}" for kind in kinds), states, strict=False))
        _, new = steps.forward(f"{name}.forward", x=x, **asked)
        return tuple(new.values()) if len(kinds) > 1 else new["h"]

    def backward(self: Any, *upstream: Any) -> Any:
        found = steps.backward(f"{name}.backward", **dict(zip(kinds, upstream, strict=False)))
        for grad, weight in zip(self.grads, weights, strict=True):
            grad[...] = found[weight]
            setattr(self, f"d{weight}", grad)
        return (found["x"], *(found[f"state.{kind}"] for kind in kinds))

    methods: dict[str, Callable[..., Any]] = {"__init__": init, "backward": backward}
    if base is object:
        methods["forward"] = forward
    return type(name, (base,), dict(methods))


def _make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Dlfs2Runner:
    on_cpu(device)
    return Dlfs2Runner(namespace, name, spec, params)


ADAPTER = Adapter("course_dlfs2", "numpy", Dlfs2Layout(ORDERS), course_claims, _make)
