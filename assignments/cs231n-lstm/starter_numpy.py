# rnncheck: cs231n-lstm
"""The recurrent layers of CS231n, an LSTM, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_cs231n_lstm.py

Each function is marked alone. A cache is whatever your backward function needs.
"""

import numpy as np  # noqa: F401 (you will need it)


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """Compute one step.

    The columns of Wx, Wh and b belong to the gates i, f, o, g, H columns each:
        a = x Wx + prev_h Wh + b
        i, f, o = sigmoid of the first, second and third H columns of a; g = tanh of the fourth
        next_c = f * prev_c + i * g
        next_h = o * tanh(next_c)

    x: inputs, (N, D).
    prev_h, prev_c: the state before the step, (N, H) each.
    Wx, Wh, b: weights (D, 4*H) and (H, 4*H), biases (4*H,).

    Returns:
        next_h, next_c, (N, H) each, and a cache.
    """
    raise NotImplementedError("write lstm_step_forward")


def lstm_step_backward(dnext_h, dnext_c, cache):
    """Return dx, dprev_h, dprev_c, dWx, dWh and db of one step, summed over the batch."""
    raise NotImplementedError("write lstm_step_backward")


def lstm_forward(x, h0, Wx, Wh, b):
    """Run over x (N, T, D) from h0 (N, H) and c = 0; return h (N, T, H) and a cache."""
    raise NotImplementedError("write lstm_forward")


def lstm_backward(dh, cache):
    """Return dx, dh0, dWx, dWh and db, given dh (N, T, H), the gradient of every h."""
    raise NotImplementedError("write lstm_backward")
