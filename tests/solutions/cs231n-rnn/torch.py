# rnncheck: cs231n-rnn
"""A vanilla RNN of tensors, by the names of CS231n; autograd takes the gradients."""

import torch


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """One step: x (N, D), prev_h (N, H) to next_h (N, H)."""
    return torch.tanh(x @ Wx + prev_h @ Wh + b)


def rnn_forward(x, h0, Wx, Wh, b):
    """All steps: x (N, T, D) to h (N, T, H)."""
    h = []
    for t in range(x.shape[1]):
        h0 = rnn_step_forward(x[:, t], h0, Wx, Wh, b)
        h.append(h0)
    return torch.stack(h, dim=1)
