"""GRU cells with one line of the backward pass wrong; the forward is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.cells import celled
from rnncheck.protocol.spec import Spec
from rnncheck.reference import gru
from rnncheck.reference.arrays import Given, Named, Numbers, zeros_like
from rnncheck.reference.cells import Backward
from rnncheck.reference.gates import input_backward, recurrent_backward, recurrent_part
from rnncheck.reference.nonlinearities import slope

PATHS = ("state", "r", "z", "n")


def backward(
    to_x: str = "rzn",
    to_h: tuple[str, ...] = PATHS,
    *,
    gate_slopes: bool = True,
    candidate_slope: bool = True,
    reset_sees: str = "",
    weights_see: str = "",
    minus: bool = True,
) -> Backward:
    """Return a cell's backward with something changed.

    Args:
        to_x: the gates whose gradient goes on to x.
        to_h: the ways by which the gradient goes on to the old h: kept, and through each gate.
        gate_slopes: whether the gradients of r and z have the derivative of the sigmoid.
        candidate_slope: whether that of n has the derivative of its activation.
        reset_sees: "gated" multiplies the gradient of r with what r has already multiplied.
        weights_see: "plain" leaves r out of the gradient of the candidate's recurrent weights.
        minus: whether the gradient of z subtracts what is given up.
    """

    def run(
        spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
    ) -> tuple[Named, Numbers, Named]:
        d_params, d_h, old = zeros_like(params), d_state["h"], state["h"]
        r, z, n, u = (trace[name] for name in "rznu")
        keep = z if spec.update == "z_keeps" else 1 - z
        ways = {"state": d_h * keep}
        d_keep = d_h * (old - n if minus else old)
        d_gates = {"z": d_keep if spec.update == "z_keeps" else -d_keep}
        d_a = {"n": d_h * (1 - keep)}
        if candidate_slope:
            d_a["n"] = d_a["n"] * slope(spec.activation, trace["a_n"])
        after = spec.reset == "after"
        passed = d_a["n"] * r if after and not weights_see else d_a["n"]
        seen = old if after or weights_see else r * old
        d_seen = recurrent_backward(spec, params, d_params, "n", seen, passed)
        gated = r if reset_sees else 1
        d_gates["r"] = d_a["n"] * u * gated if after else d_seen * old * gated
        ways["n"] = d_seen if after else d_seen * r
        for gate in ("r", "z"):
            a = slope("sigmoid", trace[f"a_{gate}"]) if gate_slopes else 1
            d_a[gate] = d_gates[gate] * a
            ways[gate] = recurrent_backward(spec, params, d_params, gate, old, d_a[gate])
        d_x = 0 * x
        for gate in spec.gates:
            part = input_backward(spec, params, d_params, gate, x, d_a[gate])
            d_x = d_x + part if gate in to_x else d_x
        return d_params, d_x, {"h": sum((ways[way] for way in to_h), 0 * old)}

    return run


def other_variant(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """The backward of the other side of the reset, on what the right forward left."""
    after = spec.reset == "after"
    other = spec.with_(reset="before" if after else "after")
    u = recurrent_part(spec, params, "n", trace["r"] * state["h"] if after else state["h"])
    return gru.backward(other, params, x, state, {**trace, "u": u}, d_state)


def _gru(spec: Spec) -> bool:
    return spec.cell == "gru"


_LINES = "Differentiate the equations once more, one line at a time."
_PATHS = "Count the ways by which the old h enters the new one."
_GATES = "Count the terms: how many gates does it enter?"
_SLOPES = "What is the derivative of a sigmoid, and what of tanh? Of what are they taken?"
_COURSE = "CMU 11-785, GRUCell.backward"


def _line(
    name: str,
    what: str,
    hint: str = _LINES,
    applies: Callable[[Spec], bool] = _gru,
    **changes: Any,
) -> Mistake:
    return Mistake(name, what, hint, celled(backward=backward(**changes)), applies, _COURSE)


MISTAKES = (
    *(
        _line(
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
        _line(
            f"gru_input_gradient_without_{gate}",
            f"the gradient of x leaves out gate {gate}",
            _GATES,
            to_x="rzn".replace(gate, ""),
        )
        for gate in "rzn"
    ),
    _line(
        "reset_gradient_after_reset",
        "the gradient of the reset gate uses what the gate has already multiplied",
        reset_sees="gated",
    ),
    _line(
        "candidate_weights_gradient_without_reset",
        "what goes back to the candidate's recurrent weights leaves out the reset gate",
        weights_see="plain",
    ),
    _line(
        "gru_gate_slopes_left_out",
        "the gradients of the gates leave out the derivative of the sigmoid",
        _SLOPES,
        gate_slopes=False,
    ),
    _line(
        "gru_candidate_slope_left_out",
        "the gradient of the candidate leaves out the derivative of tanh",
        _SLOPES,
        candidate_slope=False,
    ),
    _line(
        "update_gradient_of_old_state_alone",
        "the gradient of the update gate leaves out the candidate",
        "Where does z stand in the last equation? Look for it twice.",
        minus=False,
    ),
    Mistake(
        "backward_of_the_other_reset",
        "the backward pass is that of the other side of the reset",
        "Does the backward pass belong to your own forward?",
        celled(backward=other_variant),
        _gru,
        "frameworks and papers differ in the side",
    ),
)
