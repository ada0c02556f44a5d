"""States that are ignored, lost, swapped, or handed back at the wrong time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from rnncheck.mistakes.base import Given, GivenBack, Mistake, Variation, one_layer
from rnncheck.protocol.names import Array, Arrays, group, state_shapes
from rnncheck.protocol.spec import Spec


def over_time(found: Sequence[Arrays]) -> Arrays:
    """Return what a sequence gives, of what its steps gave; their traces but h and c are left out."""
    last = {name: array for name, array in found[-1].items() if name.startswith("state.")}
    traced = {f"trace.{part}" for part in group(last, "state")}
    return last | {
        n: np.stack([s[n] for s in found]) for n in found[-1] if n in {"outputs"} | traced
    }


class _Sequences(Variation):
    """A variation of the forward sequence only: gradients and masks are not offered."""

    without = frozenset({"step_vjp", "sequence_vjp", "lengths", "mask", "zero_length"})


class InitialStateIgnored(Variation):
    """Every sequence starts from zero; the state that is not used has no gradient."""

    without = frozenset({"step_vjp", "lengths", "mask", "zero_length"})
    ends: tuple[str, ...] = ("h", "c", "y")

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence from zero."""
        return replace(given, state=self._ignored(given.state)).run(self.inner)

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return the gradients of a sequence from zero."""
        result = replace(given, state=self._ignored(given.state)).gradients(self.inner)
        return self._ignored(result, "d.state.") or {}

    def _ignored(self, parts: Mapping[str, Array] | None, start: str = "") -> Arrays | None:
        if parts is None:
            return None
        return {
            n: np.zeros_like(a) if n.startswith(start) and n.endswith(self.ends) else a
            for n, a in parts.items()
        }


class CellStateIgnored(InitialStateIgnored):
    """c starts from zero, h does not."""

    ends = ("c",)


class CellStartsAsHidden(Variation):
    """c starts from the h that is given."""

    without = frozenset({"step_vjp", "lengths", "mask", "zero_length"})
    by_steps = True

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence whose c is h at first."""
        return replace(given, state=_both_hidden(given.state)).run(self.inner)

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return the gradients: h has that of both."""
        result = replace(given, state=_both_hidden(given.state)).gradients(self.inner)
        both = result["d.state.h"] + result["d.state.c"]
        return {**result, "d.state.h": both, "d.state.c": np.zeros_like(both)}


def _both_hidden(state: Mapping[str, Array] | None) -> Arrays | None:
    return None if state is None else {"h": state["h"], "c": state["h"]}


class NoneStateIsOnes(Variation):
    """A missing state is taken as ones."""

    def _filled(self, x: Array, state: Mapping[str, Array] | None) -> Mapping[str, Array]:
        if state is not None:
            return state
        shapes = state_shapes(self.spec, x.shape[-2])
        return {part: np.ones(shape, x.dtype) for part, shape in shapes.items()}

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step."""
        return self.inner.step(x, self._filled(x, state))

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        return replace(given, state=self._filled(given.x, given.state)).run(self.inner)


class StateNotCarried(_Sequences):
    """Every step starts from the initial state."""

    by_steps = True
    carried: tuple[str, ...] = ()

    def varied(self, given: Given) -> Arrays:
        """Run each step from the initial state, but for the parts in `carried`."""
        now, found = given.state, []
        for row in given.x:
            found.append(self.inner.step(row, now))
            new = group(found[-1], "state")
            now = {
                part: new[part] if part in self.carried else self._first(given.state, part, array)
                for part, array in new.items()
            }
        return over_time(found)

    def _first(self, state: Mapping[str, Array] | None, part: str, like: Array) -> Array:
        return np.zeros_like(like) if state is None else state[part]


class CellStateNotCarried(StateNotCarried):
    """h goes from step to step, c does not."""

    carried = ("h",)


class StateSwapped(Variation):
    """(c, h) is handed back where (h, c) is asked for."""

    without = frozenset({"step_vjp", "sequence_vjp"})

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step."""
        return _swapped(self.inner.step(x, state))

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        return _swapped(given.run(self.inner))


def _swapped(result: Arrays) -> Arrays:
    return {**result, "state.h": result["state.c"], "state.c": result["state.h"]}


class StateOneStepEarly(_Sequences):
    """The final state is the one before the last step."""

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence, and its state without the last step."""
        result = given.run(self.inner)
        early = group(self.inner.sequence(given.x[:-1], given.state), "state")
        return {**result, **{f"state.{part}": array for part, array in early.items()}}


class NanState(Variation):
    """One number of the state is NaN."""

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step."""
        return self._spoiled(self.inner.step(x, state))

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        return self._spoiled(given.run(self.inner))

    def _spoiled(self, result: Arrays) -> Arrays:
        name = f"state.{next(iter(state_shapes(self.spec, 1)))}"
        spoiled = np.array(result[name])
        spoiled[-1, -1] = np.nan
        return {**result, name: spoiled}


def _plain_lstm(spec: Spec) -> bool:
    return one_layer(spec) and spec.cell == "lstm"


def _swappable(spec: Spec) -> bool:
    return _plain_lstm(spec) and not spec.projection


MISTAKES = (
    Mistake(
        "initial_state_ignored",
        "the initial state is ignored",
        "Look at what h is before the first step.",
        InitialStateIgnored,
    ),
    Mistake(
        "initial_cell_state_ignored",
        "the initial c is ignored",
        "Look at what c is before the first step.",
        CellStateIgnored,
        lambda spec: spec.cell == "lstm",
        source="published course work",
    ),
    Mistake(
        "cell_starts_as_hidden",
        "c starts from the initial h",
        "Look at what c is before the first step.",
        CellStartsAsHidden,
        _swappable,
        source="published course work",
    ),
    Mistake(
        "none_state_is_ones",
        "a missing initial state is taken as ones",
        "Look at what the code does when no state is given.",
        NoneStateIsOnes,
    ),
    Mistake(
        "state_not_carried",
        "every step starts from the initial state",
        "Look at what the loop carries from one step to the next.",
        StateNotCarried,
        one_layer,
    ),
    Mistake(
        "cell_state_not_carried",
        "c is not carried from one step to the next",
        "Look at what the loop carries from one step to the next.",
        CellStateNotCarried,
        _plain_lstm,
    ),
    Mistake(
        "state_swapped",
        "h and c are swapped in the state that comes back",
        "Look at the order of the state.",
        StateSwapped,
        _swappable,
    ),
    Mistake(
        "state_one_step_early",
        "the final state is the one before the last step",
        "Look at which state the loop hands back when it ends.",
        StateOneStepEarly,
        one_layer,
    ),
    Mistake(
        "nan_state",
        "a number of the state is NaN",
        "Look for 0/0, for the logarithm of 0, and for memory that was never filled.",
        NanState,
        one_layer,
    ),
)
