"""Cells with one equation wrong, forward or backward; everything around them is right."""

from __future__ import annotations

import numpy as np

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.cells import celled
from rnncheck.protocol.names import recurrent_size
from rnncheck.protocol.spec import Spec
from rnncheck.reference import gru, lstm
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.cells import cell_of
from rnncheck.reference.gates import input_part, recurrent_part
from rnncheck.reference.nonlinearities import activate, sigmoid


def _lstm_out(trace: Named, c: Numbers, h: Numbers) -> tuple[Named, Named]:
    return {"h": h, "c": c}, trace | {"h": h, "c": c}


def output_without_tanh(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """H = o * c."""
    new, trace = lstm.forward(spec, params, x, state)
    return _lstm_out(trace, new["c"], trace["o"] * new["c"])


def candidate_added(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """C = f * c' + (i + g)."""
    _, trace = lstm.forward(spec, params, x, state)
    c = trace["f"] * state["c"] + trace["i"] + trace["g"]
    return _lstm_out(trace, c, trace["o"] * activate(spec.activation, c))


def hidden_for_cell(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """C = f * h' + i * g."""
    _, trace = lstm.forward(spec, params, x, state)
    c = trace["f"] * state["h"] + trace["i"] * trace["g"]
    return _lstm_out(trace, c, trace["o"] * activate(spec.activation, c))


def forget_left_out(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """C = c' + i * g."""
    _, trace = lstm.forward(spec, params, x, state)
    c = state["c"] + trace["i"] * trace["g"]
    return _lstm_out(trace, c, trace["o"] * activate(spec.activation, c))


def coupled_forget(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """F = 1 - i."""
    _, trace = lstm.forward(spec, params, x, state)
    c = (1 - trace["i"]) * state["c"] + trace["i"] * trace["g"]
    return _lstm_out(trace, c, trace["o"] * activate(spec.activation, c))


def old_cell_at_output(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """H = o * act(c') with the old c."""
    new, trace = lstm.forward(spec, params, x, state)
    return _lstm_out(trace, new["c"], trace["o"] * activate(spec.activation, state["c"]))


def peephole_sees_old_cell(
    spec: Spec, params: Given, x: Numbers, state: Given
) -> tuple[Named, Named]:
    """The peephole of o sees the old c."""
    new, trace = lstm.forward(spec, params, x, state)
    peephole = params["peephole"][lstm.PEEPHOLES.index("o")]
    o = sigmoid(trace["a_o"] + peephole * (state["c"] - new["c"]))
    return _lstm_out(trace, new["c"], o * activate(spec.activation, new["c"]))


def reset_left_out(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """The candidate does not use r."""
    _, trace = gru.forward(spec, params, x, state)
    u = recurrent_part(spec, params, "n", state["h"])
    n = activate(spec.activation, input_part(spec, params, "n", x) + u)
    return _gru_out(spec, trace, state["h"], n)


def reset_on_everything(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """The reset gate multiplies the input part too."""
    _, trace = gru.forward(spec, params, x, state)
    whole = input_part(spec, params, "n", x) + recurrent_part(spec, params, "n", state["h"])
    n = activate(spec.activation, trace["r"] * whole)
    return _gru_out(spec, trace, state["h"], n)


def _gru_out(spec: Spec, trace: Named, old: Numbers, n: Numbers) -> tuple[Named, Named]:
    z = trace["z"] if spec.update == "z_keeps" else 1 - trace["z"]
    h = z * old + (1 - z) * n
    return {"h": h}, trace | {"n": n, "h": h}


def transposed_backward(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """The gradient goes back through U where it should go through its transpose."""
    turned = {n: a.swapaxes(1, 2) if n == "weight_hh" else a for n, a in params.items()}
    return cell_of(spec).backward(spec, turned, x, state, trace, d_state)


def new_state_backward(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """The gradient of the recurrent weights uses the new h where the old one is meant."""
    later = {**state, "h": trace["h"]}
    wrong, _, _ = cell_of(spec).backward(spec, params, x, later, trace, d_state)
    right, d_x, d_old = cell_of(spec).backward(spec, params, x, state, trace, d_state)
    return right | {"weight_hh": wrong["weight_hh"]}, d_x, d_old


def cell_for_its_tanh(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """The gradient of o uses c where act(c) is meant."""
    d_params, d_x, d_old = lstm.backward(spec, params, x, state, trace, d_state)
    o = spec.gates.index("o")
    act_c = activate(spec.activation, trace["c"])
    ratio = np.where(act_c == 0, 1.0, trace["c"] / np.where(act_c == 0, 1.0, act_c))
    slope = trace["o"] * (1 - trace["o"]) * d_state["h"] * activate(spec.activation, trace["c"])
    extra = slope * (ratio - 1)  # (B, H)
    d_params["weight_ih"][o] += extra.T @ x
    d_params["weight_hh"][o] += extra.T @ state["h"]
    for bias in ("bias_ih", "bias_hh"):
        if bias in d_params:
            d_params[bias][o] += extra.sum(axis=0)
    d_x = d_x + extra @ params["weight_ih"][o]
    return d_params, d_x, {**d_old, "h": d_old["h"] + extra @ params["weight_hh"][o]}


def _lstm(spec: Spec) -> bool:
    return spec.cell == "lstm" and not spec.projection and not spec.peepholes


def _peepholes(spec: Spec) -> bool:
    return spec.cell == "lstm" and not spec.projection and spec.peepholes


def _gru(spec: Spec) -> bool:
    return spec.cell == "gru"


def _square(spec: Spec) -> bool:
    return recurrent_size(spec) == spec.hidden_sizes[0] and spec.cell != "jordan"


_H = "Go through the equations of c and h symbol by symbol."
_R = "Look at what exactly the reset gate multiplies."
_B = "Differentiate the equations once more, one line at a time."

MISTAKES = (
    Mistake(
        "output_without_tanh",
        "h is o * c, without the tanh of c",
        _H,
        celled(output_without_tanh),
        _lstm,
    ),
    Mistake(
        "candidate_added",
        "i and g are added where they should be multiplied",
        _H,
        celled(candidate_added),
        _lstm,
        source="torchrecurrent #22",
    ),
    Mistake(
        "hidden_for_cell",
        "the forget gate multiplies h where it should multiply c",
        _H,
        celled(hidden_for_cell),
        _lstm,
    ),
    Mistake("forget_left_out", "the forget gate is not used", _H, celled(forget_left_out), _lstm),
    Mistake(
        "coupled_forget",
        "1 - i is used in place of the forget gate",
        _H,
        celled(coupled_forget),
        _lstm,
    ),
    Mistake(
        "old_cell_at_output",
        "h is computed from the old c",
        _H,
        celled(old_cell_at_output),
        _lstm,
        source="published course work",
    ),
    Mistake(
        "peephole_sees_old_cell",
        "the output gate's peephole sees the old c",
        "Which c does each gate see?",
        celled(peephole_sees_old_cell),
        _peepholes,
        source="RecurrentLayers.jl #134",
    ),
    Mistake("reset_left_out", "the reset gate is not used", _R, celled(reset_left_out), _gru),
    Mistake(
        "reset_on_everything",
        "the reset gate multiplies the input part too",
        _R,
        celled(reset_on_everything),
        _gru,
    ),
    Mistake(
        "backward_not_transposed",
        "the gradient goes back through the recurrent weights without transposing them",
        _B,
        celled(backward=transposed_backward),
        _square,
    ),
    Mistake(
        "gradient_uses_new_state",
        "the gradient of the recurrent weights uses the new h where the old one is meant",
        _B,
        celled(backward=new_state_backward),
        _square,
    ),
    Mistake(
        "gradient_uses_cell",
        "the gradient of the output gate uses c where tanh(c) is meant",
        _B,
        celled(backward=cell_for_its_tanh),
        _lstm,
    ),
)
