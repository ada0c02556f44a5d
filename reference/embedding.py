"""The embedding: a table's row for each number.

    x[t, b] = table[ids[t, b]]
    d_table[v] = sum over the (t, b) with ids[t, b] = v of d_x[t, b]

A row that is looked up twice gets both gradients; one that is never looked up gets zero. Source:
Bengio, Y., Ducharme, R., Vincent, P. and Jauvin, C. (2003), A neural probabilistic language model,
Journal of Machine Learning Research 3.
"""

from __future__ import annotations

import numpy as np

from rnncheck.reference.arrays import Numbers, as_array


def forward(table: Numbers, ids: Numbers) -> Numbers:
    """Return the rows (..., D) of the table (V, D) for ids (...), usually (T, B).

    Raises:
        ValueError: an id is no whole number or not from 0 to V - 1.
    """
    _check(table, ids)
    return as_array(table[ids])


def backward(table: Numbers, ids: Numbers, d_x: Numbers) -> Numbers:
    """Return the gradient of the table (V, D), given that of the rows (..., D); as `forward`."""
    _check(table, ids)
    if d_x.shape != (*ids.shape, table.shape[1]):
        raise ValueError(f"d_x has shape {d_x.shape}; it must be {(*ids.shape, table.shape[1])}")
    d_table = np.zeros_like(table)
    np.add.at(d_table, ids, d_x)
    return d_table


def _check(table: Numbers, ids: Numbers) -> None:
    if table.ndim != 2:
        raise ValueError(f"the table has shape {table.shape}; it must be (V, D)")
    if ids.dtype.kind not in "iu":
        raise ValueError(f"ids have dtype {ids.dtype}; they must be whole numbers")
    wrong = (ids < 0) | (ids >= len(table))
    if wrong.any():
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        raise ValueError(
            f"the id at {place} is {ids[place]}; the table has the rows 0 to {len(table) - 1}"
        )
