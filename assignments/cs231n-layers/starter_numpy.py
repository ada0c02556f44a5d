# rnncheck: cs231n-layers
"""What stands beside the recurrence, by the names of CS231n.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_cs231n_layers.py

x is (N, T, D) or (N, T, V); a cache is whatever your backward function needs.
"""

import numpy as np  # noqa: F401 (you will need it)


def word_embedding_forward(x, W):
    """Rows of W (V, D) by their numbers x (N, T)."""
    raise NotImplementedError("write word_embedding_forward")


def word_embedding_backward(dout, cache):
    """The gradient of W; numbers may come twice."""
    raise NotImplementedError("write word_embedding_backward")


def temporal_affine_forward(x, w, b):
    """A dense layer after each step: x (N, T, D), w (D, M), b (M,)."""
    raise NotImplementedError("write temporal_affine_forward")


def temporal_affine_backward(dout, cache):
    """The gradients of x, w and b."""
    raise NotImplementedError("write temporal_affine_backward")


def temporal_softmax_loss(x, y, mask, verbose=False):
    """The loss of scores x (N, T, V), a sum over time and a mean over the batch, and dx."""
    raise NotImplementedError("write temporal_softmax_loss")
