"""The reference with one function of its cell replaced: for mistakes in the equations of a step."""

from __future__ import annotations

from collections.abc import Mapping

from rnncheck.mistakes.base import Variation
from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec
from rnncheck.reference.cells import Backward, Cell, Forward, cell_of
from rnncheck.reference.implementation import ReferenceImplementation


def celled(forward: Forward | None = None, backward: Backward | None = None) -> type[Variation]:
    """Return an implementation with a cell function replaced; a wrong forward has no vjp."""

    class Celled(Variation):
        without = frozenset({"step_vjp", "sequence_vjp"}) if forward else frozenset()
        wraps = False

        def __init__(
            self,
            spec: Spec,
            params: Mapping[str, Array],
            dtype: str = "float64",
            device: str = "cpu",
        ) -> None:
            super().__init__(spec, params, dtype, device)
            right = cell_of(spec)
            cell = Cell(forward or right.forward, backward or right.backward)
            self.inner = ReferenceImplementation(spec, params, dtype, cell=cell)

    return Celled
