"""Every number of the published table of the three-step tanh example, cell by cell.

The table walks an Elman network with two inputs, two hidden units and one output through three
steps. It prints the state, weights and hidden values with 8 digits and the output layer's with 11,
three of which it cut off in place of rounding.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest

from rnncheck.fixtures.files import read
from rnncheck.fixtures.golden import Numbers
from rnncheck.fixtures.records import EXAMPLE

# The hidden layer's weights as printed: a row for each of [state 1, state 2, input 1, input 2].
KERNEL = """
    0.4359949  0.02592623
    0.54966248 0.43532239
    0.4203678  0.33033482
    0.20464863 0.61927097
"""

# (position, quantity, step): the numbers printed there; step 0 is a cell that spans all steps.
TABLE = {
    ("input layer", "input", 1): "1.0 2.0",
    ("input layer", "input", 2): "2.0 3.0",
    ("input layer", "input", 3): "3.0 4.0",
    ("hidden layer", "memory", 1): "0.0 0.0",
    ("hidden layer", "memory", 2): "0.81078632 0.95038109",
    ("hidden layer", "memory", 3): "0.98966769 0.99681261",
    ("hidden layer", "weights", 0): KERNEL,
    ("hidden layer", "bias", 0): "0.29965467 0.26682728",
    ("hidden layer", "layer input", 1): "1.12931974 1.83570403",
    ("hidden layer", "layer input", 2): "2.63022371 3.22005262",
    ("hidden layer", "layer input", 3): "3.35875317 4.19450881",
    ("hidden layer", "layer output", 1): "0.81078632 0.95038109",
    ("hidden layer", "layer output", 2): "0.98966769 0.99681261",
    ("hidden layer", "layer output", 3): "0.99758382 0.9995454",
    ("hidden layer", "updated memory", 1): "0.81078632 0.95038109",
    ("hidden layer", "updated memory", 2): "0.98966769 0.99681261",
    ("hidden layer", "updated memory", 3): "0.99758382 0.9995454",
    ("output layer", "weights", 0): "0.5507979 0.70814782",
    ("output layer", "bias", 0): "0.2909047389129443",
    ("output layer", "layer input", 1): "1.41049444174",
    ("output layer", "layer input", 2): "1.54190230860",
    ("output layer", "layer input", 3): "1.54819771552",
    ("output layer", "layer output", 1): "0.88759908355",
    ("output layer", "layer output", 2): "0.91243947228",
    ("output layer", "layer output", 3): "0.91348763002",
}
CUT_OFF = {
    ("output layer", "layer input", 2),
    ("output layer", "layer input", 3),
    ("output layer", "layer output", 2),
}
CELLS = pytest.mark.parametrize(
    "cell", TABLE, ids=[f"{a}, {b}, {f'step {t}' if t else 'all steps'}" for a, b, t in TABLE]
)


def golden_values(cell: tuple[str, str, int]) -> list[float]:
    """Return what the frozen golden holds for a cell of the table."""
    golden = read(EXAMPLE)
    position, quantity, step = cell
    params, forward = golden.params, golden.forward
    kernel = np.concatenate([params["weight_hh"][0], params["weight_ih"][0]], axis=1).T  # (4, 2)
    memory = np.concatenate([golden.state["h"][None], forward["trace.h"]])  # (T + 1, 1, 2)
    by_step: dict[tuple[str, str], Numbers] = {
        ("input layer", "input"): golden.arguments["x"],
        ("hidden layer", "memory"): memory[:3],
        ("hidden layer", "layer input"): forward["trace.a"],
        ("hidden layer", "layer output"): forward["trace.h"],
        ("hidden layer", "updated memory"): memory[1:],
        ("output layer", "layer input"): forward["trace.o_in"],
        ("output layer", "layer output"): forward["outputs"],
    }
    fixed: dict[tuple[str, str], Numbers] = {
        ("hidden layer", "weights"): kernel,
        ("hidden layer", "bias"): params["bias_ih"],
        ("output layer", "weights"): params["weight_ho"],
        ("output layer", "bias"): params["bias_o"],
    }
    array = by_step[position, quantity][step - 1] if step else fixed[position, quantity]
    values: list[float] = array.ravel().tolist()
    return values


@CELLS
def test_golden_has_the_printed_numbers(cell: tuple[str, str, int]) -> None:
    """Each printed number is the golden value rounded, or cut off, to the digits printed."""
    how = ROUND_DOWN if cell in CUT_OFF else ROUND_HALF_EVEN
    printed = [Decimal(text) for text in TABLE[cell].split()]
    values = golden_values(cell)
    assert len(values) == len(printed)
    for value, number in zip(values, printed, strict=True):
        assert Decimal(value).quantize(number, rounding=how) == number


@CELLS
def test_the_way_of_printing_is_told_apart(cell: tuple[str, str, int]) -> None:
    """Exactly the cells listed as cut off differ from the rounded values."""
    printed = [Decimal(text) for text in TABLE[cell].split()]
    rounded = [
        Decimal(value).quantize(number, rounding=ROUND_HALF_EVEN)
        for value, number in zip(golden_values(cell), printed, strict=True)
    ]
    assert (rounded != printed) == (cell in CUT_OFF)


def test_the_final_state_is_the_last_updated_memory() -> None:
    """The golden's final state is the table's memory after step 3."""
    golden = read(EXAMPLE)
    assert np.array_equal(golden.forward["state.h"], golden.forward["trace.h"][2])
