"""LSTM cells with one line of the backward pass wrong; the forward is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.cells import celled
from rnncheck.protocol.spec import Spec
from rnncheck.reference import lstm
from rnncheck.reference.arrays import Given, Named, Numbers, zeros_like
from rnncheck.reference.cells import Backward
from rnncheck.reference.gates import input_backward, recurrent_backward
from rnncheck.reference.nonlinearities import activate, slope


@dataclass
class Step:
    """The gradients of one step, by name, each computed by a line of LINES.

    Attributes:
        spec, params: of the cell; no projection and no clip.
        trace: of the forward step.
        old: the state before.
        up: the gradient of the new state.
        d: the gradients so far: of the pre-activations of the gates, of c and of the old c.
    """

    spec: Spec
    params: Given
    trace: Given
    old: Given
    up: Given
    d: Named = field(default_factory=dict[str, Numbers])

    def act(self, c: Numbers) -> Numbers:
        """Return the activation of c."""
        return activate(self.spec.activation, c)

    def slope(self, name: str) -> Numbers:
        """Return the derivative of a gate, or of the activation of c, where it was."""
        if name == "c":
            return slope(self.spec.activation, self.trace["c"])
        return slope(self.spec.activation if name == "g" else "sigmoid", self.trace[f"a_{name}"])

    def peephole(self, gate: str) -> Numbers:
        """Return a gate's peephole (H,), zeros where there is none."""
        if not self.spec.peepholes:
            return self.params["weight_ih"][0, :, 0] * 0
        row: Numbers = self.params["peephole"][lstm.PEEPHOLES.index(gate)]
        return row


Line = Callable[[Step], Numbers]
LINES: dict[str, Line] = {
    "o": lambda s: s.up["h"] * s.act(s.trace["c"]) * s.slope("o"),
    "c": lambda s: s.up["c"] + s.up["h"] * s.trace["o"] * s.slope("c"),
    "c_seen": lambda s: s.d["o"] * s.peephole("o"),
    "i": lambda s: s.d["c"] * s.trace["g"] * s.slope("i"),
    "f": lambda s: s.d["c"] * s.old["c"] * s.slope("f"),
    "g": lambda s: s.d["c"] * s.trace["i"] * s.slope("g"),
    "old_c": lambda s: s.d["c"] * s.trace["f"],
    "old_c_seen": lambda s: s.d["i"] * s.peephole("i") + s.d["f"] * s.peephole("f"),
    "peephole_o": lambda s: s.d["o"] * s.trace["c"],
}


def backward(
    to_x: str = "ifgo",
    to_h: str = "ifgo",
    lines: Mapping[str, Line] | None = None,
    joined: str = "ifgo",
) -> Backward:
    """Return a cell's backward with some lines changed.

    Args:
        to_x: the gates whose gradient goes on to x.
        to_h: the gates whose gradient goes on to the old h.
        lines: in place of those of LINES.
        joined: the gates in whose places the gradients of i, f, g and o end up.
    """
    all_lines = {**LINES, **(lines or {})}

    def run(
        spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
    ) -> tuple[Named, Numbers, Named]:
        step = Step(spec, params, trace, state, d_state)
        for name, line in all_lines.items():
            step.d[name] = line(step)
            if name.endswith("_seen"):
                whole = name.removesuffix("_seen")
                step.d[whole] = step.d[whole] + step.d[name]
        d_params, d_x, d_h = zeros_like(params), 0 * x, 0 * state["h"]
        for gate in spec.gates:
            d_a = step.d["ifgo"[joined.index(gate)]]
            part = input_backward(spec, params, d_params, gate, x, d_a)
            d_x = d_x + part if gate in to_x else d_x
            part = recurrent_backward(spec, params, d_params, gate, state["h"], d_a)
            d_h = d_h + part if gate in to_h else d_h
        if spec.peepholes:
            for gate in ("i", "f"):
                row = d_params["peephole"][lstm.PEEPHOLES.index(gate)]
                row += (step.d[gate] * state["c"]).sum(axis=0)
            row = d_params["peephole"][lstm.PEEPHOLES.index("o")]
            row += step.d["peephole_o"].sum(axis=0)
        return d_params, d_x, {"h": d_h, "c": step.d["old_c"]}

    return run


def _plain(spec: Spec) -> bool:
    return spec.cell == "lstm" and not spec.projection and spec.cell_clip is None


def bare(spec: Spec) -> bool:
    """Say whether a cell is an LSTM of the equations above alone."""
    return _plain(spec) and not spec.peepholes


def _peepholes(spec: Spec) -> bool:
    return _plain(spec) and spec.peepholes


_LINES = "Differentiate the equations once more, one line at a time."
_GATES = "Count the terms: how many gates does it enter?"
SLOPES = "What is the derivative of a sigmoid, and what of tanh? Of what are they taken?"
_FORUM = "questions in course forums"


