# rnncheck: cs231n-layers
"""What stands beside the recurrence in CS231n, of tensors; autograd takes the gradients."""

import torch


def word_embedding_forward(x, W):
    """Rows of W (V, D) for the numbers of x (N, T)."""
    return W[x]


def temporal_affine_forward(x, w, b):
    """A dense layer after each step: x (N, T, D), w (D, M), b (M,)."""
    return x @ w + b


def temporal_softmax_loss(x, y, mask, verbose=False):
    """The loss of scores x (N, T, V): a sum over the time steps and a mean over the batch."""
    losses = torch.logsumexp(x, dim=2) - x.gather(2, y[:, :, None])[:, :, 0]
    return (losses * mask).sum() / x.shape[0]
