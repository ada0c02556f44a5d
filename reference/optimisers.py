"""One step of an optimiser, as a pure function of parameters, gradients and its state.

    SGD:   p = p' - rate * g
    Adam:  m = beta1 * m' + (1 - beta1) * g
           v = beta2 * v' + (1 - beta2) * g^2
           paper:  p = p' - rate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
           hat:    p = p' - rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)

t counts steps from 1. "paper" is algorithm 1, also torch's; "hat" is the order at the end of its
section 2, whose epsilon is another number: TensorFlow 1 and Keras compute so (TensorFlow 1
holds rate, betas, their powers and epsilon in float32, also where it trains in float64). Source:
Kingma, D. P. and Ba, J. (2015), Adam: a method for stochastic optimization.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnncheck.reference.arrays import Given, Named, Numbers, as_array, prefixed
from rnncheck.reference.nonlinearities import elementwise

PLACEMENTS = ("paper", "hat")


@dataclass(frozen=True)
class Sgd:
    """Gradient descent.

    Attributes:
        rate: the learning rate.
    """

    rate: float = 0.01

    def start(self, params: Given) -> Named:
        """Return the state before the first step: nothing."""
        del params
        return {}

    def step(self, params: Given, grads: Given, state: Given) -> tuple[Named, Named]:
        """Return the parameters after a step, and the state."""
        _check(params, grads)
        new = {n: like(p, p - number(self.rate, p) * grads[n]) for n, p in params.items()}
        return new, dict(state)


@dataclass(frozen=True)
class Adam:
    """Adam.

    Attributes:
        rate: the learning rate.
        beta1, beta2: how much of the running means of g and of g^2 is kept.
        epsilon: keeps the division from zero.
        placement: where epsilon is added, "paper" or "hat"; see the module.
    """

    rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    placement: str = "paper"

    def __post_init__(self) -> None:
        """Refuse what is not listed."""
        if self.placement not in PLACEMENTS:
            raise ValueError(f"placement is {self.placement!r}; allowed: {', '.join(PLACEMENTS)}")
        for name in ("beta1", "beta2"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be in [0, 1)")

    def start(self, params: Given) -> Named:
        """Return the state before the first step: "t", and zeros "m.<name>" and "v.<name>"."""
        zeros = {name: np.zeros_like(p) for name, p in params.items()}
        return {"t": np.array(0)} | prefixed("m.", zeros) | prefixed("v.", zeros)

    def step(self, params: Given, grads: Given, state: Given) -> tuple[Named, Named]:
        """Return the parameters after a step, and the state."""
        _check(params, grads)
        t = int(state["t"]) + 1
        new: Named = {}
        after: Named = {"t": np.array(t)}
        for name, p in params.items():
            g = grads[name]
            beta1, beta2 = number(self.beta1, p), number(self.beta2, p)
            m = like(p, beta1 * state[f"m.{name}"] + (1 - beta1) * g)
            v = like(p, beta2 * state[f"v.{name}"] + (1 - beta2) * g * g)
            after |= {f"m.{name}": m, f"v.{name}": v}
            new[name] = like(p, p - self._change(m, v, 1 - beta1**t, 1 - beta2**t))
        return new, after

    def _change(self, m: Numbers, v: Numbers, unbias1: Numbers, unbias2: Numbers) -> Numbers:
        rate, epsilon = number(self.rate, m), number(self.epsilon, m)
        if self.placement == "paper":
            return as_array(
                rate * (m / unbias1) / (elementwise("sqrt", like(v, v / unbias2)) + epsilon)
            )
        rate = rate * elementwise("sqrt", np.asarray(unbias2)) / unbias1
        return as_array(rate * m / (elementwise("sqrt", v) + epsilon))


def like(array: Numbers, value: Numbers) -> Numbers:
    """Return a value as an array of the same type; without axes NumPy makes it a bare number."""
    return as_array(value, array.dtype)


def number(value: float, array: Numbers) -> Numbers:
    """Return a number in the type of an array, so that no digit is lost in float64 on the way."""
    if array.dtype != object:
        return np.asarray(value, array.dtype)
    import mpmath

    return np.asarray(mpmath.mpf(value), dtype=object)


def _check(params: Given, grads: Given) -> None:
    """Hold the gradients to the names and shapes of the parameters."""
    if params.keys() != grads.keys():
        raise ValueError(f"there are gradients of {sorted(grads)} for {sorted(params)}")
    for name, p in params.items():
        if p.shape != grads[name].shape:
            raise ValueError(
                f"the gradient of {name} has shape {grads[name].shape}; it must be {p.shape}"
            )
