"""Rows and calls that see each other, weights that change over time, axes taken for one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnncheck.mistakes.base import Given, Mistake, Variation, one_layer
from rnncheck.mistakes.states import over_time
from rnncheck.protocol.names import Array, Arrays, group
from rnncheck.protocol.spec import Spec

_FORWARD = frozenset({"step_vjp", "sequence_vjp"})
_NO_MASKS = _FORWARD | {"lengths", "mask", "zero_length"}


class StateCarriedBetweenRows(Variation):
    """Each row but the first starts from what the row before it left."""

    without = _NO_MASKS

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence row by row."""
        state, found = given.state, []
        for b in range(given.x.shape[1]):
            first = None if state is None else {p: a[:1] for p, a in state.items()}
            result = self.inner.sequence(given.x[:, b : b + 1], first)
            found.append(result)
            state = group(result, "state")
        names = ("outputs", *(f"state.{p}" for p in state or {}))
        return {name: np.concatenate([one[name] for one in found], axis=-2) for name in names}


class StateKeptInLayer(Variation):
    """A call starts from what the call before it left, where that fits."""

    without = _FORWARD

    def _start(self, given: Mapping[str, Array] | None) -> Mapping[str, Array] | None:
        kept: Mapping[str, Array] | None = self.__dict__.get("kept")
        if kept is None or given is None:
            return given
        fits = all(kept[p].shape == given[p].shape for p in given)
        return kept if fits else given

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step."""
        result = self.inner.step(x, self._start(state))
        self.kept = group(result, "state")
        return result

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        result = replace(given, state=self._start(given.state)).run(self.inner)
        self.kept = group(result, "state")
        return result


class WeightsChangeOverTime(Variation):
    """Every step has recurrent weights of its own."""

    by_steps = True
    without = _NO_MASKS

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence step by step, the rows of weight_hh turned by one each time."""
        state, found = given.state, []
        for t, x in enumerate(given.x):
            own = self.params | {"weight_hh": np.roll(self.params["weight_hh"], t, axis=1)}
            found.append(self.reference(self.spec, own, self.dtype, "cpu").step(x, state))
            state = group(found[-1], "state")
        return over_time(found)


class AxesTakenForEachOther(Variation):
    """The loop runs over the rows, as if they were the steps; a state that does not fit is zero."""

    without = _NO_MASKS

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence over the other axis."""
        steps, batch = given.x.shape[:2]
        fits = steps == batch or given.state is None
        turned = replace(given, x=given.x.swapaxes(0, 1), state=given.state if fits else None)
        result = turned.run(self.inner)
        return {**result, "outputs": result["outputs"].swapaxes(0, 1)}


class OutputsFlattened(Variation):
    """The outputs of all steps stand in one row: (B, T H)."""

    without = _NO_MASKS

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence and join its steps."""
        result = given.run(self.inner)
        batch = given.x.shape[1]
        flat = result["outputs"].swapaxes(0, 1).reshape(batch, -1)  # (B, T H)
        return {**result, "outputs": flat}


class LastStepMissing(Variation):
    """The outputs are those of all steps but the last."""

    without = _NO_MASKS

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence and drop its last output."""
        result = given.run(self.inner)
        return {**result, "outputs": result["outputs"][:-1]}


class BufferNotCleared(Variation):
    """From the third row on, a row is added to the one before it."""

    without = _NO_MASKS

    def _added(self, result: Arrays) -> Arrays:
        outputs = np.array(result["outputs"])
        outputs[..., 2:, :] += outputs[..., 1:-1, :]
        return {**result, "outputs": outputs}

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step."""
        return self._added(self.inner.step(x, state))

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        return self._added(given.run(self.inner))


def _plain(spec: Spec) -> bool:
    return one_layer(spec) and not spec.output_size


_ROWS = "Run two rows together and each on its own."
_AXES = "Print the shape of x where the loop begins: over which axis does it run?"

MISTAKES = (
    Mistake(
        "state_carried_between_rows",
        "a row starts from the state that the row before it left",
        _ROWS,
        StateCarriedBetweenRows,
        _plain,
    ),
    Mistake(
        "state_kept_in_layer",
        "a call starts from the state that the call before it left",
        "Look for globals and attributes that a call changes.",
        StateKeptInLayer,
        source="Keras's stateful layers, not reset",
    ),
    Mistake(
        "weights_change_over_time",
        "the recurrent weights are other ones at every step",
        "The same weights are used at every step: where are they made?",
        WeightsChangeOverTime,
        _plain,
    ),
    Mistake(
        "axes_taken_for_each_other",
        "the loop runs over the rows of the batch in place of the steps",
        _AXES,
        AxesTakenForEachOther,
        _plain,
        "torch #80306",
    ),
    Mistake(
        "outputs_flattened",
        "the outputs of all steps are joined in one row",
        _AXES,
        OutputsFlattened,
        lambda spec: not spec.output_size,
        source="candle #2542",
    ),
    Mistake(
        "last_step_missing",
        "the last step's output is missing",
        "Count the outputs.",
        LastStepMissing,
    ),
    Mistake(
        "buffer_not_cleared",
        "from the third row on, outputs are added to those of the row before",
        _ROWS,
        BufferNotCleared,
        source="onnxruntime PR #3893",
    ),
)
