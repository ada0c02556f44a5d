# rnncheck: embedding
"""An embedding in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_embedding.py
"""

import numpy as np  # noqa: F401 (you will need it)


def embedding(table, ids):
    """Look rows up.

    Args:
        table: (V, D), a row for each number.
        ids: (T, B), whole numbers from 0 to V - 1.

    Returns:
        The rows, (T, B, D).
    """
    raise NotImplementedError("write embedding")


def embedding_backward(table, ids, d_x):
    """Compute the gradient of sum(d_x * x).

    Args:
        table: as above.
        ids: as above.
        d_x: the upstream gradient of the rows, (T, B, D).

    Returns:
        The gradient of the table, (V, D).
    """
    raise NotImplementedError("write embedding_backward")
