"""Padding that leaks, states that it changes, and outputs past the end by another rule."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnncheck.mistakes.base import Mistake, Variation
from rnncheck.protocol.names import Array, Arrays, group
from rnncheck.protocol.spec import Spec
from rnncheck.reference.padding import valid_steps

_FORWARD_ONLY = frozenset({"step_vjp", "sequence_vjp"})


class MaskIgnored(Variation):
    """Padded steps are computed like all others."""

    without = _FORWARD_ONLY

    def sequence(
        self,
        x: Array,
        state: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
        mask: Array | None = None,
    ) -> Arrays:
        """Compute a sequence as if every step counted."""
        del lengths, mask
        return self.inner.sequence(x, state)


class MaskZeroesState(Variation):
    """A padded step sets the state to zero in place of carrying it on."""

    without = _FORWARD_ONLY

    def sequence(
        self,
        x: Array,
        state: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
        mask: Array | None = None,
    ) -> Arrays:
        """Compute a sequence; rows that end in padding end in zeros."""
        result = self.inner.sequence(x, state, lengths, mask)
        valid = valid_steps(self.spec.padding, x.shape[0], x.shape[1], lengths, mask)
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

    def sequence_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
        lengths: Array | None = None,
        mask: Array | None = None,
    ) -> Arrays:
        """Return gradients as if every step counted."""
        del lengths, mask
        return self.inner.sequence_vjp(x, state, d_outputs, d_state)


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
    ),
    Mistake(
        "padding_rule_swapped",
        "outputs past the end follow the other rule (zero or repeat)",
        "Look at what is written for a step past the end of a row.",
        PaddingRuleSwapped,
        lambda spec: spec.directions == ("forward",),
    ),
    Mistake(
        "gradient_into_padding",
        "gradients flow through padded steps",
        "Look at the backward of a padded step.",
        GradientIntoPadding,
    ),
)
