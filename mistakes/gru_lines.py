"""GRU cells whose backward pass loses a gate, a sign or a slope in one place; the forward is right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.cells import celled
from rnncheck.mistakes.gru_backward import (
    SIGMOIDS,
    SLOPES,
    Factor,
    backward,
    gru_alone,
    line,
)
from rnncheck.protocol.spec import Spec
from rnncheck.reference import gru
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.cells import Backward
from rnncheck.reference.nonlinearities import sigmoid, slope

_COURSE = "CMU 11-785, GRUCell.backward"
_RESET = "Follow the reset gate: what does it multiply on the way there, and on the way back?"
_WORDS = {"r": "reset gate", "z": "update gate"}


def _halved(a: Numbers) -> Numbers:
    return 1 - sigmoid(a)


def _with_plain(parameter: str) -> Backward:
    """Return the right backward, but for the candidate's gradient of one parameter: r is missing."""
    plain = backward(weights_see="plain")

    def run(
        spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
    ) -> tuple[Named, Numbers, Named]:
        d_params, d_x, d_old = gru.backward(spec, params, x, state, trace, d_state)
        wrong, _, _ = plain(spec, params, x, state, trace, d_state)
        return {**d_params, parameter: wrong[parameter]}, d_x, d_old

    return run


def _after(spec: Spec) -> bool:
    return gru_alone(spec) and spec.reset == "after"


def _biased(spec: Spec) -> bool:
    return _after(spec) and spec.biases == "double"


def _slopes() -> Iterator[Mistake]:
    for gate, words in _WORDS.items():
        missing: dict[str, Factor] = {gate: np.ones_like}
        yield line(
            f"gru_slope_of_{gate}_left_out",
            f"the gradient of the {words} leaves out the derivative of the sigmoid",
            SLOPES,
            slopes={**SIGMOIDS, **missing},
        )
        yield line(
            f"gru_slope_of_{gate}_halved",
            f"the gradient of the {words} has 1 - {gate} where {gate} (1 - {gate}) is meant",
            SLOPES,
            slopes={**SIGMOIDS, gate: _halved},
        )


MISTAKES = (
    *_slopes(),
    line(
        "gru_gate_slopes_halved",
        "the gradients of the gates have 1 - s where s (1 - s) is meant",
        SLOPES,
        slopes=dict.fromkeys("rz", _halved),
    ),
    line(
        "gru_gate_slopes_taken_twice",
        "the derivative of the sigmoid is taken at the gate in place of what entered it",
        SLOPES,
        slopes=dict.fromkeys("rz", lambda a: slope("sigmoid", sigmoid(a))),
    ),
    line(
        "gru_candidate_slope_taken_twice",
        "the derivative of tanh is taken at the candidate in place of what entered it",
        SLOPES,
        candidate_slope=lambda n: slope("tanh", n),
    ),
    line(
        "gru_candidate_slope_squared_outside",
        "the gradient of the candidate uses (1 - n)^2 where 1 - n^2 is meant",
        SLOPES,
        candidate_slope=lambda n: (1 - n) ** 2,
    ),
    line(
        "update_gradient_of_candidate_alone",
        "the gradient of the update gate leaves out the old state",
        "Where does z stand in the last equation? Look for it twice.",
        kept_less_given=lambda old, n: -n,
    ),
    line(
        "update_gradient_sign_turned",
        "the gradient of the update gate has the other sign",
        "Does h grow or shrink with z, where the candidate is the larger one?",
        kept_less_given=lambda old, n: n - old,
    ),
    line(
        "candidate_gradient_whole",
        "the gradient of the candidate leaves out its share of the new state",
        "How much of the candidate enters the new state?",
        share=np.ones_like,
    ),
    line(
        "candidate_gradient_of_the_other_share",
        "the gradient of the candidate has the share of the old state",
        "How much of the candidate enters the new state?",
        share=lambda keep: keep,
    ),
    line(
        "kept_gradient_of_the_other_share",
        "what goes straight to the old h has the share of the candidate",
        "How much of the old state enters the new one?",
        left=lambda keep: 1 - keep,
    ),
    line(
        "state_gradient_without_reset",
        "what goes from the candidate to the old h leaves out the reset gate",
        _RESET,
        state_sees="plain",
    ),
    line(
        "reset_gradient_without_bias",
        "the gradient of the reset gate leaves out the recurrent bias that the gate multiplies",
        _RESET,
        _biased,
        reset_sees="unbiased",
    ),
    Mistake(
        "candidate_bias_gradient_without_reset",
        "the gradient of the candidate's recurrent bias leaves out the reset gate",
        _RESET,
        celled(backward=_with_plain("bias_hh")),
        _biased,
        _COURSE,
    ),
    Mistake(
        "candidate_matrix_gradient_without_reset",
        "the gradient of the candidate's recurrent matrix leaves out the reset gate",
        _RESET,
        celled(backward=_with_plain("weight_hh")),
        _after,
        _COURSE,
    ),
)
