"""LSTM cells whose backward pass sends gradients between c, h and the gates on wrong ways."""

from __future__ import annotations

from collections.abc import Iterator

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.lstm_backward import Line, Step, line
from rnncheck.reference.arrays import Numbers

_COURSE = "published course work"
_WAYS = "c reaches the loss in two ways. Which of them does each line know?"
_ORDER = "Write down the order of the gates each time that they are joined or taken apart."


def _through_h(s: Step) -> Numbers:
    d_c: Numbers = s.up["h"] * s.trace["o"] * s.slope("c")
    return d_c


def _of_c_alone(s: Step) -> Numbers:
    return s.up["c"]


def _old_c(of_c: Line) -> Line:
    return lambda s: of_c(s) * s.trace["f"]


def _gates(of_c: Line) -> dict[str, Line]:
    """Return the lines of the gates that see a gradient of c of their own."""
    return {
        "i": lambda s: of_c(s) * s.trace["g"] * s.slope("i"),
        "f": lambda s: of_c(s) * s.old["c"] * s.slope("f"),
        "g": lambda s: of_c(s) * s.trace["i"] * s.slope("g"),
    }


def _joined(joined: str, words: str) -> Mistake:
    name, what = f"gate_gradients_joined_{joined}", f"the gradients of the gates are joined {words}"
    return line(name, what, _ORDER, source=_COURSE, joined=joined)


def _lines() -> Iterator[Mistake]:
    for name, words, of_c in (
        ("c", "that of the new c, without what comes through h", _of_c_alone),
        ("h", "what comes through h, without that of the new c", _through_h),
    ):
        yield line(
            f"old_cell_gradient_of_{name}_alone",
            f"the gradient of the old c is made of {words}; the gates' is right",
            _WAYS,
            source=_COURSE,
            old_c=_old_c(of_c),
        )
        yield line(
            f"gate_gradients_of_{name}_alone",
            f"the gradients of i, f and g are made of {words}; the old c's is right",
            _WAYS,
            source=_COURSE,
            lines=_gates(of_c),
        )


MISTAKES = (
    *_lines(),
    line(
        "cell_gradient_without_output_gate",
        "the gradient of c leaves out the output gate",
        _WAYS,
        c=lambda s: s.up["c"] + s.up["h"] * s.slope("c"),
    ),
    _joined("ifog", "with those of g and o in each other's place"),
    _joined("gfio", "with those of i and g in each other's place"),
    _joined("fgio", "as i, f, g where the weights have f, g, i"),
)
