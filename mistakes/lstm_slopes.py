"""LSTM cells whose backward pass has a derivative wrong, halved, left out or in one place only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.lstm_backward import SLOPES, Line, Step, line, times
from rnncheck.reference.arrays import Numbers
from rnncheck.reference.nonlinearities import slope

_COURSE = "published course work"
_PRINTED = "the formulas that a course's notebook first printed"
_WORDS = {"i": "input gate", "f": "forget gate", "o": "output gate"}
_BESIDE = {"i": "g", "g": "i"}


def _twice(gate: str) -> Line:
    function = "tanh" if gate == "g" else "sigmoid"
    return times(gate, lambda s: slope(function, s.trace[gate]))


def _halved(gate: str) -> Line:
    return times(gate, lambda s: 1 - s.trace[gate])


def _one(gate: str) -> Line:
    return times(gate, lambda s: s.trace[gate] * 0 + 1)


def _of_tanh(gate: str) -> Line:
    return times(gate, lambda s: 1 - s.trace[gate] ** 2)


def _of_c(factor: Callable[[Step], Numbers]) -> Line:
    """Return the line of c with something in place of the slope of tanh."""
    return lambda s: s.up["c"] + s.up["h"] * s.trace["o"] * factor(s)


def _through_h(s: Step) -> Numbers:
    d_c: Numbers = s.up["h"] * s.trace["o"] * s.slope("c")
    return d_c


def _on_h_path(gate: str, factor: Callable[[Step], Numbers]) -> Line:
    """Return a gate's line in which only what comes through h has a slope."""

    def found(s: Step) -> Numbers:
        beside = s.old["c"] if gate == "f" else s.trace[_BESIDE[gate]]
        d_gate: Numbers = (s.up["c"] + _through_h(s) * factor(s)) * beside
        return d_gate

    return found


_PLAIN = {
    "i": _on_h_path("i", lambda s: s.slope("i")),
    "f": _on_h_path("f", lambda s: s.slope("f")),
}


def _misprinted(s: Step) -> Numbers:
    g = s.trace["g"]
    factor: Numbers = g * slope("tanh", g)
    return factor


def _its_own(s: Step) -> Numbers:
    d_g = s.d["c"] * s.trace["i"]
    return 1 - d_g**2


def _in_one_gate() -> Iterator[Mistake]:
    for gate, words in _WORDS.items():
        yield line(
            f"sigmoid_slope_of_{gate}_left_out",
            f"the gradient of the {words} leaves out the derivative of the sigmoid",
            SLOPES,
            source=_COURSE,
            lines={gate: _one(gate)},
        )
        yield line(
            f"sigmoid_slope_of_{gate}_halved",
            f"the gradient of the {words} has 1 - {gate} where {gate} (1 - {gate}) is meant",
            SLOPES,
            source=_COURSE,
            lines={gate: _halved(gate)},
        )


MISTAKES = (
    line(
        "slopes_of_h_path_alone",
        "of the gradients of i, f and g only what comes through h has a slope, not what comes from c",
        SLOPES,
        source=_PRINTED,
        lines={**_PLAIN, "g": _on_h_path("g", lambda s: s.slope("g"))},
    ),
    line(
        "slopes_of_h_path_as_misprinted",
        "of the gradients of i, f and g only what comes through h has a slope, that of g being "
        "g (1 - tanh(g)^2)",
        SLOPES,
        source=_PRINTED,
        lines={**_PLAIN, "g": _on_h_path("g", _misprinted)},
    ),
    line(
        "candidate_slope_taken_twice",
        "the derivative of tanh is taken at the candidate in place of what entered it",
        SLOPES,
        source=_COURSE,
        g=_twice("g"),
    ),
    line(
        "slopes_taken_twice",
        "all derivatives are taken at the gates in place of what entered them",
        SLOPES,
        source="lzwjava's notes on a hand-written LSTM",
        lines={gate: _twice(gate) for gate in "ifgo"},
    ),
    line(
        "candidate_slope_of_its_gradient",
        "the gradient of the candidate uses 1 - dg^2 where 1 - g^2 is meant",
        SLOPES,
        source=_COURSE,
        g=times("g", _its_own),
    ),
    line(
        "candidate_slope_squared_outside",
        "the gradient of the candidate uses (1 - g)^2 where 1 - g^2 is meant",
        SLOPES,
        g=times("g", lambda s: (1 - s.trace["g"]) ** 2),
    ),
    line(
        "tanh_slope_of_c_without_tanh",
        "the gradient of c uses 1 - c^2 where the derivative of tanh at c is meant",
        SLOPES,
        source=_COURSE,
        c=_of_c(lambda s: 1 - s.trace["c"] ** 2),
    ),
    line(
        "tanh_slope_of_c_squared_outside",
        "the gradient of c uses (1 - tanh(c))^2 where 1 - tanh(c)^2 is meant",
        SLOPES,
        c=_of_c(lambda s: (1 - s.act(s.trace["c"])) ** 2),
    ),
    line(
        "tanh_slope_of_c_from_h",
        "the gradient of c uses 1 - h^2 where the derivative of tanh at c is meant",
        SLOPES,
        c=_of_c(lambda s: 1 - s.trace["h"] ** 2),
    ),
    line(
        "tanh_slope_of_c_taken_twice",
        "the derivative of tanh is taken at tanh(c) in place of c",
        SLOPES,
        c=_of_c(lambda s: slope("tanh", s.act(s.trace["c"]))),
    ),
    line(
        "sigmoid_slopes_halved",
        "the gradients of the gates have 1 - s where s (1 - s) is meant",
        SLOPES,
        source=_COURSE,
        lines={gate: _halved(gate) for gate in "iof"},
    ),
    line(
        "sigmoid_slopes_of_tanh",
        "the gradients of the gates use the derivative of tanh, 1 - s^2",
        SLOPES,
        source=_COURSE,
        lines={gate: _of_tanh(gate) for gate in "iof"},
    ),
    *_in_one_gate(),
)
