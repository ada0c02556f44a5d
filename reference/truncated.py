"""Truncated backpropagation through time: the state is carried, its gradient cut every k steps.

The T steps are cut into windows of k (the last may be shorter). Forward nothing changes: a window
starts from the state that the one before it left. Backward that state is a constant, so what
reaches it is dropped: the gradients are those of the graph cut at steps k, 2k, ... in every layer.
With k >= T it is full BPTT. Source: Williams, R. J. and Peng, J. (1990), An efficient
gradient-based algorithm for on-line training of recurrent network trajectories, Neural
Computation 2 (its BPTT(h; h') with h = h' = k).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec, SpecError
from rnncheck.reference.arrays import Given, Named, Numbers, add_all, zeros_like
from rnncheck.reference.cells import cell_of
from rnncheck.reference.implementation import ReferenceImplementation
from rnncheck.reference.loop import Loop, Run


@dataclass(frozen=True)
class TruncatedLoop(Loop):
    """A time loop whose backward pass is cut.

    Attributes:
        window: k.
    """

    window: int

    def __post_init__(self) -> None:
        """Refuse a window without a step."""
        if self.window < 1:
            raise ValueError(f"the window is {self.window}; it must be at least 1 step")

    def windows(self, steps: int) -> list[slice]:
        """Return the windows in time; T = 0 has one, which is empty."""
        starts = range(0, max(steps, 1), self.window)
        return [slice(start, min(start + self.window, steps)) for start in starts]

    def backward(
        self, spec: Spec, params: Given, run: Run, d_h: Numbers, d_final: Given
    ) -> tuple[Named, Numbers, Named]:
        """Go back through each window; only the first reaches the initial state."""
        d_params, d_x = zeros_like(params), np.zeros_like(run.x)
        d_first, d_last = dict(d_final), d_final
        for window in reversed(self.windows(len(run.x))):
            part = _part(run, window)
            d_part, d_x[window], d_first = super().backward(spec, params, part, d_h[window], d_last)
            d_params = add_all(d_params, d_part)
            d_last = zeros_like(d_first)
        return d_params, d_x, d_first

    def fill_backward(
        self, spec: Spec, d_filled: Numbers, valid: Numbers, reverse: bool
    ) -> Numbers:
        """Return the gradient of outputs; one repeated from another window is a constant."""
        d_outputs = np.zeros_like(d_filled)
        for window in self.windows(len(d_filled)):
            d_outputs[window] = super().fill_backward(
                spec, d_filled[window], valid[window], reverse
            )
        return d_outputs


def bind(
    spec: Spec,
    params: Mapping[str, Array],
    window: int,
    dtype: str = "float64",
    masks: Mapping[str, Array] | None = None,
) -> ReferenceImplementation:
    """Return the reference, with dropout masks or none, and truncated BPTT as its sequence_vjp.

    Raises:
        SpecError: a direction is reverse, whose windows would not be those of the forward one.
        ValueError: the window is below 1, or as ReferenceImplementation.
    """
    if spec.directions != ("forward",):
        raise SpecError(
            f"directions is {spec.directions!r}; truncated BPTT carries the state forward in time "
            "and needs ('forward',)"
        )
    loop = TruncatedLoop(cell_of(spec), window)
    return ReferenceImplementation(spec, params, dtype, loop=loop, masks=masks)


def _part(run: Run, window: slice) -> Run:
    """Return the run of one window, its steps counted from 0."""
    steps = range(window.stop - window.start)
    return replace(
        run,
        x=run.x[window],
        valid=run.valid[window],
        order=steps,
        before={t: run.before[window.start + t] for t in steps},
        traces={t: run.traces[window.start + t] for t in steps},
        shown={t: run.shown[window.start + t] for t in steps},
        after={t: run.after[window.start + t] for t in steps},
        drop={t: run.drop[window.start + t] for t in steps if run.drop},
    )
