"""The gradients of a wrong step: exact derivatives of what it computes, by complex steps.

Whoever differentiates a wrong equation rightly gets these. What goes into a step is perturbed all at
once, each thing in a slice of its own along a new first axis, so that a whole sequence takes two runs of
the cell. A weight is not perturbed itself but the product that it enters: its gradient is that of
the product times what it multiplied. Source: Squire, W. and Trapp, G. (1998), Using complex
variables to estimate derivatives of real functions.

Of a function in pieces the derivative is that of the piece; rounding to half precision is taken as
the identity, as automatic differentiation takes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers, zeros_like
from rnncheck.reference.cells import Backward, Cell, Forward
from rnncheck.reference.loop import Loop, Run

TOGETHER = 40_000  # parameters times rows, of the steps that are perturbed together
STEP = 1e-100  # of a complex step: its square is nothing beside any number
WEIGHTS = ("weight_ih", "weight_hh", "weight_hr")


@dataclass
class _Products:
    """The products of weights in one run of a cell.

    Attributes:
        factors: what each product multiplied, with the name and the index of its weight.
        widths: the width of each product.
        tangents: what is added to each product, (K, 1, 1, W); empty for nothing.
    """

    factors: list[tuple[str, Any, Numbers]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    tangents: list[Numbers] = field(default_factory=list)

    def product(self, name: str, index: Any, matrix: Numbers, value: Numbers) -> Numbers:
        """Return value @ matrix, the next product."""
        number = len(self.factors)
        self.factors.append((name, index, value))
        self.widths.append(matrix.shape[1])
        result: Numbers = value @ matrix
        return result + self.tangents[number] if self.tangents else result


@dataclass(frozen=True)
class _Weight:
    """A weight that knows its products: `value @ weight[gate].T` and `value @ weight.T` are seen."""

    __array_ufunc__ = None  # NumPy leaves the product to __rmatmul__

    array: Numbers
    name: str
    index: Any
    products: _Products
    turned: bool = False

    def __getitem__(self, index: Any) -> _Weight:
        return _Weight(self.array[index], self.name, index, self.products)

    @property
    def T(self) -> _Weight:
        """The same, transposed."""
        return _Weight(self.array.T, self.name, self.index, self.products, turned=True)

    def __rmatmul__(self, value: Numbers) -> Numbers:
        return self.products.product(self.name, self.index, self.array, value)


def derived(forward: Forward) -> Backward:
    """Return the backward of a cell whose forward is this, step by step."""

    def backward(
        spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
    ) -> tuple[Named, Numbers, Named]:
        del trace
        stacked = {part: array[None] for part, array in state.items()}
        return _Slopes(forward, spec, params, x[None], stacked).backward(0, d_state)

    return backward


@dataclass(frozen=True)
class DerivedLoop(Loop):
    """A time loop over a cell whose backward is derived: all steps of a sequence at once."""

    def backward(
        self, spec: Spec, params: Given, run: Run, d_h: Numbers, d_final: Given
    ) -> tuple[Named, Numbers, Named]:
        """Go back through time; see Loop."""
        if not run.order:
            return super().backward(spec, params, run, d_h, d_final)
        order = iter(reversed(run.order))
        several = max(1, TOGETHER // (sum(a.size for a in params.values()) * run.x.shape[1] + 1))
        start, slopes = -1, None

        def backward(
            spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
        ) -> tuple[Named, Numbers, Named]:
            nonlocal start, slopes
            del x, state, trace
            t = next(order)
            if slopes is None or t // several != start:
                start = t // several
                steps = range(start * several, min((start + 1) * several, len(run.x)))
                states = {n: np.stack([run.before[t][n] for t in steps]) for n in run.before[t]}
                inputs = run.x[steps.start : steps.stop]
                slopes = _Slopes(self.cell.forward, spec, params, inputs, states)
            return slopes.backward(t - start * several, d_state)

        loop = Loop(Cell(self.cell.forward, backward))
        return loop.backward(spec, params, run, d_h, d_final)


class _Slopes:
    """The Jacobians of a cell's steps at x (T, B, D) and states (T, B, W)."""

    def __init__(
        self, forward: Forward, spec: Spec, params: Given, x: Numbers, state: Given
    ) -> None:
        self._params, self._x, self._state = params, x, state
        plain = _Products()
        forward(spec, _watched(params, plain), x, state)
        self._factors = plain.factors
        direct = {n: a for n, a in params.items() if n not in WEIGHTS and not n.startswith("drop_")}
        sizes = [*plain.widths, *(a.size for a in direct.values())]
        sizes += [x.shape[-1], *(a.shape[-1] for a in state.values())]
        self._slices = list(_cut(sizes))
        units = 1j * STEP * np.eye(sum(sizes))
        own = iter(units[:, part] for part in self._slices)
        varied = _Products(tangents=[next(own)[:, None, None, :] for _ in plain.widths])
        shifted = dict(_watched(params, varied))
        for name, array in direct.items():  # (G, W) to (G, K, 1, 1, W): each row has K variants
            rows = next(own).reshape(-1, *array.shape).swapaxes(0, 1)
            shifted[name] = array[:, None, None, None, :] + rows[:, :, None, None, :]
        at = x + next(own)[:, None, None, :]
        states = {part: a + next(own)[:, None, None, :] for part, a in state.items()}
        new, _ = forward(spec, shifted, at, states)
        self._new = {part: np.imag(a) / STEP for part, a in new.items()}  # (K, T, B, W)
        self._direct = list(direct)

    def backward(self, t: int, d_state: Given) -> tuple[Named, Numbers, Named]:
        """Return the gradients of the parameters, x and the old state of one step."""
        # (K, B): of everything that was perturbed, in each row
        all_rows = sum(np.einsum("kbw,bw->kb", self._new[p][:, t], d_state[p]) for p in self._new)
        rows = iter(np.asarray(all_rows)[part] for part in self._slices)
        d_params = zeros_like(self._params)
        for name, index, factor in self._factors:
            value = np.broadcast_to(factor, (len(self._x), *factor.shape[-2:]))[t]
            d_weight = next(rows) @ value  # (W, B) by (B, V)
            if index is None:
                d_params[name] += d_weight
            else:
                d_params[name][index] += d_weight
        for name in self._direct:
            d_params[name] += next(rows).sum(axis=1).reshape(d_params[name].shape)
        d_x = next(rows).T
        return d_params, d_x, {part: next(rows).T for part in self._state}


def _watched(params: Given, products: _Products) -> Mapping[str, Any]:
    found: dict[str, Any] = dict(params)
    for name in WEIGHTS:
        if name in found:
            found[name] = _Weight(found[name], name, None, products)
    return found


def _cut(sizes: list[int]) -> Iterator[slice]:
    """Yield the places of parts of these sizes, one after the other."""
    start = 0
    for size in sizes:
        yield slice(start, start + size)
        start += size
