# rnncheck: cs231n-layers
"""Wrong: the gradient of the loss has no mask."""

import numpy as np


def word_embedding_forward(x, W):
    """Rows of W (V, D) by their numbers x (N, T)."""
    return W[x], (x, W)


def word_embedding_backward(dout, cache):
    """The gradient of W; numbers may come twice."""
    x, W = cache
    dW = np.zeros_like(W)
    np.add.at(dW, x, dout)
    return dW


def temporal_affine_forward(x, w, b):
    """A dense layer after each step: x (N, T, D), w (D, M), b (M,)."""
    return x @ w + b, (x, w)


def temporal_affine_backward(dout, cache):
    """The gradients of x, w and b."""
    x, w = cache
    dw = np.einsum("ntd,ntm->dm", x, dout)
    return dout @ w.T, dw, dout.sum(axis=(0, 1))


def temporal_softmax_loss(x, y, mask, verbose=False):
    """The loss of scores x (N, T, V), a sum over time and a mean over the batch, and dx."""
    powers = np.exp(x - x.max(axis=2, keepdims=True))
    probs = powers / powers.sum(axis=2, keepdims=True)
    rows, steps = np.indices(y.shape)
    loss = -np.sum(mask * np.log(probs[rows, steps, y])) / len(x)
    probs[rows, steps, y] -= 1
    return loss, probs / len(x)
