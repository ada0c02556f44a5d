"""Backward passes through time that lose, cut or overwrite: the forward is right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from rnncheck.mistakes.base import GivenBack, Mistake, Variation, one_layer
from rnncheck.protocol.names import Array, Arrays, group
from rnncheck.protocol.spec import Spec


class BackwardLoop(Variation):
    """BPTT over single steps of the reference; a mistake overrides one line of it."""

    without = frozenset({"lengths", "mask", "zero_length", "dropout", "dropout_given"})
    by_steps = True

    def order(self, steps: int) -> Iterable[int]:
        """Return the steps in the order of the loop."""
        return reversed(range(steps))

    def upstream(self, d_state: Mapping[str, Array]) -> Arrays:
        """Return the gradient with which the last step starts."""
        return dict(d_state)

    def carried(self, d_state: Arrays, back: int) -> Arrays:
        """Return what goes on to the step before, `back` steps from the end."""
        del back
        return d_state

    def added(self, name: str, total: Array, new: Array) -> Array:
        """Return the gradient of a parameter, "d.<name>", after one more step."""
        del name
        return total + new

    def initial(self, d_state: Arrays, own: Arrays) -> Arrays:
        """Return the gradient of the initial state, of what is carried or of the first step's own."""
        del own
        return d_state

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients by a loop from the last step to the first."""
        states = self._states(given.x, given.state)
        own = carry = self.upstream(given.d_state)
        d_x, total = np.zeros_like(given.x), Arrays()
        for back, t in enumerate(self.order(len(given.x))):
            result = self.inner.step_vjp(given.x[t], states[t], given.d_outputs[t], carry)
            own = group(result, "d.state")
            carry = self.carried(own, back)
            d_x[t] = result.pop("d.x")
            for name, new in result.items():
                if not name.startswith("d.state."):
                    total[name] = self.added(name, total[name], new) if name in total else new
        first = {f"d.state.{part}": array for part, array in self.initial(carry, own).items()}
        return total | first | {"d.x": d_x}

    def _states(
        self, x: Array, state: Mapping[str, Array] | None
    ) -> list[Mapping[str, Array] | None]:
        states: list[Mapping[str, Array] | None] = [state]
        for row in x[:-1]:
            states.append(group(self.inner.step(row, states[-1]), "state"))
        return states


def zeroed(parts: Mapping[str, Array], *names: str) -> Arrays:
    """Return the parts with zeros in the place of some, of all by default."""
    return {p: np.zeros_like(a) if not names or p in names else a for p, a in parts.items()}


class StateGradientNotCarried(BackwardLoop):
    """Each step sees only its own output's gradient."""

    def carried(self, d_state: Arrays, back: int) -> Arrays:
        """Drop everything."""
        del back
        return zeroed(d_state)


class CellGradientNotCarried(BackwardLoop):
    """The gradient of c is dropped between steps."""

    def carried(self, d_state: Arrays, back: int) -> Arrays:
        """Drop the part of c."""
        del back
        return zeroed(d_state, "c")


class HiddenGradientNotCarried(BackwardLoop):
    """The gradient of h is dropped between steps, that of c is not."""

    def carried(self, d_state: Arrays, back: int) -> Arrays:
        """Drop the part of h."""
        del back
        return zeroed(d_state, "h")


def truncated(steps: int) -> type[BackwardLoop]:
    """Return a BPTT whose state gradient stops after some steps back from the end."""

    class Truncated(BackwardLoop):
        def carried(self, d_state: Arrays, back: int) -> Arrays:
            return zeroed(d_state) if back + 1 == steps else d_state

    return Truncated


def stopped(steps: int) -> type[BackwardLoop]:
    """Return a BPTT whose loop ends after some steps back from the end."""

    class Stopped(BackwardLoop):
        def varied_vjp(self, given: GivenBack) -> Arrays:
            first = max(0, len(given.x) - steps)
            start = self._states(given.x, given.state)[first]
            late = replace(given, x=given.x[first:], state=start, d_outputs=given.d_outputs[first:])
            result = super().varied_vjp(late)
            unseen = np.zeros_like(given.x[:first])
            return {**result, "d.x": np.concatenate([unseen, result["d.x"]])}

    return Stopped


