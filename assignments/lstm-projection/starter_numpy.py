# rnncheck: lstm-projection
"""An LSTM with a clipped cell state and a projection, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_projection.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state):
    """Compute the whole sequence.

        i = sigmoid(W_ih_i x_t + b_ih_i + W_hh_i h_{t-1} + b_hh_i)   input gate
        f = sigmoid(W_ih_f x_t + b_ih_f + W_hh_f h_{t-1} + b_hh_f)   forget gate
        g = tanh   (W_ih_g x_t + b_ih_g + W_hh_g h_{t-1} + b_hh_g)   candidate
        o = sigmoid(W_ih_o x_t + b_ih_o + W_hh_o h_{t-1} + b_hh_o)   output gate
        c_t = f * c_{t-1} + i * g, but at least -0.5 and at most 0.5  cell state
        h_t = W_hr (o * tanh(c_t))                                   hidden state, projected

    Args:
        params: a dict of arrays: weight_ih (4*H, D), weight_hh (4*H, P), bias_ih (4*H,)
            and bias_hh (4*H,), whose first axis holds the gates in the order i, f, g, o; and
            weight_hr (P, H).
        x: inputs, (T, B, D): time first.
        state: the initial state, the tuple (h, c), h (B, P) and c (B, H).

    Returns:
        The outputs, which are h of every step, (T, B, P), and the final state (h, c).
    """
    raise NotImplementedError("write forward")
