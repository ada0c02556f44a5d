"""Parameters left out, merged, turned or doubled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rnncheck.mistakes.base import Mistake, Variation
from rnncheck.protocol.names import Array, Arrays, recurrent_size
from rnncheck.protocol.spec import Spec


def _ends(name: str, *endings: str) -> bool:
    return name.rsplit(".", 1)[-1] in endings


class HiddenWeightsTransposed(Variation):
    """h @ U where h @ U.T is meant."""

    def _turn(self, arrays: Arrays) -> Arrays:
        return {n: a.swapaxes(1, 2) if _ends(n, "weight_hh") else a for n, a in arrays.items()}

    def inner_params(self, spec: Spec) -> Arrays:
        """Turn every recurrent matrix."""
        del spec
        return self._turn(self.params)

    def params_back(self, gradients: Arrays) -> Arrays:
        """Turn the gradients back."""
        return self._turn(gradients)


class KernelHalvesSwapped(Variation):
    """The kernel's rows for x are used for the first columns of [h, x]."""

    def _kernel(self, params: Arrays, inputs: int) -> Arrays:
        kernel = np.concatenate([params["weight_ih"], params["weight_hh"]], axis=2)
        width = kernel.shape[2] - inputs
        return params | {"weight_hh": kernel[:, :, :width], "weight_ih": kernel[:, :, width:]}

    def inner_params(self, spec: Spec) -> Arrays:
        """Read [W U] as [U W]."""
        return self._kernel(self.params, spec.input_size)

    def params_back(self, gradients: Arrays) -> Arrays:
        """Put the gradients of the two halves where the parameters are."""
        swapped = np.concatenate([gradients["d.weight_hh"], gradients["d.weight_ih"]], axis=2)
        inputs = self.spec.input_size
        halves = {"d.weight_ih": swapped[:, :, :inputs], "d.weight_hh": swapped[:, :, inputs:]}
        return gradients | halves


def _zeroed(*endings: str, gate: str = "") -> type[Variation]:
    """Return an implementation that never reads some parameters, or one gate's slice of them."""

    class Zeroed(Variation):
        def _clear(self, name: str, array: Array) -> Array:
            if not _ends(name, *endings):
                return array
            cleared = array.copy()
            cleared[self.spec.gates.index(gate) if gate else slice(None)] = 0
            return cleared

        def inner_params(self, spec: Spec) -> Arrays:
            del spec
            return {name: self._clear(name, array) for name, array in self.params.items()}

        def params_back(self, gradients: Arrays) -> Arrays:
            return {name: self._clear(name, array) for name, array in gradients.items()}

    return Zeroed


class OneBiasForAllGates(Variation):
    """The first gate's bias is used for every gate."""

    def inner_params(self, spec: Spec) -> Arrays:
        """Copy the first gate's bias to all."""
        del spec
        return {
            n: np.repeat(a[:1], len(a), axis=0) if _ends(n, "bias_ih", "bias_hh") else a
            for n, a in self.params.items()
        }

    def params_back(self, gradients: Arrays) -> Arrays:
        """Gather the gradients of the copies in the first gate."""
        back = dict(gradients)
        for name, array in gradients.items():
            if _ends(name, "bias_ih", "bias_hh"):
                gathered = np.zeros_like(array)
                gathered[0] = array.sum(axis=0)
                back[name] = gathered
        return back


def _with(**options: object) -> type[Variation]:
    """Return an implementation of a spec with some options set otherwise."""

    class Other(Variation):
        def inner_spec(self, spec: Spec) -> Spec:
            return spec.with_(**options)

    return Other


def _forget_bias(change: Callable[[float], float]) -> type[Variation]:
    class ForgetBias(Variation):
        def inner_spec(self, spec: Spec) -> Spec:
            return spec.with_(forget_bias=change(spec.forget_bias))

    return ForgetBias


class OtherReset(Variation):
    """The reset gate on the other side of the recurrent matmul."""

    def inner_spec(self, spec: Spec) -> Spec:
        """Flip the option."""
        return spec.with_(reset="before" if spec.reset == "after" else "after")


class OtherUpdate(Variation):
    """z and 1 - z swapped."""

    def inner_spec(self, spec: Spec) -> Spec:
        """Flip the option."""
        return spec.with_(update="z_takes" if spec.update == "z_keeps" else "z_keeps")


def _square(spec: Spec) -> bool:
    return spec.cell != "jordan" and all(
        recurrent_size(spec, k) == h for k, h in enumerate(spec.hidden_sizes)
    )


