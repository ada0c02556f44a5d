"""Dropout at the wrong time, and masks that are drawn wrongly."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnncheck.mistakes.base import Given, GivenBack, Mistake, Variation
from rnncheck.mistakes.dropout import drops, uneven
from rnncheck.protocol.names import Array, Arrays, dropout_keep, dropout_shapes
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import ReferenceImplementation

_FORWARD_ONLY = frozenset({"step_vjp", "sequence_vjp"})


class WhenNotTraining(Variation):
    """Outside training masks are drawn as well."""

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence, always under masks."""
        if given.dropout is None:
            given = replace(given, dropout=drawn(self.spec, *given.x.shape[:2], seed=7))
        return given.run(self.inner)


class Drawing(Variation):
    """Draws its masks itself, rightly; a mistake draws them wrongly.

    Attributes:
        swapped: keep with the probability of dropping.
    """

    swapped = False

    def __init__(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> None:
        """Bind the reference."""
        super().__init__(spec, params, dtype, device)
        self.claims = self.claims - {"dropout_given"} | {"dropout_drawn"}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence under drawn masks, and show them."""
        masks = self.draw(given)
        if masks is None:
            return given.run(self.inner)
        return replace(given, dropout=masks).run(self.inner) | _shown(masks)

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return the gradients through drawn masks, and show them."""
        masks = self.draw(given)
        if masks is None:
            return given.gradients(self.inner)
        return replace(given, dropout=masks).gradients(self.inner) | _shown(masks)

    def draw(self, given: Given) -> Arrays | None:
        """Return masks drawn from the seed that is given, None outside training."""
        if given.dropout is None:
            return None
        seed = int(given.dropout["seed"])
        return drawn(self.spec, *given.x.shape[:2], seed=seed, swapped=self.swapped)


class KeepSwapped(Drawing):
    """The number that says how much to keep is taken as how much to drop."""

    swapped = True


class RedrawnEachStep(Drawing):
    """A mask is drawn for each step where one for all steps is asked for."""

    without = _FORWARD_ONLY
    wraps = False

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence under a mask for each step, and show the first one."""
        if given.dropout is None:
            return given.run(self.inner)
        spec = self.spec.with_(dropout=replace(self.spec.dropout, draw="step"))
        kept = drawn(spec, *given.x.shape[:2], seed=int(given.dropout["seed"]))
        bound = ReferenceImplementation(spec, self.params, self.dtype)
        first = {name: mask[0] for name, mask in kept.items()}
        return replace(given, dropout=kept).run(bound) | _shown(first)


def drawn(spec: Spec, steps: int, batch: int, *, seed: int, swapped: bool = False) -> Arrays:
    """Return masks drawn from a seed, 1 for kept and 0 for dropped; `swapped` keeps 1 - keep."""
    draw, masks = random.Random(seed).random, {}
    for name, shape in dropout_shapes(spec, steps, batch).items():
        keep = dropout_keep(spec, name)
        chance = 1 - keep if swapped else keep
        ones = [float(draw() < chance) for _ in range(int(np.prod(shape)))]
        masks[name] = np.array(ones).reshape(shape)
    return masks


def _shown(masks: Arrays) -> Arrays:
    return {f"dropout.{name}": mask for name, mask in masks.items()}


def _once(spec: Spec) -> bool:
    return drops(spec) and spec.dropout.draw == "once"


MISTAKES = (
    Mistake(
        "dropout_when_not_training",
        "values are dropped outside training too",
        "Look at what the code does when it is not training.",
        WhenNotTraining,
        drops,
    ),
    Mistake(
        "dropout_keep_swapped",
        "the keep probability is taken as the probability of dropping",
        "Count what is left of a large array of ones.",
        KeepSwapped,
        uneven,
    ),
    Mistake(
        "dropout_redrawn_each_step",
        "a new mask is drawn at each step where one for all steps is asked for",
        "Look at whether the mask is drawn inside the loop or before it.",
        RedrawnEachStep,
        _once,
    ),
)
