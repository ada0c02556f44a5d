# rnncheck: cs231n-layers
"""What stands beside the recurrence in CS231n, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_cs231n_layers.py

Each function is marked alone, and so are the gradients that autograd takes of it.
"""

import torch  # noqa: F401 (you will need it)


def word_embedding_forward(x, W):
    """Return the rows of W (V, D) for the numbers of x (N, T)."""
    raise NotImplementedError("write word_embedding_forward")


def temporal_affine_forward(x, w, b):
    """Return a dense layer after each step: x (N, T, D), w (D, M), b (M,)."""
    raise NotImplementedError("write temporal_affine_forward")


def temporal_softmax_loss(x, y, mask, verbose=False):
    """Return the loss of scores x (N, T, V): a sum over the steps of mask, a mean over the batch."""
    raise NotImplementedError("write temporal_softmax_loss")
