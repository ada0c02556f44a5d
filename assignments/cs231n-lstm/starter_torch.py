# rnncheck: cs231n-lstm
"""The recurrent layers of CS231n, an LSTM, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_cs231n_lstm.py

Each function is marked alone, and so are the gradients that autograd takes of it.
"""

import torch  # noqa: F401 (you will need it)


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """Compute one step.

    i, f, o, g = the four blocks of x Wx + prev_h Wh + b; sigmoid for i, f and o, tanh for g.
    next_c = f * prev_c + i * g
    next_h = o * tanh(next_c)

    x: inputs, (N, D).
    prev_h, prev_c: the state before the step, (N, H) each.
    Wx, Wh, b: weights (D, 4H) and (H, 4H), biases (4H,).

    Returns:
        next_h and next_c, (N, H) each.
    """
    raise NotImplementedError("write lstm_step_forward")


def lstm_forward(x, h0, Wx, Wh, b):
    """Run over x (N, T, D) from h0 (N, H) and c = 0; return h (N, T, H)."""
    raise NotImplementedError("write lstm_forward")
