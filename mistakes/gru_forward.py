"""GRU cells with one line of the forward pass wrong."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnncheck.mistakes.base import Given as Arguments
from rnncheck.mistakes.base import Mistake, Variation, one_layer
from rnncheck.mistakes.cells import celled
from rnncheck.protocol.names import Array, Arrays, group
from rnncheck.protocol.spec import Spec
from rnncheck.reference import gru
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.gates import input_part, recurrent_part
from rnncheck.reference.nonlinearities import activate, sigmoid


def _blend(spec: Spec, trace: Named, old: Numbers, n: Numbers) -> tuple[Named, Named]:
    keep = trace["z"] if spec.update == "z_keeps" else 1 - trace["z"]
    h = keep * old + (1 - keep) * n
    return {"h": h}, trace | {"n": n, "h": h}


def _candidate(spec: Spec, params: Given, x: Numbers, r: Numbers, old: Numbers) -> Numbers:
    if spec.reset == "after":
        u = r * recurrent_part(spec, params, "n", old)
    else:
        u = recurrent_part(spec, params, "n", r * old)
    return activate(spec.activation, input_part(spec, params, "n", x) + u)


def reset_twice(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """The reset gate multiplies h before the matmul and once more what comes out."""
    _, trace = gru.forward(spec, params, x, state)
    r, old = trace["r"], state["h"]
    u = r * recurrent_part(spec, params, "n", r * old)
    return _blend(spec, trace, old, activate(spec.activation, input_part(spec, params, "n", x) + u))


def reset_kept(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """H is reset in place, so the old state that is kept is r * h'."""
    _, trace = gru.forward(spec, params, x, state)
    return _blend(spec, trace, trace["r"] * state["h"], trace["n"])


def candidate_new(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """The candidate is computed once more, from h of this step."""
    new, trace = gru.forward(spec, params, x, state)
    n = _candidate(spec, params, x, trace["r"], new["h"])
    return _blend(spec, trace, state["h"], n)


def bias_outside(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """The recurrent bias of the candidate stands outside the reset."""
    _, trace = gru.forward(spec, params, x, state)
    bias = params["bias_hh"][spec.gates.index("n")]
    a_n = trace["a_n"] + bias * (1 - trace["r"])
    return _blend(spec, trace, state["h"], activate(spec.activation, a_n))


def nothing_given_up(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """The candidate is added whole: h = z * h' + n."""
    _, trace = gru.forward(spec, params, x, state)
    keep = trace["z"] if spec.update == "z_keeps" else 1 - trace["z"]
    h = keep * state["h"] + trace["n"]
    return {"h": h}, trace | {"h": h}


def reset_from_old_update(
    spec: Spec, params: Given, x: Numbers, state: Given
) -> tuple[Named, Named]:
    """Z is used where r is meant too."""
    _, trace = gru.forward(spec, params, x, state)
    n = _candidate(spec, params, x, sigmoid(trace["a_z"]), state["h"])
    return _blend(spec, trace, state["h"], n)


class BiasSkippedWithoutState(Variation):
    """Where no state is given, the first step leaves out the candidate's recurrent bias."""

    without = frozenset({"step_vjp", "sequence_vjp", "lengths", "mask", "zero_length"})

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step, from zero without that bias where no state is given."""
        if state is not None:
            return self.inner.step(x, state)
        bias = np.array(self.params["bias_hh"])
        bias[self.spec.gates.index("n")] = 0
        unbiased = self.reference(self.spec, self.params | {"bias_hh": bias}, self.dtype, "cpu")
        return unbiased.step(x, None)

    def varied(self, given: Arguments) -> Arrays:
        """Compute a sequence, its first step on its own where no state is given."""
        if given.state is not None:
            return given.run(self.inner)
        first = self.step(given.x[0], None)
        rest = self.inner.sequence(given.x[1:], group(first, "state"))
        outputs = np.concatenate([first["outputs"][None], rest["outputs"]])
        return {**rest, "outputs": outputs}


def _gru(spec: Spec) -> bool:
    return spec.cell == "gru"


def _biased_after(spec: Spec) -> bool:
    return _gru(spec) and spec.biases == "double" and spec.reset == "after"


def _biased(spec: Spec) -> bool:
    single = one_layer(spec)
    return _gru(spec) and single and spec.biases == "double" and not spec.output_size


_RESET = "Look at what exactly the reset gate multiplies."

MISTAKES = (
    Mistake(
        "reset_applied_twice", "the reset gate is applied twice", _RESET, celled(reset_twice), _gru
    ),
    Mistake(
        "reset_kept_in_state",
        "the old state that is kept is the one that was reset",
        _RESET,
        celled(reset_kept),
        _gru,
    ),
    Mistake(
        "candidate_sees_new_state",
        "the candidate is computed from h of the same step",
        "Of which step is the h that the candidate sees?",
        celled(candidate_new),
        _gru,
    ),
    Mistake(
        "recurrent_bias_of_n_outside_reset",
        "the recurrent bias of the candidate is added outside the reset",
        _RESET,
        celled(bias_outside),
        _biased_after,
        "flax nnx #5594, and weights moved from TensorFlow to torch",
    ),
    Mistake(
        "recurrent_bias_skipped_without_state",
        "where no state is given the first step leaves out a bias",
        "Look at what the code does when no state is given: a state of zeros still meets the biases.",
        BiasSkippedWithoutState,
        _biased,
        "MLX #3249",
    ),
    Mistake(
        "candidate_added_whole",
        "the candidate is added whole in place of its share",
        "Do the shares of the old state and of the candidate add up to one?",
        celled(nothing_given_up),
        _gru,
    ),
    Mistake(
        "update_gate_resets",
        "the update gate stands where the reset gate is meant",
        _RESET,
        celled(reset_from_old_update),
        _gru,
    ),
)
