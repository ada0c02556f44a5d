"""Right gradients, spoiled on the way out: clipped, averaged, doubled, in another shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rnncheck.mistakes.base import GivenBack, Mistake, Variation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec

Change = Callable[[str, Array, int], Array]


def _argument(name: str) -> bool:
    return name == "d.x" or name.startswith("d.state.")


def _bias(name: str) -> bool:
    return "bias" in name


def _changed(change: Change) -> type[Variation]:
    """Return an implementation whose gradients go through change(name, gradient, B)."""

    class Changed(Variation):
        def _apply(self, gradients: Arrays, batch: int) -> Arrays:
            return {name: change(name, array, batch) for name, array in gradients.items()}

        def step_vjp(
            self,
            x: Array,
            state: Mapping[str, Array] | None,
            d_outputs: Array,
            d_state: Mapping[str, Array],
        ) -> Arrays:
            result = self.inner.step_vjp(x, state, d_outputs, d_state)
            return self._apply(result, x.shape[0])

        def varied_vjp(self, given: GivenBack) -> Arrays:
            result = given.gradients(self.inner)
            return self._apply(result, given.x.shape[1])

    return Changed


def _clipped(bound: float) -> Change:
    def change(name: str, array: Array, batch: int) -> Array:
        del batch
        return array if _argument(name) else np.clip(array, -bound, bound)

    return change


def _mean(name: str, array: Array, batch: int) -> Array:
    return array if _argument(name) else array / batch


def _bias_mean(name: str, array: Array, batch: int) -> Array:
    return array / batch if _bias(name) else array


def _doubled(name: str, array: Array, batch: int) -> Array:
    del batch
    return array if _argument(name) else 2 * array


def _zero(*words: str) -> Change:
    """Return what sets gradients of parameters to zero that have one of the words in their names."""

    def change(name: str, array: Array, batch: int) -> Array:
        del batch
        zero = not _argument(name) and any(word in name for word in words)
        return np.zeros_like(array) if zero else array

    return change


def _bias_row(name: str, array: Array, batch: int) -> Array:
    del batch
    return array[None] if _bias(name) else array


def _biased(spec: Spec) -> bool:
    return spec.biases != "none"


_SUMMED = "Look at the variable into which the gradient of a parameter is summed."

MISTAKES = (
    *(
        Mistake(
            name,
            f"parameter gradients are clipped to {bound} inside backward",
            "Look for clip, minimum or maximum in the backward pass.",
            _changed(_clipped(bound)),
            source="copies of min-char-rnn",
        )
        for name, bound in (("gradient_clipped", 5), ("gradient_clipped_at_1", 1))
    ),
    Mistake(
        "gradient_mean",
        "parameter gradients are averaged over the batch in place of summed",
        "Run it with one row and with the same row twice.",
        _changed(_mean),
        source="published course work; some terms of CMU 11-785 ask for it",
    ),
    Mistake(
        "bias_gradient_mean",
        "bias gradients are averaged over the batch in place of summed",
        "Run it with one row and with the same row twice.",
        _changed(_bias_mean),
        _biased,
    ),
    Mistake(
        "gradient_doubled",
        "parameter gradients are twice what they should be",
        "Look for something that is added twice.",
        _changed(_doubled),
        source="torch PR #95137",
    ),
    Mistake(
        "weight_gradient_zero",
        "the gradients of the weights are zero",
        _SUMMED,
        _changed(_zero("weight")),
        source="frequent in published course work",
    ),
    Mistake(
        "parameter_gradient_zero",
        "the gradients of all parameters are zero",
        _SUMMED,
        _changed(_zero("weight", "bias", "peephole")),
        _biased,
        source="frequent in published course work",
    ),
    Mistake(
        "bias_gradient_zero",
        "the gradients of the biases are zero",
        _SUMMED,
        _changed(_zero("bias")),
        _biased,
        source="published course work",
    ),
    Mistake(
        "recurrent_bias_gradient_zero",
        "the gradient of bias_hh is zero",
        _SUMMED,
        _changed(_zero("bias_hh")),
        lambda spec: spec.biases == "double",
    ),
    Mistake(
        "input_weight_gradient_zero",
        "the gradient of the input weights is zero",
        _SUMMED,
        _changed(_zero("weight_ih")),
        source="published course work",
    ),
    Mistake(
        "recurrent_weight_gradient_zero",
        "the gradient of the recurrent weights is zero",
        _SUMMED,
        _changed(_zero("weight_hh")),
        source="published course work",
    ),
    Mistake(
        "bias_gradient_row",
        "bias gradients come back with an extra axis",
        "Compare the shape of each gradient with that of its parameter.",
        _changed(_bias_row),
        _biased,
        source="published course work",
    ),
)
