"""NumPy functions: `forward(params, x, state)`, and `backward(cache, d_outputs, d_state)`.

`params` is a dict in PyTorch's layout (gates i, f, g, o or r, z, n stacked in axis 0), the state
is h, or the tuple (h, c) of an LSTM; of several layers or directions see base_functions. Lengths come
as `forward(params, x, state, lengths=lengths)`. Every call gets copies; a vjp runs forward once more. A network
with dropout is called in training as `forward(params, x, state, masks=masks, keep=keep)`, dicts by
the names of the masks: 1 for kept and 0 for dropped, and the keep probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import describe, find, wrong_answer
from rnncheck.adapters.base_called import called
from rnncheck.adapters.base_functions import (
    FunctionsLayout,
    layer_names,
    nested,
    state_kinds,
    written,
)
from rnncheck.adapters.base_rerun import as_tuple
from rnncheck.protocol.claims import CALLS, claims
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays, dropout_keep, group
from rnncheck.protocol.spec import Dropout, Spec

_FORWARD = "(outputs, new_state) or (outputs, new_state, cache) from forward"
_BACKWARD = "(d_params, d_x, d_state0) from backward"


class FunctionsRunner:
    """Calls forward, and backward for a vjp; see adapters.base.Runner."""

    def __init__(self, namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays) -> None:
        """Find forward; backward is looked up when it is first needed."""
        self.facts: dict[str, Any] = {}
        self._namespace = namespace
        self._forward = _function(namespace, name)
        self._params = params
        self._spec = spec

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call; the gradients take a forward of their own."""
        self.facts = {"changed": [], "containers": {}}
        given = {f"params.{n}": a for n, a in self._params.items()} | arrays
        if name.endswith("_vjp"):
            return self._gradients(given)
        outputs, state = self._run(given)[:2]
        return {"outputs": outputs} | self._named("state", state, "the new state")

    def _run(self, given: Arrays) -> Sequence[Any]:
        copies = {name: array.copy() for name, array in given.items()}
        extra: dict[str, Any] = {n: copies[n] for n in ("lengths", "mask") if n in copies}
        if masks := group(copies, "dropout"):
            keep = {name: dropout_keep(self._spec, name) for name in masks}
            extra |= {"masks": masks, "keep": keep}
        state = nested(self._spec, group(copies, "state"))
        args = (group(copies, "params"), copies["x"], state)
        how = f"forward({', '.join(['params', 'x', 'state', *(f'{n}={n}' for n in extra)])})"
        with called(self._forward, how, *args, **extra):
            answer = self._forward(*args, **extra)
        self._note_changes(given, copies)
        self.facts["containers"]["forward"] = type(answer).__name__
        if not isinstance(answer, tuple | list) or len(answer) not in (2, 3):
            raise _wrong(answer, _FORWARD)
        return answer

    def _gradients(self, given: Arrays) -> Arrays:
        backward = _function(self._namespace, "backward")
        answer = self._run(given)
        if len(answer) != 3:
            raise _wrong(answer, "(outputs, final_state, cache) from forward")
        copies = {n: a.copy() for n, a in given.items() if n.startswith("d_")}
        d_state = nested(self._spec, group(copies, "d_state"))
        args = (answer[2], copies["d_outputs"], d_state)
        with called(backward, "backward(cache, d_outputs, d_state)", *args):
            result = backward(*args)
        self._note_changes(given, copies)
        self.facts["containers"]["backward"] = type(result).__name__
        if not isinstance(result, tuple | list) or len(result) != 3:
            raise _wrong(result, _BACKWARD)
        d_params, d_x, d_state0 = result
        named = self._named("d.state", d_state0, "d_state0") if group(given, "state") else {}
        return {"d.x": d_x} | self._parameters(d_params) | named

    def _parameters(self, d_params: object) -> Arrays:
        if not isinstance(d_params, Mapping):
            raise _wrong(d_params, "d_params from backward, a dict with the names of params")
        values = _entries(d_params, list(self._params), "d_params")
        return {f"d.{name}": value for name, value in zip(self._params, values, strict=True)}

    def _named(self, start: str, state: Any, what: str) -> Arrays:
        """Take a returned state apart, layer by layer where there are several."""
        self.facts["containers"][start] = type(state).__name__
        layers = layer_names(self._spec)
        states = [state] if len(layers) == 1 else state
        if not isinstance(states, tuple | list) or len(states) != len(layers):
            raise _wrong(state, f"{what} as {written(self._spec, '')}, one for each layer")
        return {
            f"{start}.{layer}{kind}": value
            for layer, own in zip(layers, states, strict=True)
            for kind, value in self._layer(own, what).items()
        }

    def _layer(self, state: Any, what: str) -> dict[str, Any]:
        """Take a layer's state apart: a dict by name, a tuple or list in order."""
        kinds = state_kinds(self._spec)
        if isinstance(state, Mapping):
            values = _entries(state, kinds, what)
        else:
            values = list(state) if isinstance(state, tuple | list) else [state]
        if len(values) != len(kinds):
            raise _wrong(state, f"{what} as {as_tuple(kinds)}")
        return dict(zip(kinds, values, strict=True))

    def _note_changes(self, given: Arrays, copies: Arrays) -> None:
        self.facts["changed"] += [n for n, copy in copies.items() if not _same(given[n], copy)]


def _entries(mapping: Mapping[Any, Any], names: list[str], what: str) -> list[Any]:
    missing = ", ".join(name for name in names if name not in mapping)
    if missing:
        has = ", ".join(map(str, mapping)) or "nothing"
        raise Fault("error", f"{what} has no {missing}; it has {has}")
    return [mapping[name] for name in names]


def _function(namespace: Mapping[str, Any], name: str) -> Any:
    function = find(namespace, name)
    if not callable(function):
        raise Fault("error", f"{name} is {describe(function)}; it must be a function")
    return function


def _wrong(answer: object, asked: str) -> Fault:
    return wrong_answer(None if answer is Ellipsis else answer, asked)


def _same(given: Array, copy: Array) -> bool:
    return given.shape == copy.shape and given.tobytes() == copy.tobytes()


def _claims(spec: Spec) -> frozenset[str]:
    order = "time_major" if spec.time_major else "batch_major"
    states = ("initial_state", "none_state", "final_state", "all_outputs")
    drops = [] if spec.dropout == Dropout() else ["dropout", "dropout_given"]
    rows = ["lengths", "zero_length", *drops]
    return claims([*CALLS, *states, order, *rows, "by_hand", "float64", "float32", "cpu"])


def _make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> FunctionsRunner:
    if device != "cpu":
        raise Fault("absent", f"NumPy runs on the cpu; {device} was asked for")
    return FunctionsRunner(namespace, name, spec, params)


ADAPTER = Adapter("numpy_functions", "numpy", FunctionsLayout(), _claims, _make)
