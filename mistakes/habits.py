"""Habits that cost nothing but are worth a word: prints, other dtypes, leftovers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnncheck.mistakes.base import Given, Mistake, Variation
from rnncheck.protocol.names import Array, Arrays

_FORWARD_ONLY = frozenset({"step_vjp", "sequence_vjp"})


class _Forward(Variation):
    """A variation of both forward calls through one method."""

    without = _FORWARD_ONLY

    def after(self, x: Array, result: Arrays) -> Arrays:
        """Change what a forward call gives back."""
        del x
        return result

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step."""
        return self.after(x, self.inner.step(x, state))

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        return self.after(given.x, given.run(self.inner))


class ChangesArguments(_Forward):
    """x is scaled in place and not put back."""

    def after(self, x: Array, result: Arrays) -> Arrays:
        """Report the change as a worker does."""
        self.facts = {"changed": ["x"]}
        return result


class ReturnsFloat32(_Forward):
    """Buffers are float32 whatever comes in."""

    def after(self, x: Array, result: Arrays) -> Arrays:
        """Round to float32."""
        del x
        return {name: array.astype(np.float32) for name, array in result.items()}


class StateKeptBetweenCalls(_Forward):
    """What a call leaves behind enters the next one."""

    calls = 0

    def after(self, x: Array, result: Arrays) -> Arrays:
        """Add a little more at every call."""
        del x
        self.calls += 1
        return {name: array + 0.25 * (self.calls - 1) for name, array in result.items()}


class Prints(_Forward):
    """A call prints."""

    def after(self, x: Array, result: Arrays) -> Arrays:
        """Report the print as a worker does."""
        del x
        self.facts = {"prints": 1}
        return result


MISTAKES = (
    Mistake(
        "changes_arguments",
        "a call changes its arguments",
        "Look for +=, *= and [...] = on an argument.",
        ChangesArguments,
    ),
    Mistake(
        "returns_float32",
        "results are float32 whatever comes in",
        "Look at the dtype of zeros and constants.",
        ReturnsFloat32,
        source="published course work",
    ),
    Mistake(
        "state_kept_between_calls",
        "something is kept from one call to the next",
        "Look for globals, attributes and default arguments that a call changes.",
        StateKeptBetweenCalls,
        source="published course work",
    ),
    Mistake("prints", "a call prints", "Remove prints.", Prints),
)
