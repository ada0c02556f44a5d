"""Specs and cases for the tests of the reference."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from rnncheck.protocol.names import outputs_width, parameter_shapes, state_shapes
from rnncheck.protocol.spec import ACTIVATIONS, DIRECTIONS, GATES, Padding, Spec

Numbers = NDArray[Any]


@dataclass(frozen=True)
class Drawn:
    """Arguments of the protocol's calls, time-major, in float64."""

    spec: Spec
    params: dict[str, Numbers]
    x: Numbers
    state: dict[str, Numbers]
    d_outputs: Numbers
    d_state: dict[str, Numbers]


def make(spec: Spec, steps: int = 4, batch: int = 3, seed: int = 0, scale: float = 1.0) -> Drawn:
    """Draw multiples of 1/64, times the scale, with mixed signs."""
    source = random.Random(seed)

    def draw(*shape: int) -> Numbers:
        values = [round(source.random() * 128 - 64) / 64 for _ in range(int(np.prod(shape)))]
        return scale * np.array(values).reshape(shape)

    shapes = state_shapes(spec, batch)
    return Drawn(
        spec,
        {name: draw(*shape) for name, shape in parameter_shapes(spec).items()},
        draw(steps, batch, spec.input_size),
        {part: 2 * draw(*shape) for part, shape in shapes.items()},
        draw(steps, batch, outputs_width(spec)),
        {part: draw(*shape) for part, shape in shapes.items()},
    )


@st.composite
def specs(draw: st.DrawFn, layers: int = 1, ways: int = 1) -> Spec:
    """Draw a spec over every option that the reference implements."""
    cell = draw(st.sampled_from(("elman", "jordan", "lstm", "gru")))
    if cell == "jordan":
        layers = ways = 1
    options: dict[str, Any] = {
        "output_size": draw(st.sampled_from((2, 1) if cell == "jordan" else (0, 0, 2))),
        "gates": draw(st.permutations(GATES[cell])),
        "activation": draw(st.sampled_from(ACTIVATIONS)),
        "output_activation": draw(st.sampled_from(ACTIVATIONS)),
        "biases": draw(st.sampled_from(("none", "single", "double"))),
        "directions": draw(st.sampled_from([d for d in DIRECTIONS if len(d) <= ways])),
        "padding": Padding(outputs=draw(st.sampled_from(("zero", "repeat"))), mask="any"),
    }
    if cell == "lstm":
        options |= {
            "forget_bias": draw(st.sampled_from((0.0, 1.0))),
            "peepholes": draw(st.booleans()),
            "cell_clip": draw(st.sampled_from((None, 0.75))),
            "projection": draw(st.sampled_from((0, 2))),
        }
    if cell == "gru":
        options["reset"] = draw(st.sampled_from(("before", "after")))
        options["update"] = draw(st.sampled_from(("z_keeps", "z_takes")))
    hidden = draw(st.lists(st.integers(1, 4), min_size=1, max_size=layers))
    return Spec(
        cell=cell, input_size=draw(st.integers(1, 3)), hidden_sizes=tuple(hidden), **options
    )


def masks(steps: int, batch: int, seed: int) -> Numbers:
    """Draw a mask (T, B) of any pattern."""
    source = random.Random(seed)
    values = [source.random() < 0.7 for _ in range(steps * batch)]
    return np.array(values, dtype=bool).reshape(steps, batch)


def worst(got: Numbers, expected: Numbers) -> float:
    """Return the largest error over the largest expected element; 0 for empty arrays."""
    assert got.shape == expected.shape, f"shape {got.shape}, expected {expected.shape}"
    if not got.size or not np.abs(got - expected).max():
        return 0.0
    return float(np.abs(got - expected).max() / max(np.abs(expected).max(), 1e-300))


def same(got: dict[str, Numbers], expected: dict[str, Numbers], allowed: float) -> None:
    """Hold each block to the expected one, relative to the block's largest element."""
    assert got.keys() == expected.keys()
    errors = {name: worst(got[name], expected[name]) for name in got}
    assert all(error <= allowed for error in errors.values()), f"allowed {allowed}: {errors}"
