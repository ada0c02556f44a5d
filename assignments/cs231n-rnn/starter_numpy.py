# rnncheck: cs231n-rnn
"""The recurrent layers of CS231n, a vanilla RNN, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_cs231n_rnn.py

Each function is marked alone. A cache is whatever your backward function needs.
"""

import numpy as np  # noqa: F401 (you will need it)


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """Compute one step.

    next_h = tanh(x Wx + prev_h Wh + b)

    x: inputs, (N, D).
    prev_h: the state before the step, (N, H).
    Wx, Wh, b: weights (D, H) and (H, H), biases (H,).

    Returns:
        next_h, (N, H), and a cache.
    """
    raise NotImplementedError("write rnn_step_forward")


def rnn_step_backward(dnext_h, cache):
    """Return dx, dprev_h, dWx, dWh and db of one step, summed over the batch."""
    raise NotImplementedError("write rnn_step_backward")


def rnn_forward(x, h0, Wx, Wh, b):
    """Run over x (N, T, D) from h0 (N, H); return h (N, T, H) and a cache."""
    raise NotImplementedError("write rnn_forward")


def rnn_backward(dh, cache):
    """Return dx, dh0, dWx, dWh and db, given dh (N, T, H), the gradient of every h."""
    raise NotImplementedError("write rnn_backward")