def line(
    name: str,
    what: str,
    hint: str = _LINES,
    applies: Callable[[Spec], bool] = bare,
    source: str = _FORUM,
    to_x: str = "ifgo",
    to_h: str = "ifgo",
    lines: Mapping[str, Line] | None = None,
    joined: str = "ifgo",
    **more: Line,
) -> Mistake:
    """Return a mistake in some lines of the backward pass; see backward."""
    changed = backward(to_x, to_h, {**(lines or {}), **more}, joined)
    return Mistake(name, what, hint, celled(backward=changed), applies, source)


def times(gate: str, factor: Callable[[Step], Numbers]) -> Line:
    """Return a gate's line with its derivative replaced by a factor."""
    before: dict[str, Line] = {
        "o": lambda s: s.up["h"] * s.act(s.trace["c"]),
        "i": lambda s: s.d["c"] * s.trace["g"],
        "f": lambda s: s.d["c"] * s.old["c"],
        "g": lambda s: s.d["c"] * s.trace["i"],
    }
    return lambda s: before[gate](s) * factor(s)


def _again(gate: str) -> Line:
    return times(gate, lambda s: slope("sigmoid", s.trace[gate]))


MISTAKES = (
    line(
        "tanh_slope_of_c_left_out",
        "the gradient of c leaves out the derivative of tanh",
        SLOPES,
        c=lambda s: s.up["c"] + s.up["h"] * s.trace["o"],
    ),
    line(
        "tanh_slope_of_g_for_c",
        "the gradient of c uses the derivative of the candidate",
        SLOPES,
        c=lambda s: s.up["c"] + s.up["h"] * s.trace["o"] * s.slope("g"),
    ),
    line(
        "forget_gradient_uses_new_cell",
        "the gradient of the forget gate uses the new c",
        f=lambda s: s.d["c"] * s.trace["c"] * s.slope("f"),
    ),
    line(
        "sigmoid_slopes_left_out",
        "the gradients of the gates leave out the derivative of the sigmoid",
        SLOPES,
        lines={gate: times(gate, lambda s: s.trace["c"] * 0 + 1) for gate in "iof"},
    ),
    line(
        "sigmoid_slopes_taken_twice",
        "the derivative of the sigmoid is taken at the gate in place of what entered it",
        SLOPES,
        source="lzwjava's notes on a hand-written LSTM",
        lines={gate: _again(gate) for gate in "iof"},
    ),
    line(
        "candidate_slope_of_sigmoid",
        "the gradient of the candidate uses the derivative of a sigmoid",
        SLOPES,
        g=times("g", lambda s: s.trace["g"] * (1 - s.trace["g"])),
    ),
    line(
        "candidate_slope_left_out",
        "the gradient of the candidate leaves out the derivative of tanh",
        SLOPES,
        g=times("g", lambda s: s.trace["g"] * 0 + 1),
    ),
    line(
        "input_and_forget_gradients_swapped",
        "the gradients of the input and the forget gate are swapped",
        source="AiDotNet #907",
        i=lambda s: s.d["c"] * s.old["c"] * s.slope("f"),
        f=lambda s: s.d["c"] * s.trace["g"] * s.slope("i"),
    ),
    line(
        "cell_gradient_without_forget",
        "the gradient of the old c leaves out the forget gate",
        old_c=lambda s: s.d["c"],
    ),
    line(
        "cell_gradient_of_c_alone",
        "the gradient of c leaves out what comes through h",
        c=lambda s: s.up["c"],
    ),
    line(
        "output_gradient_from_cell",
        "the gradient of the output gate starts from that of c in place of h",
        source="cuTAGI #77",
        o=lambda s: (
            (s.up["c"] + s.up["h"] * s.trace["o"] * s.slope("c"))
            * s.act(s.trace["c"])
            * s.slope("o")
        ),
    ),
    *(
        line(
            f"input_gradient_without_{gate}",
            f"the gradient of x leaves out gate {gate}",
            _GATES,
            to_x="ifgo".replace(gate, ""),
        )
        for gate in "ifgo"
    ),
    *(
        line(
            f"hidden_gradient_without_{gate}",
            f"the gradient of the old h leaves out gate {gate}",
            _GATES,
            to_h="ifgo".replace(gate, ""),
        )
        for gate in "ifgo"
    ),
    line(
        "peephole_path_to_old_cell_left_out",
        "the gradient of the old c leaves out the peepholes",
        _GATES,
        _peepholes,
        "TensorFlow #34171",
        old_c_seen=lambda s: 0 * s.d["i"],
    ),
    line(
        "peephole_path_to_cell_left_out",
        "the gradient of c leaves out the output gate's peephole",
        _GATES,
        _peepholes,
        c_seen=lambda s: 0 * s.d["o"],
    ),
    line(
        "peephole_gradient_uses_old_cell",
        "the gradient of the output gate's peephole uses the old c",
        "Which c does each gate see?",
        _peepholes,
        peephole_o=lambda s: s.d["o"] * s.old["c"],
    ),
)
