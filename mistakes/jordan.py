"""Jordan networks that remember, or feed back, something else than their output."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rnncheck.mistakes.backward import BackwardLoop
from rnncheck.mistakes.base import Given, GivenBack, Mistake, Variation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference.nonlinearities import activate

Remembered = Callable[[Spec, Mapping[str, Array], Arrays], Array]


def _remembers(what: Remembered) -> type[Variation]:
    """Return a network whose memory after a step is what(spec, params, results of the step)."""

    class Remembers(Variation):
        without = frozenset({"step_vjp", "sequence_vjp", "lengths", "mask", "zero_length"})

        def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
            result = self.inner.step(x, state)
            return {**result, "state.y": what(self.spec, self.params, result)}

        def varied(self, given: Given) -> Arrays:
            order = range(len(given.x))[:: -1 if self.spec.directions == ("reverse",) else 1]
            result = self.inner.sequence(given.x, given.state)
            outputs = np.array(result["outputs"])
            now = given.state
            for t in order:
                step = self.step(given.x[t], now)
                outputs[t] = step["outputs"]
                now = {"y": step["state.y"]}
            final = result["state.y"] if now is None else now["y"]
            return {"outputs": outputs, "state.y": final}

    return Remembers


def hidden(spec: Spec, params: Mapping[str, Array], result: Arrays) -> Array:
    """The memory is h, as in an Elman network; cut, or filled with zeros, where O is not H."""
    del params
    h = result["trace.h"][:, : spec.output_size]
    return np.pad(h, ((0, 0), (0, spec.output_size - h.shape[1])))  # (B, O)


def unactivated(spec: Spec, params: Mapping[str, Array], result: Arrays) -> Array:
    """The memory is the output before its activation."""
    del spec, params
    return result["trace.o_in"]


def unbiased(spec: Spec, params: Mapping[str, Array], result: Arrays) -> Array:
    """The memory is the output without its bias."""
    return activate(spec.output_activation, result["trace.o_in"] - params["bias_o"])


class FedBackThroughOutputWeights(Variation):
    """The memory goes through the output layer's weights in place of its own."""

    without = frozenset({"step_vjp", "sequence_vjp"})

    def inner_params(self, spec: Spec) -> Arrays:
        """Put W_ho, turned, in place of W_hh: both take (B, O) to (B, H)."""
        del spec
        return self.params | {"weight_hh": self.params["weight_ho"].T[None].copy()}


class OutputGradientDirect(BackwardLoop):
    """The output layer's gradient counts the outputs alone, not what the memory hands on."""

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of one step, those of the output layer without d_state."""
        result = self.inner.step_vjp(x, state, d_outputs, d_state)
        nothing = {part: np.zeros_like(array) for part, array in d_state.items()}
        direct = self.inner.step_vjp(x, state, d_outputs, nothing)
        return result | {name: direct[name] for name in ("d.weight_ho", "d.bias_o")}

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return the gradients, those of the output layer as if each step stood alone."""
        result = super().varied_vjp(given)
        nothing = {part: np.zeros_like(array) for part, array in given.d_state.items()}
        pairs = zip(given.x, self._states(given.x, given.state), given.d_outputs, strict=True)
        steps = [self.inner.step_vjp(row, now, d, nothing) for row, now, d in pairs]
        names = ("d.weight_ho", "d.bias_o")
        sums = {name: np.sum([step[name] for step in steps], axis=0) for name in names}
        return result | sums


def _jordan(spec: Spec) -> bool:
    return spec.cell == "jordan"


def _forward(spec: Spec) -> bool:
    return _jordan(spec) and spec.directions == ("forward",)


def _activated(spec: Spec) -> bool:
    return _jordan(spec) and spec.output_activation != "identity"


_MEMORY = "Write down what the memory holds after the first step."

MISTAKES = (
    Mistake(
        "jordan_remembers_hidden",
        "the memory holds h in place of the output, as in an Elman network",
        _MEMORY,
        _remembers(hidden),
        _jordan,
    ),
    Mistake(
        "jordan_remembers_before_activation",
        "the memory holds the output before its activation",
        _MEMORY,
        _remembers(unactivated),
        _activated,
    ),
    Mistake(
        "jordan_remembers_without_bias",
        "the memory holds the output without its bias",
        _MEMORY,
        _remembers(unbiased),
        _jordan,
    ),
    Mistake(
        "jordan_fed_back_through_output_weights",
        "the memory goes back through the output layer's weights in place of weight_hh",
        "Which weights does the memory meet on its way into the hidden layer?",
        FedBackThroughOutputWeights,
        _jordan,
    ),
    Mistake(
        "jordan_output_gradient_direct",
        "the output layer's gradient leaves out what comes back through the memory",
        "The output of a step is read twice: by the loss, and by the next step.",
        OutputGradientDirect,
        _forward,
    ),
)
