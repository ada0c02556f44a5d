# rnncheck: embedding
"""An embedding in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_embedding.py
"""

import torch  # noqa: F401 (you will need it)


def embedding(table, ids):
    """Look rows up.

    Args:
        table: a tensor (V, D), a row for each number.
        ids: a tensor (T, B), whole numbers from 0 to V - 1.

    Returns:
        The rows, (T, B, D).
    """
    raise NotImplementedError("write embedding")