def _single(spec: Spec) -> bool:
    return len(spec.hidden_sizes) == len(spec.directions) == 1


def _cell(*cells: str) -> Callable[[Spec], bool]:
    return lambda spec: spec.cell in cells


_BIASES = "Set every weight to zero: do the results follow both biases?"
_RESET = "Look at what exactly the reset gate multiplies."

MISTAKES = (
    Mistake(
        "hidden_weights_transposed",
        "the recurrent weights are used transposed",
        "Look at the matmul of h: which axis of weight_hh is summed over?",
        HiddenWeightsTransposed,
        _square,
        source="survives the ONNX node tests and Keras's own literals",
    ),
    Mistake(
        "kernel_halves_swapped",
        "x and h are joined in the other order than the kernel's rows",
        "Look at the order of concatenation and at the rows of the kernel.",
        KernelHalvesSwapped,
        lambda spec: _single(spec) and spec.cell in ("elman", "lstm", "gru"),
        source="questions in course forums",
    ),
    Mistake(
        "bias_hh_left_out",
        "bias_hh is never added",
        _BIASES,
        _zeroed("bias_hh"),
        lambda spec: spec.biases == "double",
        source="invisible to the ONNX node tests, whose biases are zero",
    ),
    Mistake(
        "bias_ih_left_out",
        "bias_ih is never added",
        _BIASES,
        _zeroed("bias_ih"),
        lambda spec: spec.biases != "none",
    ),
    Mistake(
        "recurrent_bias_of_n_left_out",
        "the recurrent bias of the candidate is left out",
        _BIASES,
        _zeroed("bias_hh", gate="n"),
        lambda spec: spec.cell == "gru" and spec.biases == "double",
        source="flax nnx #5594",
    ),
    Mistake(
        "one_bias_for_all_gates",
        "every gate uses the bias of the first one",
        "Compare the lines of the gates with each other.",
        OneBiasForAllGates,
        lambda spec: spec.cell in ("lstm", "gru") and spec.biases != "none",
        source="numpy-ml #42",
    ),
    Mistake(
        "recurrence_left_out",
        "the recurrent weights are never used",
        "Look for h in the equations.",
        _zeroed("weight_hh"),
    ),
    Mistake(
        "relu_for_tanh",
        "relu stands where tanh is asked for",
        "Look at the range of the hidden states.",
        _with(activation="relu"),
        lambda spec: spec.activation == "tanh",
    ),
    Mistake(
        "sigmoid_for_tanh",
        "a sigmoid stands where tanh is asked for",
        "Look at the range of the hidden states.",
        _with(activation="sigmoid"),
        lambda spec: spec.activation == "tanh",
    ),
    Mistake(
        "nonlinearity_left_out",
        "the nonlinearity of the candidate or of the hidden state is left out",
        "Look at the range of the hidden states.",
        _with(activation="identity"),
        lambda spec: spec.activation == "tanh",
    ),
    Mistake(
        "forget_bias_added",
        "1 is added to the forget gate though nothing asks for it",
        "Look at what enters the forget gate besides weights and biases.",
        _forget_bias(lambda bias: bias + 1.0),
        _cell("lstm"),
        source="weights moved from TensorFlow 1 to Keras",
    ),
    Mistake(
        "forget_bias_dropped",
        "the forget bias is not added at run time",
        "Look at what enters the forget gate besides weights and biases.",
        _forget_bias(lambda bias: 0.0),
        lambda spec: spec.forget_bias != 0.0,
        source="DeepSpeech PR #2405",
    ),
    Mistake(
        "peepholes_ignored",
        "the peepholes are never used",
        "Look for c in the equations of the gates.",
        _zeroed("peephole"),
        lambda spec: spec.peepholes,
        source="invisible to the ONNX node tests, whose first c is zero",
    ),
    Mistake(
        "cell_clip_ignored",
        "c is not clipped",
        "Look at large values of c.",
        _with(cell_clip=None),
        lambda spec: spec.cell_clip is not None,
    ),
    Mistake(
        "reset_on_the_other_side",
        "the reset gate acts on the other side of the matmul",
        _RESET,
        OtherReset,
        _cell("gru"),
        source="torch #8153, #99531; burn #2701; GRU-D #2",
    ),
    Mistake(
        "update_gate_swapped",
        "z and 1 - z are swapped",
        "Open the update gate fully: does the old state stay?",
        OtherUpdate,
        _cell("gru"),
        source="torch #20129, #60645, #15875",
    ),
)
