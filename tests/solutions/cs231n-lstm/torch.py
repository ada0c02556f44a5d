# rnncheck: cs231n-lstm
"""An LSTM of tensors, by the names of CS231n; autograd takes the gradients."""

import torch


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """One step: x (N, D), prev_h and prev_c (N, H) to next_h and next_c."""
    i, f, o, g = (x @ Wx + prev_h @ Wh + b).chunk(4, dim=1)
    next_c = torch.sigmoid(f) * prev_c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(next_c), next_c


def lstm_forward(x, h0, Wx, Wh, b):
    """All steps: x (N, T, D) to h (N, T, H); c starts at zero."""
    steps = x.shape[1]
    h = x.new_zeros(x.shape[0], steps, h0.shape[1])
    c = torch.zeros_like(h0)
    for t in range(steps):
        h0, c = lstm_step_forward(x[:, t], h0, c, Wx, Wh, b)
        h[:, t] = h0
    return h
