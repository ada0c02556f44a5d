"""What comes back from the next step is computed and left: the most natural way to lose a gradient.

Unlike where it is cut (see backward), the initial state gets what the first step hands back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rnncheck.mistakes.accumulation import OutputGradientsUnused
from rnncheck.mistakes.backward import BackwardLoop, zeroed
from rnncheck.mistakes.base import Mistake, one_layer
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec


def not_added(*parts: str, upstream: bool = True) -> type[BackwardLoop]:
    """Return a BPTT that never adds parts of the gradient from the next step, all by default.

    Args:
        parts: of the state.
        upstream: whether it begins with the gradient of the final state all the same.
    """

    class NotAdded(BackwardLoop):
        def upstream(self, d_state: Mapping[str, Array]) -> Arrays:
            return dict(d_state) if upstream else zeroed(d_state, *parts)

        def carried(self, d_state: Arrays, back: int) -> Arrays:
            del back
            return zeroed(d_state, *parts)

        def initial(self, d_state: Arrays, own: Arrays) -> Arrays:
            del d_state
            return own

    return NotAdded


class UpstreamIsOne(OutputGradientsUnused):
    """Whatever the gradient of h is, each step takes it to be 1."""

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of one step."""
        return super().step_vjp(x, state, d_outputs, _ones(d_state))

    def upstream(self, d_state: Mapping[str, Array]) -> Arrays:
        """Begin with ones."""
        return _ones(d_state)

    def carried(self, d_state: Arrays, back: int) -> Arrays:
        """Go on with ones."""
        del back
        return _ones(d_state)

    def initial(self, d_state: Arrays, own: Arrays) -> Arrays:
        """Return what the first step hands back."""
        del d_state
        return own


def _ones(d_state: Mapping[str, Array]) -> Arrays:
    return {part: array if part == "c" else np.ones_like(array) for part, array in d_state.items()}


def _lstm(spec: Spec) -> bool:
    return one_layer(spec) and spec.cell == "lstm"


def _shown_state(spec: Spec) -> bool:
    return one_layer(spec) and not spec.output_size


_PARTS: tuple[tuple[str, str, tuple[str, ...], Callable[[Spec], bool]], ...] = (
    ("state", "the state", (), one_layer),
    ("hidden", "h", ("h",), _lstm),
    ("cell", "c", ("c",), _lstm),
)
_CARRY = "Follow the gradient of the state from one step to the step before."

MISTAKES = (
    *(
        Mistake(
            f"{name}_gradient_not_added",
            f"the gradient of {words} that comes back from the next step is never added",
            _CARRY,
            not_added(*parts),
            applies,
            "published course work",
        )
        for name, words, parts, applies in _PARTS
    ),
    *(
        Mistake(
            f"{name}_gradient_never_added",
            f"the gradient of {words} is never added, neither the next step's nor the final one",
            _CARRY,
            not_added(*parts, upstream=False),
            applies,
            "published course work",
        )
        for name, words, parts, applies in _PARTS
    ),
    Mistake(
        "upstream_taken_as_one",
        "the gradient of h that comes in is taken to be 1",
        "Look at what is handed to the backward function, and where it enters.",
        UpstreamIsOne,
        _shown_state,
        "published course work",
    ),
)
