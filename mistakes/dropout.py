"""Dropout with a wrong scale, a wrong mask, or in a wrong place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnncheck.mistakes.base import Given, GivenBack, Mistake, Variation
from rnncheck.protocol.names import (
    Array,
    Arrays,
    dropout_keep,
    group,
    layer_width,
    prefixes,
)
from rnncheck.protocol.spec import Dropout, Spec
from rnncheck.reference.implementation import ReferenceImplementation

_FORWARD_ONLY = frozenset({"step_vjp", "sequence_vjp"})


class Factors(Variation):
    """Training under factors that are not mask / keep."""

    wraps = False

    def factor(self, kept: Array, keep: float) -> Array:
        """Return what a value is multiplied by, given 1 for kept and 0 for dropped."""
        return kept / keep

    def masks(self, dropout: Mapping[str, Array]) -> Arrays:
        """Return the factors by the names of the masks."""
        return {
            name: self.factor(np.asarray(kept, self.dtype), dropout_keep(self.spec, name))
            for name, kept in dropout.items()
        }

    def trained_spec(self) -> Spec:
        """Return the spec that says where the factors go."""
        return self.spec

    def trained(self, dropout: Mapping[str, Array]) -> ReferenceImplementation:
        """Return the reference under the factors."""
        spec = self.trained_spec()
        return ReferenceImplementation(spec, self.params, self.dtype, masks=self.masks(dropout))

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence, in training under the factors."""
        if given.dropout is None:
            return given.run(self.inner)
        return replace(given, dropout=None).run(self.trained(given.dropout))

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return the gradients of a sequence, in training under the factors."""
        if given.dropout is None:
            return given.gradients(self.inner)
        return replace(given, dropout=None).gradients(self.trained(given.dropout))


class NotScaled(Factors):
    """What is kept stays as it is."""

    def factor(self, kept: Array, keep: float) -> Array:
        """Return the mask."""
        return kept


class ScaledByKeep(Factors):
    """What is kept is multiplied by keep, not divided by it."""

    def factor(self, kept: Array, keep: float) -> Array:
        """Return the mask times keep."""
        return kept * keep


class ScaledByDrop(Factors):
    """What is kept is divided by the probability of dropping."""

    def factor(self, kept: Array, keep: float) -> Array:
        """Return the mask over 1 - keep."""
        return kept / (1 - keep)


class MaskInverted(Factors):
    """What the mask keeps is dropped, what it drops is kept."""

    def factor(self, kept: Array, keep: float) -> Array:
        """Return the other mask, scaled."""
        return (1 - kept) / keep


class FirstMaskOnly(Factors):
    """The mask of the first step is used at every step."""

    def factor(self, kept: Array, keep: float) -> Array:
        """Return the first step's mask (B, W) for every step, scaled."""
        return np.broadcast_to(kept[:1], kept.shape) / keep


class OnRecurrentPath(Factors):
    """The mask of the outputs is laid on the state too."""

    def trained_spec(self) -> Spec:
        """Return a spec whose state has a mask."""
        keep = self.spec.dropout
        return self.spec.with_(dropout=replace(keep, state_keep=keep.output_keep))

    def masks(self, dropout: Mapping[str, Array]) -> Arrays:
        """Return the factors, those of the outputs for the state too."""
        masks = super().masks(dropout)
        return masks | {p + "state": masks[p + "output"] for p in prefixes(self.spec)}


class OnLastLayer(Factors):
    """The outputs of the last layer are dropped as if another layer read them."""

    without = _FORWARD_ONLY

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence and lay the last mask between layers on its outputs."""
        result = super().varied(given)
        if given.dropout is None:
            return result
        last = self.masks(given.dropout)[f"l{len(self.spec.hidden_sizes) - 2}.between"]
        return {**result, "outputs": result["outputs"] * last}


class OnCellState(Factors):
    """The mask of h is laid on c too."""

    without = _FORWARD_ONLY | {"lengths", "mask", "zero_length"}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence step by step."""
        if given.dropout is None:
            return given.run(self.inner)
        masks, state = self.masks(given.dropout), given.state
        outputs: list[Array] = []
        for t, x in enumerate(given.x):
            now = {n: m[t] if m.ndim == 3 else m for n, m in masks.items()}
            result = self.inner.step(x * now.get("input", 1.0), state)
            outputs.append(result["outputs"] * now.get("output", 1.0))
            state = {part: a * now["state"] for part, a in group(result, "state").items()}
        named = {f"state.{part}": a for part, a in (state or {}).items()}
        return {**named, "outputs": np.stack(outputs)}


