# rnncheck: embedding
"""An embedding as a product with one-hot rows."""

import numpy as np


def embedding(table, ids):
    """Multiply one-hot rows with the table."""
    return np.eye(len(table))[ids] @ table


def embedding_backward(table, ids, d_x):
    """Multiply with the transpose."""
    hot = np.eye(len(table))[ids]
    return np.einsum("tbv,tbd->vd", hot, d_x)
