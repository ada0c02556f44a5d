"""Outputs at the wrong time, in the wrong row, or past the end of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnncheck.mistakes.base import Given, Mistake, Variation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec

_FORWARD_ONLY = frozenset({"step_vjp", "sequence_vjp"})
_NO_MASKS = _FORWARD_ONLY | {"lengths", "mask", "zero_length"}


class LookAhead(Variation):
    """Step t reads x[t + 1]."""

    without = _NO_MASKS

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence over inputs that are one step too early."""
        return replace(given, x=np.concatenate([given.x[1:], given.x[-1:]])).run(self.inner)


class OutputsShifted(Variation):
    """Step t gives out h of step t - 1."""

    without = _NO_MASKS

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence and shift its outputs."""
        result = given.run(self.inner)
        outputs = result["outputs"]
        first = np.zeros_like(outputs[:1]) if given.state is None else given.state["h"][None]
        return {**result, "outputs": np.concatenate([first, outputs[:-1]])}


class RowsMixed(Variation):
    """reshape where transpose is meant: (T, B, D) read as if it were (B, T, D)."""

    without = _NO_MASKS

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence over rows that are mixed up."""
        steps, batch, inputs = given.x.shape
        mixed = np.ascontiguousarray(given.x).reshape(batch, steps, inputs).swapaxes(0, 1)
        return replace(given, x=mixed).run(self.inner)


class LastOutputOnly(Variation):
    """The outputs are those of the last step only."""

    without = _NO_MASKS

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step and drop the batch axis of its output."""
        result = self.inner.step(x, state)
        return {**result, "outputs": result["outputs"][-1]}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence and give out its last step."""
        result = given.run(self.inner)
        return {**result, "outputs": result["outputs"][-1]}


class SqueezedRow(Variation):
    """squeeze() takes away an axis of length one."""

    without = _FORWARD_ONLY

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence and squeeze its outputs."""
        result = given.run(self.inner)
        return {**result, "outputs": np.squeeze(result["outputs"])}


class TimeMajorIgnored(Variation):
    """Arrays are read in the same order of axes whatever time_major says."""

    without = _FORWARD_ONLY

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence, right only in time-major."""
        result = given.run(self.inner)
        if self.spec.time_major:
            return result
        mixed = np.ascontiguousarray(given.x.swapaxes(0, 1)).reshape(given.x.shape)
        return replace(given, x=mixed).run(self.inner)


class CellAsOutput(Variation):
    """c is given out in place of h."""

    by_steps = True
    without = _NO_MASKS

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step."""
        result = self.inner.step(x, state)
        return {**result, "outputs": result["state.c"]}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence and give out c of every step."""
        result = given.run(self.inner)
        cells = [
            self.inner.sequence(given.x[: t + 1], given.state)["state.c"]
            for t in range(len(given.x))
        ]
        return {**result, "outputs": np.stack(cells)}


def _forward(spec: Spec) -> bool:
    return spec.directions == ("forward",) and len(spec.hidden_sizes) == 1


def _bare(spec: Spec) -> bool:
    return _forward(spec) and not spec.output_size


def _bare_lstm(spec: Spec) -> bool:
    return _bare(spec) and spec.cell == "lstm" and not spec.projection


MISTAKES = (
    Mistake(
        "look_ahead",
        "step t reads the input of step t + 1",
        "Look at the index of x in the loop.",
        LookAhead,
        _forward,
    ),
    Mistake(
        "outputs_shifted",
        "the output of step t is the hidden state of step t - 1",
        "Look at when h is written to the outputs, before or after the step.",
        OutputsShifted,
        _bare,
        source="lzwjava's notes on a hand-written LSTM",
    ),
    Mistake(
        "rows_mixed",
        "reshape is used where the axes should be swapped, so rows are mixed",
        "reshape does not swap axes: look at every reshape and transpose.",
        RowsMixed,
    ),
    Mistake(
        "last_output_only",
        "only the last output is given back",
        "Every step has an output.",
        LastOutputOnly,
    ),
    Mistake(
        "squeezed_row",
        "an axis of length one is squeezed away",
        "Try it with one row and with one step.",
        SqueezedRow,
        source="Deeplearning4j #1454",
    ),
    Mistake(
        "time_major_ignored",
        "the option for the order of axes is ignored",
        "Look at what changes when the option does.",
        TimeMajorIgnored,
    ),
    Mistake(
        "cell_as_output",
        "c is given out in place of h",
        "Look at which of h and c is the output.",
        CellAsOutput,
        _bare_lstm,
    ),
)
