"""GRU cells with one line of the backward pass wrong; the forward is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.cells import celled
from rnncheck.protocol.spec import Spec
from rnncheck.reference import gru
from rnncheck.reference.arrays import Given, Named, Numbers, zeros_like
from rnncheck.reference.cells import Backward
from rnncheck.reference.gates import input_backward, recurrent_backward, recurrent_part
from rnncheck.reference.nonlinearities import slope

PATHS = ("state", "r", "z", "n")
Factor = Callable[[Numbers], Numbers]
SIGMOIDS: dict[str, Factor] = {gate: lambda a: slope("sigmoid", a) for gate in "rz"}


@dataclass(frozen=True)
class Lines:
    """What a cell's backward computes; a mistake changes one of them.

    Attributes:
        to_x: the gates whose gradient goes on to x.
        to_h: the ways by which the gradient goes on to the old h: kept, and through each gate.
        slopes: by gate what the gradients of r and z have of their pre-activations.
        candidate_slope: what that of n has of n; None for the derivative of its activation.
        reset_sees: "gated" multiplies the gradient of r with what r has already multiplied,
            "unbiased" leaves the recurrent bias out of what it multiplies.
        weights_see: "plain" leaves r out of the gradient of the candidate's recurrent weights.
        state_sees: "plain" leaves r out of what goes from the candidate to the old h.
        kept_less_given: of the old h and n, what the share that is kept multiplies.
        share: the candidate's share of the new h, of the share that is kept.
        left: the old h's share, likewise.
    """

    to_x: str = "rzn"
    to_h: tuple[str, ...] = PATHS
    slopes: Mapping[str, Factor] = field(default_factory=lambda: SIGMOIDS)
    candidate_slope: Factor | None = None
    reset_sees: str = ""
    weights_see: str = ""
    state_sees: str = ""
    kept_less_given: Callable[[Numbers, Numbers], Numbers] = lambda old, n: old - n
    share: Factor = lambda keep: 1 - keep
    left: Factor = lambda keep: keep

    def backward(
        self, spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
    ) -> tuple[Named, Numbers, Named]:
        """Return the gradients of the parameters, x and the old state."""
        d_params, d_h, old = zeros_like(params), d_state["h"], state["h"]
        r, z, n, u = (trace[name] for name in "rznu")
        keep = z if spec.update == "z_keeps" else 1 - z
        ways = {"state": d_h * self.left(keep)}
        d_keep = d_h * self.kept_less_given(old, n)
        d_gates = {"z": d_keep if spec.update == "z_keeps" else -d_keep}
        d_a = {"n": d_h * self.share(keep)}
        own_slope = slope(spec.activation, trace["a_n"])
        d_a["n"] = d_a["n"] * (self.candidate_slope(n) if self.candidate_slope else own_slope)
        after = spec.reset == "after"
        passed = d_a["n"] * r if after and not self.weights_see else d_a["n"]
        seen = old if after or self.weights_see else r * old
        d_seen = recurrent_backward(spec, params, d_params, "n", seen, passed)
        gated = r if self.reset_sees == "gated" else 1
        if self.reset_sees == "unbiased":
            u = u - params["bias_hh"][spec.gates.index("n")]
        d_gates["r"] = d_a["n"] * u * gated if after else d_seen * old * gated
        ways["n"] = d_seen if after else d_seen * r
        if self.state_sees:
            ways["n"] = recurrent_backward(spec, params, zeros_like(params), "n", old, d_a["n"])
        for gate in ("r", "z"):
            d_a[gate] = d_gates[gate] * self.slopes[gate](trace[f"a_{gate}"])
            ways[gate] = recurrent_backward(spec, params, d_params, gate, old, d_a[gate])
        d_x = 0 * x
        for gate in spec.gates:
            part = input_backward(spec, params, d_params, gate, x, d_a[gate])
            d_x = d_x + part if gate in self.to_x else d_x
        return d_params, d_x, {"h": sum((ways[way] for way in self.to_h), 0 * old)}


def backward(**changes: Any) -> Backward:
    """Return a cell's backward with some of Lines changed."""
    return Lines(**changes).backward


def other_variant(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """The backward of the other side of the reset, on what the right forward left."""
    after = spec.reset == "after"
    other = spec.with_(reset="before" if after else "after")
    u = recurrent_part(spec, params, "n", trace["r"] * state["h"] if after else state["h"])
    return gru.backward(other, params, x, state, {**trace, "u": u}, d_state)


def gru_alone(spec: Spec) -> bool:
    """Say whether a cell is a GRU."""
    return spec.cell == "gru"


LINES = "Differentiate the equations once more, one line at a time."
_PATHS = "Count the ways by which the old h enters the new one."
_GATES = "Count the terms: how many gates does it enter?"
SLOPES = "What is the derivative of a sigmoid, and what of tanh? Of what are they taken?"
_COURSE = "CMU 11-785, GRUCell.backward"


def line(
    name: str,
    what: str,
    hint: str = LINES,
    applies: Callable[[Spec], bool] = gru_alone,
    **changes: Any,
) -> Mistake:
    """Return a mistake in some lines of the backward pass; see backward."""
    return Mistake(name, what, hint, celled(backward=backward(**changes)), applies, _COURSE)


MISTAKES = (
    *(
        line(
            f"gru_hidden_gradient_without_{way}",
            f"the gradient of the old h leaves out {words}",
            _PATHS,
            to_h=tuple(other for other in PATHS if other != way),
        )
        for way, words in {
            "state": "the share of it that is kept",
            "r": "the reset gate",
            "z": "the update gate",
            "n": "the candidate",
        }.items()
    ),
    *(
        line(
            f"gru_input_gradient_without_{gate}",
            f"the gradient of x leaves out gate {gate}",
            _GATES,
            to_x="rzn".replace(gate, ""),
        )
        for gate in "rzn"
    ),
    line(
        "reset_gradient_after_reset",
        "the gradient of the reset gate uses what the gate has already multiplied",
        reset_sees="gated",
    ),
    line(
        "candidate_weights_gradient_without_reset",
        "what goes back to the candidate's recurrent weights leaves out the reset gate",
        weights_see="plain",
    ),
    line(
        "gru_gate_slopes_left_out",
        "the gradients of the gates leave out the derivative of the sigmoid",
        SLOPES,
        slopes=dict.fromkeys("rz", np.ones_like),
    ),
    line(
        "gru_candidate_slope_left_out",
        "the gradient of the candidate leaves out the derivative of tanh",
        SLOPES,
        candidate_slope=np.ones_like,
    ),
    line(
        "update_gradient_of_old_state_alone",
        "the gradient of the update gate leaves out the candidate",
        "Where does z stand in the last equation? Look for it twice.",
        kept_less_given=lambda old, n: old,
    ),
    Mistake(
        "backward_of_the_other_reset",
        "the backward pass is that of the other side of the reset",
        "Does the backward pass belong to your own forward?",
        celled(backward=other_variant),
        gru_alone,
        "frameworks and papers differ in the side",
    ),
)
