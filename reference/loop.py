"""A cell over time: states carried over steps that are not valid, and BPTT back through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnncheck.protocol.names import output_part
from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import (
    Given,
    Named,
    Numbers,
    add_all,
    choose_rows,
    keep_rows,
    zeros_like,
)
from rnncheck.reference.cells import Cell
from rnncheck.reference.padding import fill, fill_backward


@dataclass(frozen=True)
class Run:
    """What one pass over time leaves for the way back.

    Attributes:
        x: inputs (T, B, D), zeros where not valid.
        valid: (T, B) bool.
        order: the steps in the order of processing.
        before: the state before each step, by t.
        traces: the cell's trace of each step, by t.
        shown: the output after each step (B, R), by t; a masked step shows the state it was handed.
        after: the state after each step, by t.
        final: the state after the last step processed.
        width: R, the width of the output.
        drop: the dropout mask of the state (B, R) after each step, by t; empty for no dropout.
    """

    x: Numbers
    valid: Numbers
    order: range
    before: dict[int, Named]
    traces: dict[int, Named]
    shown: dict[int, Numbers]
    after: dict[int, Named]
    final: Named
    width: int
    drop: dict[int, Numbers]

    def outputs(self) -> Numbers:
        """Return the output after each step, (T, B, R)."""
        outputs = np.zeros_like(self.x, shape=(*self.valid.shape, self.width))
        for t in self.order:
            outputs[t] = self.shown[t]
        return outputs

    def trace(self) -> Named:
        """Return the traces over time, (T, B, ...): zeros where not valid, states carried."""
        if not self.traces:
            return {}
        steps = range(len(self.traces))
        return {name: np.stack([self._traced(t, name) for t in steps]) for name in self.traces[0]}

    def _traced(self, t: int, name: str) -> Numbers:
        value = self.traces[t][name]
        return choose_rows(self.valid[t], value, self.after[t].get(name, np.zeros_like(value)))


@dataclass(frozen=True)
class Loop:
    """The time loop. A wrong loop is a subclass with one method changed.

    Attributes:
        cell: the cell that it runs.
    """

    cell: Cell

    def order(self, steps: int, reverse: bool) -> range:
        """Return the steps in the order of processing."""
        return range(steps - 1, -1, -1) if reverse else range(steps)

    def carry(self, valid: Numbers, new: Numbers, old: Numbers) -> Numbers:
        """Return the state (B, R) after a step: the old one in rows that are not valid (B,)."""
        return choose_rows(valid, new, old)

    def forward(
        self,
        spec: Spec,
        params: Given,
        x: Numbers,
        state: Given,
        valid: Numbers,
        reverse: bool,
        drop: Numbers | None = None,
    ) -> Run:
        """Run over x (T, B, D) from a state, with a dropout mask of the state (T, B, R) or without.

        In reverse, the steps are taken from the last to the first; those past a row's length
        are not valid and leave the state alone, so each row is reversed within its own length.
        """
        x = np.where(valid[:, :, None], x, np.zeros_like(x))
        order, part = self.order(len(x), reverse), output_part(spec)
        dropped = {} if drop is None else dict(enumerate(drop))
        before: dict[int, Named] = {}
        traces: dict[int, Named] = {}
        shown: dict[int, Numbers] = {}
        after: dict[int, Named] = {}
        now = dict(state)
        for t in order:
            before[t] = now
            new, traces[t] = self.cell.forward(spec, params, x[t], now)
            shown[t] = self.carry(valid[t], new[part], now[part])
            new = _dropped(new, part, dropped.get(t))
            now = {name: self.carry(valid[t], new[name], now[name]) for name in now}
            after[t] = now
        width = state[part].shape[1]
        return Run(x, valid, order, before, traces, shown, after, now, width, dropped)

    def backward(
        self, spec: Spec, params: Given, run: Run, d_h: Numbers, d_final: Given
    ) -> tuple[Named, Numbers, Named]:
        """Go back through time (BPTT).

        Args:
            spec: the network.
            params: the cell's parameters.
            run: what forward gave.
            d_h: upstream gradient of the output, h or Jordan's y, after each valid step (T, B, R),
                zeros elsewhere.
            d_final: upstream gradient of each part of the final state.

        Returns:
            The gradients of the parameters, of x (T, B, D) and of the initial state.
        """
        d_params, d_x = zeros_like(params), np.zeros_like(run.x)
        d_state, part = dict(d_final), output_part(spec)
        for t in reversed(run.order):
            d_new = {name: keep_rows(run.valid[t], d) for name, d in d_state.items()}
            d_new = _dropped(d_new, part, run.drop.get(t))
            d_new[part] = d_new[part] + d_h[t]
            d_step, d_x[t], d_old = self.cell.backward(
                spec, params, run.x[t], run.before[t], run.traces[t], d_new
            )
            d_params = add_all(d_params, d_step)
            skipped = {name: keep_rows(~run.valid[t], d) for name, d in d_state.items()}
            d_state = add_all(d_old, skipped)
        return d_params, d_x, d_state

    def fill(self, spec: Spec, outputs: Numbers, valid: Numbers, reverse: bool) -> Numbers:
        """Return outputs (T, B, W) with the padding rule's values where not valid."""
        return fill(spec.padding, outputs, valid, self.order(len(outputs), reverse))

    def fill_backward(
        self, spec: Spec, d_filled: Numbers, valid: Numbers, reverse: bool
    ) -> Numbers:
        """Return the gradient of outputs, given that of the filled ones."""
        return fill_backward(spec.padding, d_filled, valid, self.order(len(d_filled), reverse))


def _dropped(state: Named, part: str, drop: Numbers | None) -> Named:
    return state if drop is None else state | {part: state[part] * drop}