class WeightGradientOverwritten(BackwardLoop):
    """= where += is meant: the parameters' gradient is that of the first step alone."""

    def added(self, name: str, total: Array, new: Array) -> Array:
        """Forget the sum so far."""
        del name, total
        return new


class WeightGradientOfLastStep(BackwardLoop):
    """Only the last step adds to the parameters' gradient."""

    def added(self, name: str, total: Array, new: Array) -> Array:
        """Forget the new step."""
        del name, new
        return total


class UpstreamStateIgnored(BackwardLoop):
    """The gradient of the final state is ignored."""

    def upstream(self, d_state: Mapping[str, Array]) -> Arrays:
        """Start from zeros."""
        return zeroed(d_state)

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of one step as if nothing followed it."""
        return self.inner.step_vjp(x, state, d_outputs, zeroed(d_state))


class UpstreamCellIgnored(BackwardLoop):
    """The gradient of the final c is ignored."""

    def upstream(self, d_state: Mapping[str, Array]) -> Arrays:
        """Start without c."""
        return zeroed(d_state, "c")


class InitialStateGradientZero(BackwardLoop):
    """The gradient of the initial state is returned as zeros."""

    def initial(self, d_state: Arrays, own: Arrays) -> Arrays:
        """Return zeros."""
        del own
        return zeroed(d_state)


class UpstreamOutputsIgnored(BackwardLoop):
    """Only the gradient of the last output is used."""

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients as if the loss read the last output alone."""
        last = np.zeros_like(given.d_outputs)
        last[-1:] = given.d_outputs[-1:]
        return super().varied_vjp(replace(given, d_outputs=last))


def _lstm(spec: Spec) -> bool:
    return one_layer(spec) and spec.cell == "lstm"


_CARRY = "Follow the gradient of the state from one step to the step before."
_SUM = "The same weights are used at every step."

MISTAKES = (
    Mistake(
        "state_gradient_not_carried",
        "no gradient goes from a step to the step before",
        _CARRY,
        StateGradientNotCarried,
        one_layer,
        source="the most frequent real fault in published course work",
    ),
    Mistake(
        "cell_gradient_not_carried",
        "the gradient of c does not go to the step before",
        _CARRY,
        CellGradientNotCarried,
        _lstm,
        source="questions in course forums",
    ),
    Mistake(
        "hidden_gradient_not_carried",
        "the gradient of h does not go to the step before",
        _CARRY,
        HiddenGradientNotCarried,
        _lstm,
    ),
    *(
        Mistake(
            f"truncated_bptt_{steps}",
            f"backpropagation through time stops after {steps} steps",
            "Count the steps that the backward loop really goes back.",
            truncated(steps),
            one_layer,
        )
        for steps in (5, 10, 20, 30)
    ),
    *(
        Mistake(
            f"bptt_loop_stops_after_{steps}",
            f"the loop of the backward pass ends after {steps} steps",
            "Count the steps that the backward loop really goes back.",
            stopped(steps),
            one_layer,
        )
        for steps in (5, 10, 20, 30)
    ),
    Mistake(
        "weight_gradient_overwritten",
        "= stands where += is meant: the weights' gradient is that of the first step alone",
        _SUM,
        WeightGradientOverwritten,
        one_layer,
        source="frequent in published course work",
    ),
    Mistake(
        "weight_gradient_of_last_step",
        "the weights' gradient is that of the last step alone",
        _SUM,
        WeightGradientOfLastStep,
        one_layer,
    ),
    Mistake(
        "upstream_state_ignored",
        "the gradient of the final state is ignored",
        "Look at what the backward pass starts from.",
        UpstreamStateIgnored,
        one_layer,
        source="torch #96416",
    ),
    Mistake(
        "upstream_cell_ignored",
        "the gradient of the final c is ignored",
        "Look at what the backward pass starts from.",
        UpstreamCellIgnored,
        _lstm,
        source="Deeplearning4j #8838",
    ),
    Mistake(
        "upstream_outputs_ignored",
        "only the gradient of the last output is used",
        "Every output may have a gradient of its own.",
        UpstreamOutputsIgnored,
        one_layer,
    ),
    Mistake(
        "initial_state_gradient_zero",
        "the gradient of the initial state is zero",
        "Look at what is left when the backward loop has passed the first step.",
        InitialStateGradientZero,
        one_layer,
    ),
)
