"""Conventions: the right network, read from parameters that mean something else.

A convention says how a consistent implementation, right in its own terms, may read what it is
given: its gates in another order, a matrix turned, one bias of two, the reset gate before the
matmul. Whatever combination of them explains an answer tells its author what to re-read.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rnncheck.mistakes.base import Mistake, Variation
from rnncheck.protocol.names import Array, Arrays, input_width, recurrent_size
from rnncheck.protocol.spec import Spec

MOST = 3
ID, SEVERAL = "convention", "conventions"
HINT = "Compare what you assume with what the assignment's text says of its parameters."
_GATED = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

Change = Callable[[str, Array], Array]


def _same(name: str, array: Array) -> Array:
    del name
    return array


def _same_spec(spec: Spec) -> Spec:
    return spec


@dataclass(frozen=True)
class Convention:
    """One way in which an implementation may differ from what is asked, and still be consistent.

    Attributes:
        axis: what it is about; two of one axis exclude each other.
        words: completes "matches exactly if ...".
        read: a parameter (its name without prefix) as asked for, turned into what is computed with.
        back: the gradient of what is computed with, turned into that of the parameter.
        spec: the spec that is really computed.
    """

    axis: str
    words: str
    read: Change = _same
    back: Change = _same
    spec: Callable[[Spec], Spec] = _same_spec


def conventions(spec: Spec) -> list[Convention]:
    """Return every single convention that a spec leaves room for; none for a Jordan network."""
    if spec.cell == "jordan" or len(spec.hidden_sizes) > 1:
        return []
    found = [*_orders(spec), *_turned(spec), *_biases(spec), *_options(spec)]
    return [convention for convention in found if convention is not None]


def combinations(spec: Spec, most: int = MOST) -> Iterator[Mistake]:
    """Yield mistakes of one convention, then of two and so on up to `most` at the same time."""
    every = conventions(spec)
    for count in range(1, most + 1):
        for chosen in itertools.combinations(every, count):
            if len({convention.axis for convention in chosen}) == count:
                yield _mistake(chosen)


def _mistake(chosen: tuple[Convention, ...]) -> Mistake:
    words = " and ".join(convention.words for convention in chosen)
    name = ID if len(chosen) == 1 else SEVERAL
    return Mistake(name, f"matches exactly if {words}", HINT, _reads(chosen))


def _reads(chosen: tuple[Convention, ...]) -> type[Variation]:
    class Reads(Variation):
        def inner_spec(self, spec: Spec) -> Spec:
            for convention in chosen:
                spec = convention.spec(spec)
            return spec

        def inner_params(self, spec: Spec) -> Arrays:
            del spec
            params = {**self.params}
            for convention in chosen:
                params = {n: convention.read(_ending(n), a) for n, a in params.items()}
            return params

        def params_back(self, gradients: Arrays) -> Arrays:
            back = {**gradients}
            for convention in reversed(chosen):
                for name in self.params:
                    back[f"d.{name}"] = convention.back(_ending(name), back[f"d.{name}"])
            return back

    return Reads


def _ending(name: str) -> str:
    return name.rpartition(".")[2]


def _orders(spec: Spec) -> Iterator[Convention]:
    for order in itertools.permutations(spec.gates):
        if order == spec.gates:
            continue
        pick = [order.index(gate) for gate in spec.gates]
        words = f"your gates are {', '.join(order)}"
        yield Convention("order", words, _picked(pick), _picked(list(np.argsort(pick))))


def _picked(index: list[int]) -> Change:
    return lambda name, array: array[index] if name in _GATED else array


def _turned(spec: Spec) -> Iterator[Convention]:
    """Yield matrices that are turned or cut the wrong way, (G, H, W) being (G H, W) in memory."""
    if recurrent_size(spec) == spec.hidden_sizes[0]:
        yield Convention("hh", "weight_hh is transposed", *_transposed("weight_hh"))
    for name, width in (("weight_ih", input_width(spec, 0)), ("weight_hh", recurrent_size(spec))):
        axis = name[-2:]
        gates, hidden = len(spec.gates), spec.hidden_sizes[0]
        if width > 1 and gates * hidden > 1:
            yield Convention(
                axis,
                f"{name} is reshaped to its transpose's shape, not transposed",
                *_reshaped(name),
            )
        if gates > 1 and hidden > 1:
            yield Convention(
                axis,
                f"the gates are interleaved in the rows of {name}: row {gates} k + g is unit k's",
                *_interleaved((name,)),
            )
    if len(spec.gates) > 1 and spec.hidden_sizes[0] > 1:
        words = f"the gates are interleaved in the rows: row {len(spec.gates)} k + g is unit k's"
        yield Convention("ih and hh", words, *_interleaved(_GATED))


def _transposed(which: str) -> tuple[Change, Change]:
    def turn(name: str, array: Array) -> Array:
        return array.swapaxes(1, 2) if name == which else array

    return turn, turn


def _reshaped(which: str) -> tuple[Change, Change]:
    def read(name: str, array: Array) -> Array:
        if name != which:
            return array
        gates, hidden, width = array.shape
        return array.reshape(width, gates * hidden).T.reshape(array.shape)

    def back(name: str, array: Array) -> Array:
        if name != which:
            return array
        gates, hidden, width = array.shape
        return array.reshape(gates * hidden, width).T.reshape(array.shape)

    return read, back


def _interleaved(names: tuple[str, ...]) -> tuple[Change, Change]:
    def read(name: str, array: Array) -> Array:
        if name not in names:
            return array
        gates, hidden = array.shape[:2]
        return array.reshape(hidden, gates, *array.shape[2:]).swapaxes(0, 1)

    def back(name: str, array: Array) -> Array:
        return array.swapaxes(0, 1).reshape(array.shape) if name in names else array

    return read, back


def _biases(spec: Spec) -> Iterator[Convention]:
    for name, other in (("bias_ih", "bias_hh"), ("bias_hh", "bias_ih")):
        if spec.biases == "double":
            yield Convention("biases", f"{other} alone is added", *_without((name,)))
    if spec.biases != "none":
        yield Convention("biases", "no bias is added", *_without(("bias_ih", "bias_hh")))


def _without(names: tuple[str, ...]) -> tuple[Change, Change]:
    def clear(name: str, array: Array) -> Array:
        return np.zeros_like(array) if name in names else array

    return clear, clear


def _options(spec: Spec) -> Iterator[Convention]:
    if spec.cell == "gru":
        reset = "before" if spec.reset == "after" else "after"
        yield _other("reset", f"the reset gate acts {reset} the recurrent matmul", reset=reset)
        takes = spec.update == "z_keeps"
        words = "z is the share of the new state" if takes else "z is the share of the old state"
        yield _other("update", words, update="z_takes" if takes else "z_keeps")
    if spec.cell == "lstm":
        for bias in {0.0, 1.0, 2.0} - {spec.forget_bias}:
            yield _other("forget bias", f"{bias:g} is added to the forget gate", forget_bias=bias)
    if len(spec.directions) == 1:
        way = "reverse" if spec.directions == ("forward",) else "forward"
        yield _other("direction", f"time runs in {way}", directions=(way,))


def _other(axis: str, words: str, **options: object) -> Convention:
    return Convention(axis, words, spec=lambda spec: spec.with_(**options))
