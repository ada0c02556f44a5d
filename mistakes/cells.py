"""The reference with one function of its cell replaced: for mistakes in the equations of a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from rnncheck.mistakes.base import Given as Sequence
from rnncheck.mistakes.base import GivenBack as SequenceBack
from rnncheck.mistakes.base import Mistake, Variation
from rnncheck.mistakes.derived import DerivedLoop, derived
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.cells import Backward, Cell, Forward, cell_of
from rnncheck.reference.implementation import ReferenceImplementation
from rnncheck.reference.loop import Loop

UNAWARE = "; the gradients are those of the right equations"


class Celled(Variation):
    """The reference over another cell.

    Attributes:
        forward, backward: in place of those of the spec's cell; None for what is right, which of
            a wrong forward are its own derivatives.
    """

    wraps = False
    forward: ClassVar[Forward | None] = None
    backward: ClassVar[Backward | None] = None

    def __init__(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> None:
        """Bind the reference over that cell."""
        super().__init__(spec, params, dtype, device)
        self.inner = ReferenceImplementation(spec, params, dtype, loop=self._loop(cell_of(spec)))

    def varied(self, given: Sequence) -> Arrays:
        """Compute a sequence; a wrong equation may grow without bound."""
        with np.errstate(over="ignore", invalid="ignore"):
            return super().varied(given)

    def varied_vjp(self, given: SequenceBack) -> Arrays:
        """Return the gradients of a sequence, which may grow likewise."""
        with np.errstate(over="ignore", invalid="ignore"):
            return super().varied_vjp(given)

    def _loop(self, right: Cell) -> Loop:
        own = type(self)
        if own.forward is not None and own.backward is None:
            return DerivedLoop(Cell(own.forward, derived(own.forward)))
        return Loop(Cell(own.forward or right.forward, own.backward or right.backward))


def celled(forward: Forward | None = None, backward: Backward | None = None) -> type[Celled]:
    """Return an implementation with a function of its cell replaced."""
    functions = {"forward": forward, "backward": backward}
    return type("Wrong", (Celled,), {n: f and staticmethod(f) for n, f in functions.items()})


def unaware(known: Iterable[Mistake]) -> Iterator[Mistake]:
    """Yield the mistakes of a cell's forward pass with gradients of the right equations.

    They are computed of what the wrong ones gave, as whoever copies them from a book does.
    """
    for mistake in known:
        bind: object = mistake.bind
        if isinstance(bind, type) and issubclass(bind, Celled) and bind.forward is not None:
            yield replace(mistake, what=mistake.what + UNAWARE, bind=celled(bind.forward, _right))


def _right(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    return cell_of(spec).backward(spec, params, x, state, trace, d_state)
