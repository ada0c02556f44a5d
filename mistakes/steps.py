"""Steps of any cell that go wrong: other sigmoids, states overwritten too soon, slopes left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from rnncheck.mistakes.base import Given as Arguments
from rnncheck.mistakes.base import Mistake, Variation, one_layer
from rnncheck.mistakes.cells import celled
from rnncheck.mistakes.lstm_forward import Step
from rnncheck.mistakes.lstm_forward import forward as lstm_lines
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference import gru
from rnncheck.reference.arrays import Given, Named, Numbers, add_all, zeros_like
from rnncheck.reference.cells import Forward, cell_of
from rnncheck.reference.gates import (
    input_part,
    recurrent_part,
)
from rnncheck.reference.nonlinearities import activate

Sigmoid = Callable[[Numbers], Numbers]


def hard(factor: float) -> Sigmoid:
    """Return the piecewise linear sigmoid of a slope."""
    return lambda a: np.clip(factor * a + 0.5, 0, 1)


def _overflows(a: Numbers) -> Numbers:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.exp(a) / (1 + np.exp(a)))


def other_sigmoid(function: Sigmoid) -> Forward:
    """Return the forward of an LSTM or a GRU whose gates go through another function."""

    class Gates(Step):
        def gate(self, name: str, a: Numbers) -> Numbers:
            del name
            return function(a)

    def run(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
        if spec.cell == "lstm":
            return lstm_lines(Gates)(spec, params, x, state)
        _, trace = gru.forward(spec, params, x, state)
        r, z, old = function(trace["a_r"]), function(trace["a_z"]), state["h"]
        after = spec.reset == "after"
        u = recurrent_part(spec, params, "n", old if after else r * old)
        n = activate(spec.activation, input_part(spec, params, "n", x) + (r * u if after else u))
        keep = z if spec.update == "z_keeps" else 1 - z
        h = keep * old + (1 - keep) * n
        return {"h": h}, trace | {"h": h}

    return run


def unit_by_unit(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """H is overwritten unit by unit, so later units see the new h of those before them."""
    mixed, trace = cell_of(spec).forward(spec, params, x, state)
    for unit in range(1, state["h"].shape[-1]):
        old = np.broadcast_to(state["h"], mixed["h"].shape)
        h = np.concatenate([mixed["h"][..., :unit], old[..., unit:]], axis=-1)
        new, trace = cell_of(spec).forward(spec, params, x, {**state, "h": h})
        own = np.arange(h.shape[-1]) == unit
        mixed = {part: np.where(own, new[part], array) for part, array in mixed.items()}
    return mixed, trace | mixed


def unit_by_unit_backward(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """Go back through the units, the last one first."""
    del trace
    right, units = cell_of(spec), np.arange(state["h"].shape[1])
    new, _ = unit_by_unit(spec, params, x, state)
    d_new, d_old, d_params, d_x = dict(d_state), zeros_like(state), zeros_like(params), 0 * x
    for unit in reversed(units):
        seen = {**state, "h": np.where(units < unit, new["h"], state["h"])}
        _, own = right.forward(spec, params, x, seen)
        d_unit = {part: np.where(units == unit, array, 0) for part, array in d_new.items()}
        more, d_step, d_seen = right.backward(spec, params, x, seen, own, d_unit)
        d_params, d_x = add_all(d_params, more), d_x + d_step
        d_new["h"] = d_new["h"] + np.where(units < unit, d_seen["h"], 0)
        d_old = add_all(d_old, {**d_seen, "h": np.where(units < unit, 0, d_seen["h"])})
    return d_params, d_x, d_old


class StatePartsSwappedOnEntry(Variation):
    """(c, h) is read where (h, c) is given."""

    without = frozenset({"step_vjp", "sequence_vjp"})

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step."""
        return self.inner.step(x, _swapped(state))

    def varied(self, given: Arguments) -> Arrays:
        """Compute a sequence."""
        return replace(given, state=_swapped(given.state)).run(self.inner)


def _swapped(state: Mapping[str, Array] | None) -> Mapping[str, Array] | None:
    return None if state is None else {"h": state["c"], "c": state["h"]}


class GatesInterleaved(Variation):
    """The rows of a gate are taken to lie one in G apart, in place of beside each other."""

    def _turned(self, arrays: Mapping[str, Array], back: bool) -> Arrays:
        turned = dict(arrays)
        for name, array in arrays.items():
            if name.rsplit(".", 1)[-1] in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                gates, units = array.shape[:2]
                first, second = (gates, units) if back else (units, gates)
                flat = array.swapaxes(0, 1) if back else array
                rows = flat.reshape(first, second, *array.shape[2:])
                turned[name] = rows if back else rows.swapaxes(0, 1)
        return turned

    def inner_params(self, spec: Spec) -> Arrays:
        """Read the stacked rows of each parameter in the other order."""
        del spec
        return self._turned(self.params, back=False)

    def params_back(self, gradients: Arrays) -> Arrays:
        """Put the gradients back in that order."""
        return self._turned(gradients, back=True)


def _gated(spec: Spec) -> bool:
    lstm = spec.cell == "lstm" and not spec.projection and spec.cell_clip is None
    return lstm or spec.cell == "gru"


def _square(spec: Spec) -> bool:
    return spec.cell in ("elman", "lstm", "gru") and not spec.projection


def _one_lstm(spec: Spec) -> bool:
    single = one_layer(spec)
    return single and spec.cell == "lstm" and not spec.projection


_SIGMOID = "Compute a gate by hand at 0, 1 and 3."

MISTAKES = (
    Mistake(
        "hard_sigmoid",
        "the gates use a hard sigmoid of slope 0.2",
        _SIGMOID,
        celled(other_sigmoid(hard(0.2))),
        _gated,
        "the default of Keras 1 and 2",
    ),
    Mistake(
        "hard_sigmoid_sixth",
        "the gates use a hard sigmoid of slope 1/6",
        _SIGMOID,
        celled(other_sigmoid(hard(1 / 6))),
        _gated,
        "Keras 3 and torch",
    ),
    Mistake(
        "sigmoid_overflows",
        "the sigmoid divides infinity by infinity for large numbers",
        "What is exp(1000)?",
        celled(other_sigmoid(_overflows)),
        _gated,
    ),
    Mistake(
        "state_overwritten_unit_by_unit",
        "h is overwritten while it is still read",
        "Does every unit see the same old h?",
        celled(unit_by_unit, unit_by_unit_backward),
        _square,
    ),
    Mistake(
        "state_parts_swapped_on_entry",
        "the given state is read as (c, h)",
        "Look at the order in which the state is taken.",
        StatePartsSwappedOnEntry,
        _one_lstm,
        "weights and states moved between TensorFlow 1, Flax and torch",
    ),
    Mistake(
        "gates_interleaved",
        "the rows of the gates are taken to alternate",
        "Write down which rows of each weight and bias belong to which gate.",
        GatesInterleaved,
        lambda spec: spec.cell in ("lstm", "gru"),
    ),
)
