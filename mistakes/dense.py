"""A dense layer after each step that misses steps, its bias, its activation or its gradient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnncheck.mistakes.base import Given, GivenBack, Mistake, Variation, one_layer
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference import dense

_DENSE = ("d.weight_ho", "d.bias_o")
_FORWARD = frozenset({"step_vjp", "sequence_vjp"})


class BiasLeftOut(Variation):
    """The bias of the dense layer is never added."""

    def inner_params(self, spec: Spec) -> Arrays:
        """Set it to zero."""
        del spec
        return {**self.params, "bias_o": np.zeros_like(self.params["bias_o"])}

    def params_back(self, gradients: Arrays) -> Arrays:
        """It has no gradient."""
        return {**gradients, "d.bias_o": np.zeros_like(gradients["d.bias_o"])}


class ActivationLeftOut(Variation):
    """The outputs are the pre-activations of the dense layer."""

    def inner_spec(self, spec: Spec) -> Spec:
        """Take the activation away."""
        return spec.with_(output_activation="identity")


class RowsMixed(Variation):
    """Flattened with rows first, the outputs are taken apart with time first."""

    without = _FORWARD

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence and mix up its outputs."""
        result = given.run(self.inner)
        outputs = result["outputs"]  # (T, B, O)
        mixed = np.ascontiguousarray(outputs.swapaxes(0, 1)).reshape(outputs.shape)
        return {**result, "outputs": mixed}


class ReadsOldState(Variation):
    """The dense layer reads h of the step before."""

    without = _FORWARD | {"step", "lengths", "mask", "zero_length", "dropout_given"}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence; the first output is that of the initial state."""
        result = given.run(self.inner)
        outputs = result["outputs"]
        h = np.zeros((given.x.shape[1], self.params["weight_ho"].shape[1]), outputs.dtype)  # (B, R)
        first = dense.forward(
            self.spec, self.params, h if given.state is None else given.state["h"]
        )
        return {**result, "outputs": np.concatenate([first[0][None], outputs[:-1]])}


class GradientOfLastStep(Variation):
    """The gradient of the dense layer's parameters is that of the last step alone."""

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return right gradients but for those of the dense layer."""
        last = np.zeros_like(given.d_outputs)
        last[-1:] = given.d_outputs[-1:]
        own = replace(given, d_outputs=last).gradients(self.inner)
        return {**given.gradients(self.inner), **{name: own[name] for name in _DENSE}}


class Detached(Variation):
    """No gradient goes through the dense layer to the recurrent network."""

    without = frozenset({"step_vjp"})

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients of the final state alone, but for those of the dense layer."""
        right = given.gradients(self.inner)
        nothing = replace(given, d_outputs=np.zeros_like(given.d_outputs))
        return {**nothing.gradients(self.inner), **{name: right[name] for name in _DENSE}}


def _activated(spec: Spec) -> bool:
    return dense.follows(spec) and spec.output_activation != "identity"


def _one_forward(spec: Spec) -> bool:
    alone = one_layer(spec)
    return dense.follows(spec) and alone


MISTAKES = (
    Mistake(
        "dense_bias_left_out",
        "the bias of the dense layer is never added",
        "Set every weight to zero: what do the outputs follow?",
        BiasLeftOut,
        dense.follows,
    ),
    Mistake(
        "dense_activation_left_out",
        "the activation after the dense layer is left out",
        "Look at the range of the outputs.",
        ActivationLeftOut,
        _activated,
    ),
    Mistake(
        "dense_rows_mixed",
        "the outputs are flattened in one order of axes and taken apart in the other",
        "reshape does not swap axes: look at the order before and after the dense layer.",
        RowsMixed,
        dense.follows,
    ),
    Mistake(
        "dense_reads_old_state",
        "the dense layer reads h of the step before",
        "Of which step is the h that the dense layer reads?",
        ReadsOldState,
        _one_forward,
    ),
    Mistake(
        "dense_gradient_of_last_step",
        "the gradient of the dense layer is that of the last step alone",
        "The same dense layer is used at every step.",
        GradientOfLastStep,
        dense.follows,
    ),
    Mistake(
        "dense_detached",
        "no gradient goes through the dense layer to the recurrent network",
        "Follow the gradient from an output to x.",
        Detached,
        dense.follows,
    ),
)
