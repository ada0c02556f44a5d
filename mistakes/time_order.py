"""Backward passes that take time in the wrong order, or average over it: the forward is right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rnncheck.mistakes.backward import BackwardLoop, zeroed
from rnncheck.mistakes.base import GivenBack, Mistake, Variation, one_layer
from rnncheck.protocol.names import Arrays, output_part
from rnncheck.protocol.spec import Spec


class LoopForwardInTime(BackwardLoop):
    """The loop of the backward pass begins with the first step."""

    def order(self, steps: int) -> Iterable[int]:
        """Return the steps as the forward pass takes them."""
        return range(steps)


class LoopForwardToState(LoopForwardInTime):
    """The same where the gradient of the final state is part of that of the last output."""

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients whose last step alone sees the gradient of the final state."""
        part, outputs = output_part(self.spec), given.d_outputs.copy()
        outputs[-1:] += given.d_state[part]
        rest = zeroed(given.d_state, part)
        return super().varied_vjp(replace(given, d_outputs=outputs, d_state=rest))


class InputGradientNotTurnedBack(Variation):
    """The gradient of x is in the order in which the backward pass met the steps."""

    without = frozenset({"lengths", "mask", "zero_length"})

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return right gradients, that of x turned round."""
        right = given.gradients(self.inner)
        return {**right, "d.x": right["d.x"][::-1].copy()}


class LastOutputGradientTwice(Variation):
    """The loop begins with the last output's gradient, and adds it once more."""

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients under a doubled last upstream gradient, that of the final state in it."""
        doubled, part = given.d_outputs.copy(), output_part(self.spec)
        doubled[-1:] *= 2
        end = {**given.d_state, part: 2 * given.d_state[part]}
        return replace(given, d_outputs=doubled, d_state=end).gradients(self.inner)


def averaged(*, over_rows: bool) -> type[Variation]:
    """Return what divides the gradients of parameters by the number of steps, or of steps and rows."""

    class Averaged(Variation):
        def varied_vjp(self, given: GivenBack) -> Arrays:
            steps, batch = given.x.shape[:2]
            count = steps * (batch if over_rows else 1)
            return {
                n: a / count if n[2:] in self.params else a
                for n, a in given.gradients(self.inner).items()
            }

    return Averaged


def _plain(spec: Spec) -> bool:
    return one_layer(spec) and not spec.output_size


_ORDER = "Write down the number of the step each time that the loop of the backward pass begins."
_COURSE = "published course work"

MISTAKES = (
    Mistake(
        "backward_loop_forward_in_time",
        "the loop of the backward pass runs from the first step to the last",
        _ORDER,
        LoopForwardInTime,
        one_layer,
        _COURSE,
    ),
    Mistake(
        "backward_loop_forward_in_time_to_state",
        "the loop of the backward pass runs from the first step to the last, where it meets the "
        "gradient of the final state",
        _ORDER,
        LoopForwardToState,
        _plain,
        _COURSE,
    ),
    Mistake(
        "input_gradient_not_turned_back",
        "the gradient of x is in the order of the backward pass, the last step first",
        _ORDER,
        InputGradientNotTurnedBack,
        one_layer,
        _COURSE,
    ),
    Mistake(
        "last_output_gradient_twice",
        "the gradient of the last output, and of the final state, is added twice",
        "Look at what the loop of the backward pass starts with, and at what it adds first.",
        LastOutputGradientTwice,
        _plain,
        _COURSE,
    ),
    Mistake(
        "gradient_mean_over_time",
        "parameter gradients are averaged over the steps in place of summed",
        "Run it on a sequence, and on the same sequence with a step more.",
        averaged(over_rows=False),
        source=_COURSE,
    ),
    Mistake(
        "gradient_mean_over_time_and_rows",
        "parameter gradients are averaged over the steps and the rows in place of summed",
        "Run it with one row and with the same row twice.",
        averaged(over_rows=True),
        source=_COURSE,
    ),
)
