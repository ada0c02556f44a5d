# rnncheck: embedding
"""An embedding in NumPy."""

import numpy as np


def embedding(table, ids):
    """Look rows up."""
    return table[ids]


def embedding_backward(table, ids, d_x):
    """Add up what comes back for each number."""
    d_table = np.zeros_like(table)
    np.add.at(d_table, ids, d_x)
    return d_table
