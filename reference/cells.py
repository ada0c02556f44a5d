"""The one place where a spec's cell is looked up: the module of the same name in this room."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers


class Forward(Protocol):
    """One step of a cell."""

    def __call__(self, spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
        """Return the new state and the trace."""
        ...


class Backward(Protocol):
    """The gradients of one step of a cell."""

    def __call__(
        self, spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
    ) -> tuple[Named, Numbers, Named]:
        """Return the gradients of the parameters, of x and of the old state."""
        ...


@dataclass(frozen=True)
class Cell:
    """A cell's two functions, both without a prefix in their names.

    Attributes:
        forward: (spec, params, x, state) -> (new state, trace).
        backward: (spec, params, x, state, trace, d_state) -> (d_params, d_x, d_old_state), where
            d_state is the gradient of the new state, that of the output added in; the part of the
            state that is also the output is protocol.names.output_part's.
    """

    forward: Forward
    backward: Backward


def cell_of(spec: Spec) -> Cell:
    """Return the cell that a spec asks for."""
    module = import_module(f"{__package__}.{spec.cell}")
    return Cell(module.forward, module.backward)