class NotInBackward(Factors):
    """The backward pass goes back from what the forward pass computed, but through no mask."""

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients that are not multiplied by the masks."""
        if given.dropout is None:
            return given.gradients(self.inner)
        bound = self.trained(given.dropout)
        run, valid = bound.run(given.x, given.state, given.lengths, given.mask)
        bare = {name: replace(one, drop={}) for name, one in run.runs.items()}
        network = replace(bound.network, masks={})
        upstream = bound.upstream(given.d_outputs, given.d_state, valid.shape)
        return network.backward(bound.params, replace(run, runs=bare), valid, *upstream)


class NeverDrops(Variation):
    """Training changes nothing."""

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence without dropout."""
        return replace(given, dropout=None).run(self.inner)

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return the gradients of the network without dropout."""
        return replace(given, dropout=None).gradients(self.inner)


def drops(spec: Spec) -> bool:
    """Say whether a spec has dropout."""
    return spec.dropout != Dropout()


def uneven(spec: Spec) -> bool:
    """Say whether keeping and dropping differ in probability somewhere."""
    keep = spec.dropout
    keeps = (keep.input_keep, keep.output_keep, keep.state_keep, keep.between_keep)
    return any(k not in (0.5, 1.0) for k in keeps)


def _each_step(spec: Spec) -> bool:
    return drops(spec) and spec.dropout.draw == "step"


def _output_alone(spec: Spec) -> bool:
    return spec.dropout.output_keep < 1 and spec.dropout.state_keep == 1


def _cell_state(spec: Spec) -> bool:
    bare = len(prefixes(spec)) == 1 and not spec.projection and not spec.output_size
    return bare and spec.cell == "lstm" and spec.dropout.state_keep < 1


def _last_alike(spec: Spec) -> bool:
    deep = len(spec.hidden_sizes) > 1 and spec.dropout.between_keep < 1 and not spec.output_size
    last = len(spec.hidden_sizes) - 1
    return deep and layer_width(spec, last) == layer_width(spec, last - 1)


MISTAKES = (
    Mistake(
        "dropout_not_scaled",
        "what dropout keeps is not divided by the keep probability",
        "Half of the values are gone: what makes up for them?",
        NotScaled,
        drops,
    ),
    Mistake(
        "dropout_scaled_by_keep",
        "what dropout keeps is multiplied by the keep probability, not divided by it",
        "Should what is left grow or shrink?",
        ScaledByKeep,
        drops,
    ),
    Mistake(
        "dropout_scaled_by_drop",
        "what dropout keeps is divided by the probability of dropping",
        "Write down which of the two probabilities each number is.",
        ScaledByDrop,
        uneven,
    ),
    Mistake(
        "dropout_mask_inverted",
        "values are dropped where the mask keeps them, and kept where it drops them",
        "What does a 1 in the mask mean?",
        MaskInverted,
        drops,
    ),
    Mistake(
        "dropout_first_mask_only",
        "the mask of the first step is used at every step",
        "How many masks does a sequence have?",
        FirstMaskOnly,
        _each_step,
    ),
    Mistake(
        "dropout_on_recurrent",
        "the mask of the outputs is laid on the state that goes on to the next step",
        "The state and the output begin as the same number: which of them is dropped?",
        OnRecurrentPath,
        _output_alone,
    ),
    Mistake(
        "dropout_on_last_layer",
        "the outputs of the last layer are dropped too",
        "Between how many layers is there something to drop?",
        OnLastLayer,
        _last_alike,
    ),
    Mistake(
        "dropout_on_cell_state",
        "the mask of h is laid on c too",
        "Which part of the state does dropout leave alone?",
        OnCellState,
        _cell_state,
    ),
    Mistake(
        "dropout_not_in_backward",
        "the masks of the forward pass are missing in the backward pass",
        "What was dropped on the way there is dropped on the way back.",
        NotInBackward,
        drops,
    ),
    Mistake(
        "dropout_never",
        "training changes nothing: no value is dropped",
        "Look at what the code does with the masks that it gets.",
        NeverDrops,
        drops,
    ),
)
