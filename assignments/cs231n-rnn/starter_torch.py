# rnncheck: cs231n-rnn
"""The recurrent layers of CS231n, a vanilla RNN, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_cs231n_rnn.py

Each function is marked alone, and so are the gradients that autograd takes of it.
"""

import torch  # noqa: F401 (you will need it)


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """Compute one step.

    next_h = tanh(x Wx + prev_h Wh + b)

    x: inputs, (N, D).
    prev_h: the state before the step, (N, H).
    Wx, Wh, b: weights (D, H) and (H, H), biases (H,).

    Returns:
        next_h, (N, H).
    """
    raise NotImplementedError("write rnn_step_forward")


def rnn_forward(x, h0, Wx, Wh, b):
    """Run over x (N, T, D) from h0 (N, H); return h (N, T, H)."""
    raise NotImplementedError("write rnn_forward")
