"""Padding that leaks, states that it changes, and outputs past the end by another rule."""

from __future__ import annotations

import numpy as np

from rnncheck.mistakes.base import Given, GivenBack, Mistake, Variation
from rnncheck.protocol.names import Arrays, group
from rnncheck.protocol.spec import Spec
from rnncheck.reference.padding import valid_steps

_FORWARD_ONLY = frozenset({"step_vjp", "sequence_vjp"})


class MaskIgnored(Variation):
    """Padded steps are computed like all others."""

    without = _FORWARD_ONLY

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence as if every step counted."""
        return given.without_rows().run(self.inner)


class MaskZeroesState(Variation):
    """A padded step sets the state to zero in place of carrying it on."""

    without = _FORWARD_ONLY

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence; rows that end in padding end in zeros."""
        result = given.run(self.inner)
        steps, batch = given.x.shape[:2]
        valid = valid_steps(self.spec.padding, steps, batch, given.lengths, given.mask)
        ended = ~valid[-1 if self.spec.directions[0] == "forward" else 0]  # (B,)
        zeroed = {
            f"state.{part}": np.where(ended[:, None], 0, array)
            for part, array in group(result, "state").items()
        }
        return {**result, **zeroed}


class PaddingRuleSwapped(Variation):
    """Outputs past the end repeat where they should be zero, or the other way round."""

    def inner_spec(self, spec: Spec) -> Spec:
        """Flip the rule."""
        rule = "repeat" if spec.padding.outputs == "zero" else "zero"
        return spec.with_(padding=type(spec.padding)(**{**vars(spec.padding), "outputs": rule}))


class GradientIntoPadding(Variation):
    """Padded steps take part in the backward pass."""

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients as if every step counted."""
        return given.without_rows().gradients(self.inner)


MISTAKES = (
    Mistake(
        "mask_ignored",
        "padded steps are computed like all others",
        "Look at what a padded step does to the state.",
        MaskIgnored,
    ),
    Mistake(
        "mask_zeroes_state",
        "a padded step sets the state to zero",
        "Look at what a padded step does to the state.",
        MaskZeroesState,
        source="Keras #4192, #7244",
    ),
    Mistake(
        "padding_rule_swapped",
        "outputs past the end follow the other rule (zero or repeat)",
        "Look at what is written for a step past the end of a row.",
        PaddingRuleSwapped,
        lambda spec: spec.directions == ("forward",),
        source="Keras #7695; TensorFlow #30423, #49241",
    ),
    Mistake(
        "gradient_into_padding",
        "gradients flow through padded steps",
        "Look at the backward of a padded step.",
        GradientIntoPadding,
    ),
)
