"""LSTM cells with one line of the forward pass wrong: nonlinearities, gates left out, peepholes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.cells import celled
from rnncheck.protocol.spec import Spec
from rnncheck.reference import lstm
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.cells import Forward
from rnncheck.reference.gates import recurrent_part
from rnncheck.reference.nonlinearities import activate, sigmoid, tanh


@dataclass
class Step:
    """One step, line by line; a mistake is a subclass with one line changed.

    Attributes:
        spec, params: of the cell; no projection and no clip.
        old: the state before, h and c (B, H).
        a: pre-activations of the gates (B, H), the old peepholes in those of i and f.
    """

    spec: Spec
    params: Given
    old: Given
    a: Named

    def gate(self, name: str, a: Numbers) -> Numbers:
        """Return a gate (B, H) of its pre-activation."""
        del name
        return sigmoid(a)

    def candidate(self, a: Numbers) -> Numbers:
        """Return g (B, H)."""
        return activate(self.spec.activation, a)

    def cell(self, i: Numbers, f: Numbers, g: Numbers) -> Numbers:
        """Return c (B, H)."""
        return np.asarray(f * self.old["c"] + i * g)

    def output(self, o: Numbers, c: Numbers) -> Numbers:
        """Return h (B, H)."""
        return np.asarray(o * activate(self.spec.activation, c))

    def peephole(self, gate: str, c: Numbers) -> Numbers:
        """Return what a gate sees of c, (B, H)."""
        if not self.spec.peepholes:
            return np.zeros_like(c)
        seen: Numbers = self.params["peephole"][lstm.PEEPHOLES.index(gate)] * c
        return seen

    def run(self) -> Named:
        """Return the new state."""
        old = self.old["c"]
        i = self.gate("i", self.a["i"] + self.peephole("i", old))
        f = self.gate("f", self.a["f"] + self.peephole("f", old))
        c = self.cell(i, f, self.candidate(self.a["g"]))
        h = self.output(self.gate("o", self.a["o"] + self.peephole("o", c)), c)
        return {"h": h, "c": c}


def forward(step: type[Step] = Step) -> Forward:
    """Return a cell's forward of the lines of a Step."""

    def run(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
        bare = spec.with_(peepholes=False)
        _, trace = lstm.forward(bare, params, x, state)
        new = step(spec, params, state, {gate: trace[f"a_{gate}"] for gate in "ifgo"}).run()
        return new, trace | new

    return run


class CandidateWithoutTanh(Step):
    """g is its pre-activation."""

    def candidate(self, a: Numbers) -> Numbers:
        """Return a."""
        return a


class SigmoidCandidate(Step):
    """g goes through the sigmoid, as the gates do."""

    def candidate(self, a: Numbers) -> Numbers:
        """Return the sigmoid of a."""
        return sigmoid(a)


class TanhOutputGate(Step):
    """o goes through tanh."""

    def gate(self, name: str, a: Numbers) -> Numbers:
        """Return the tanh of a for o."""
        return tanh(a) if name == "o" else sigmoid(a)


class InputGateLeftOut(Step):
    """C = f * c' + g."""

    def cell(self, i: Numbers, f: Numbers, g: Numbers) -> Numbers:
        """Leave i out."""
        return super().cell(np.ones_like(i), f, g)


class OutputGateLeftOut(Step):
    """H = act(c)."""

    def output(self, o: Numbers, c: Numbers) -> Numbers:
        """Leave o out."""
        return super().output(np.ones_like(o), c)


class HalfPrecisionCell(Step):
    """C is kept in float16."""

    def cell(self, i: Numbers, f: Numbers, g: Numbers) -> Numbers:
        """Round c to half precision."""
        c = super().cell(i, f, g)
        rounded = np.real(c).astype(np.float16).astype(np.real(c).dtype)
        return np.asarray(rounded + (c - np.real(c)))


class OutputGateSeesNewState(Step):
    """O is computed once more, from h of this step."""

    def run(self) -> Named:
        """Return the new state."""
        h = super().run()["h"]
        parts = [recurrent_part(self.spec, self.params, "o", now) for now in (h, self.old["h"])]
        self.a["o"] = self.a["o"] + parts[0] - parts[1]
        return super().run()


class PeepholeAfterSigmoid(Step):
    """Peepholes are added to the gates, outside the sigmoid."""

    def run(self) -> Named:
        """Return the new state."""
        old, a = self.old["c"], self.a
        i = sigmoid(a["i"]) + self.peephole("i", old)
        f = sigmoid(a["f"]) + self.peephole("f", old)
        c = self.cell(i, f, self.candidate(a["g"]))
        return {"h": self.output(sigmoid(a["o"]) + self.peephole("o", c), c), "c": c}


class OnlyOutputPeephole(Step):
    """The input and forget gates do not see c."""

    def peephole(self, gate: str, c: Numbers) -> Numbers:
        """See c from o alone."""
        return super().peephole(gate, c) if gate == "o" else np.zeros_like(c)


class PeepholeSummed(Step):
    """Each unit sees the weighted sum of all c, as through a full matrix of equal rows."""

    def peephole(self, gate: str, c: Numbers) -> Numbers:
        """Return the sum over units, the same for all."""
        seen = super().peephole(gate, c)
        return np.broadcast_to(seen.sum(axis=-1, keepdims=True), seen.shape)


class PeepholesInOtherOrder(Step):
    """The peepholes' rows are read as i, o, f."""

    def peephole(self, gate: str, c: Numbers) -> Numbers:
        """See c through the row of another gate."""
        return super().peephole({"i": "i", "f": "o", "o": "f"}[gate], c)


def _plain(spec: Spec) -> bool:
    return spec.cell == "lstm" and not spec.projection and spec.cell_clip is None


def _without_peepholes(spec: Spec) -> bool:
    return _plain(spec) and not spec.peepholes


def _with_peepholes(spec: Spec) -> bool:
    return _plain(spec) and spec.peepholes


def _tanh(spec: Spec) -> bool:
    return _without_peepholes(spec) and spec.activation == "tanh"


_RANGE = "Which range does each gate have, and which the candidate?"
_PEEPHOLES = "Look at what each peephole multiplies, and where the product is added."


def _mistake(
    name: str,
    what: str,
    hint: str,
    step: type[Step],
    applies: Callable[[Spec], bool] = _without_peepholes,
    **more: Any,
) -> Mistake:
    return Mistake(name, what, hint, celled(forward(step)), applies, **more)


MISTAKES = (
    _mistake(
        "candidate_without_tanh", "g is not put through tanh", _RANGE, CandidateWithoutTanh, _tanh
    ),
    _mistake("candidate_through_sigmoid", "g is put through a sigmoid", _RANGE, SigmoidCandidate),
    _mistake("output_gate_through_tanh", "o is put through tanh", _RANGE, TanhOutputGate),
    _mistake(
        "input_gate_left_out",
        "the input gate is not used",
        "Go through the equation of c symbol by symbol.",
        InputGateLeftOut,
    ),
    _mistake(
        "output_gate_left_out",
        "the output gate is not used",
        "Go through the equation of h symbol by symbol.",
        OutputGateLeftOut,
    ),
    _mistake(
        "output_gate_sees_new_state",
        "the output gate is computed from h of the same step",
        "Of which step is the h that each gate sees?",
        OutputGateSeesNewState,
    ),
    _mistake(
        "cell_in_half_precision",
        "c is kept in float16",
        "Look at the dtype of the array that holds c.",
        HalfPrecisionCell,
    ),
    _mistake(
        "peephole_after_sigmoid",
        "peepholes are added outside the sigmoid",
        _PEEPHOLES,
        PeepholeAfterSigmoid,
        _with_peepholes,
        source="Lasagne #448",
    ),
    _mistake(
        "peepholes_of_i_and_f_left_out",
        "the input and forget gates do not see c",
        _PEEPHOLES,
        OnlyOutputPeephole,
        _with_peepholes,
        source="invisible to the ONNX node tests, whose first c is zero",
    ),
    _mistake(
        "peephole_summed",
        "each unit's peephole sees all of c in place of its own",
        _PEEPHOLES,
        PeepholeSummed,
        _with_peepholes,
    ),
    _mistake(
        "peephole_order_iof",
        "the peepholes i, f, o are read as i, o, f",
        "Write down which row of the peepholes belongs to which gate.",
        PeepholesInOtherOrder,
        _with_peepholes,
        source="ONNX keeps them as i, o, f",
    ),
)
