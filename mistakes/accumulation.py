"""Backward passes through time that add up wrongly, clip what they carry, or keep too much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnncheck.mistakes.backward import BackwardLoop
from rnncheck.mistakes.base import GivenBack, Mistake, Variation, one_layer
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec


class BiasGradientOfOneStep(BackwardLoop):
    """Only the step that the loop meets last adds to the gradients of the biases."""

    def added(self, name: str, total: Array, new: Array) -> Array:
        """Forget the sum so far where it is a bias's."""
        return new if "bias" in name else total + new


class RecurrentGradientOfOneStep(BackwardLoop):
    """Only the step that the loop meets last adds to the gradient of the recurrent weights."""

    def added(self, name: str, total: Array, new: Array) -> Array:
        """Forget the sum so far where it is that of the recurrent weights."""
        return new if name.endswith("weight_hh") else total + new


def carries_clipped(bound: float) -> type[BackwardLoop]:
    """Return a BPTT that clips the gradient of the state between steps."""

    class Clipped(BackwardLoop):
        def carried(self, d_state: Arrays, back: int) -> Arrays:
            del back
            return {part: np.clip(array, -bound, bound) for part, array in d_state.items()}

    return Clipped


class OutputGradientsUnused(BackwardLoop):
    """The upstream gradients of the outputs are never read."""

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of one step as if its output had none."""
        return self.inner.step_vjp(x, state, np.zeros_like(d_outputs), d_state)

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients of the final state alone."""
        return super().varied_vjp(replace(given, d_outputs=np.zeros_like(given.d_outputs)))


class _OtherStates(BackwardLoop):
    """The gradient of the recurrent weights reads h from the wrong place of a buffer."""

    def shown(self, states: list[Mapping[str, Array]], last: Array, t: int) -> Array:
        """Return the h (B, R) that step t reads as the one before it."""
        del last
        return states[t]["h"]

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return right gradients, but that of the recurrent weights."""
        right = given.gradients(self.inner)
        if given.state is None or not len(given.x):
            return right
        states = [dict(state or {}) for state in self._states(given.x, given.state)]
        last = self.inner.step(given.x[-1], states[-1])["state.h"]
        carry: Mapping[str, Array] = given.d_state
        total = np.zeros_like(right["d.weight_hh"])
        for t in reversed(range(len(given.x))):
            arguments = (given.x[t], states[t], given.d_outputs[t], carry)
            per_row = self._rows(*arguments)  # (B, G, H): gradient of each pre-activation
            total += np.einsum("bgh,br->ghr", per_row, self.shown(list(states), last, t))
            result = self.inner.step_vjp(*arguments)
            carry = {p: result[f"d.state.{p}"] for p in carry}
        return right | {"d.weight_hh": total}

    def _rows(
        self, x: Array, state: Mapping[str, Array], d_outputs: Array, d_state: Mapping[str, Array]
    ) -> Array:
        rows = []
        for b in range(len(x)):
            one = slice(b, b + 1)
            result = self.inner.step_vjp(
                x[one],
                {p: a[one] for p, a in state.items()},
                d_outputs[one],
                {p: a[one] for p, a in d_state.items()},
            )
            rows.append(result["d.bias_ih"])  # (G, H)
        return np.stack(rows)


class WrapsAtFirstStep(_OtherStates):
    """h[t - 1] at t = 0 is the last one, as a negative index makes it."""

    def shown(self, states: list[Mapping[str, Array]], last: Array, t: int) -> Array:
        """Return the last h at the first step."""
        return super().shown(states, last, t) if t else last


class CacheOfLastState(_OtherStates):
    """The cache holds one h that every step overwrites."""

    def shown(self, states: list[Mapping[str, Array]], last: Array, t: int) -> Array:
        """Return the last h at every step."""
        del states, t
        return last


class GradientsKeptBetweenCalls(Variation):
    """The gradients of the parameters are added to those of the calls before."""

    def _kept(self, result: Arrays) -> Arrays:
        kept: Arrays = self.__dict__.setdefault("sums", {})
        for name, array in result.items():
            if name != "d.x" and not name.startswith("d.state."):
                kept[name] = kept[name] + array if name in kept else array
        return result | {name: array.copy() for name, array in kept.items()}

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of one step."""
        return self._kept(self.inner.step_vjp(x, state, d_outputs, d_state))

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return the gradients of a sequence."""
        return self._kept(given.gradients(self.inner))


class OutputGradientRowsMixed(Variation):
    """reshape where transpose is meant, on the upstream gradients of the outputs."""

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients under upstream gradients whose rows are mixed up."""
        steps, batch, width = given.d_outputs.shape
        mixed = given.d_outputs.reshape(batch, steps, width).swapaxes(0, 1).copy()
        return replace(given, d_outputs=mixed).gradients(self.inner)


def _biased(spec: Spec) -> bool:
    return one_layer(spec) and spec.biases != "none"


def _hidden(spec: Spec) -> bool:
    linear = spec.cell in ("elman", "lstm")  # h enters every gate as it is
    return _biased(spec) and linear


_SUM = "The same parameters are used at every step."
_CLIP = "Look for clip, minimum or maximum in the backward pass."
_CACHE = "Print the h that the backward pass reads at each step."

MISTAKES = (
    Mistake(
        "bias_gradient_of_first_step",
        "the biases' gradient is that of the first step alone",
        _SUM,
        BiasGradientOfOneStep,
        _biased,
    ),
    Mistake(
        "recurrent_gradient_of_first_step",
        "the recurrent weights' gradient is that of the first step alone",
        _SUM,
        RecurrentGradientOfOneStep,
        one_layer,
    ),
    *(
        Mistake(
            f"state_gradient_clipped_at_{bound}",
            f"the gradient of the state is clipped to {bound} between steps",
            _CLIP,
            carries_clipped(bound),
            one_layer,
            "copies of min-char-rnn",
        )
        for bound in (5, 1)
    ),
    Mistake(
        "upstream_outputs_unused",
        "the gradients of the outputs are never read",
        "Look at what is added to the gradient of the state at each step.",
        OutputGradientsUnused,
        one_layer,
    ),
    Mistake(
        "gradient_wraps_at_first_step",
        "at the first step the gradient reads the last h in place of the initial one",
        _CACHE,
        WrapsAtFirstStep,
        _hidden,
        "lzwjava's notes on a hand-written LSTM",
    ),
    Mistake(
        "cache_of_last_state",
        "at every step the gradient reads the last h",
        _CACHE,
        CacheOfLastState,
        _hidden,
    ),
    Mistake(
        "gradients_kept_between_calls",
        "gradients are added to those of the call before",
        "Look at where the gradients are set to zero.",
        GradientsKeptBetweenCalls,
    ),
    Mistake(
        "output_gradient_rows_mixed",
        "the gradients of the outputs are reshaped where their axes should be swapped",
        "reshape does not swap axes: look at every reshape and transpose.",
        OutputGradientRowsMixed,
        source="torch PR #95137",
    ),
)
