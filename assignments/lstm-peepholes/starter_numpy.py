# rnncheck: lstm-peepholes
"""An LSTM with peepholes over a sequence, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_peepholes.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state):
    """Compute the whole sequence.

        i = sigmoid(W_ih_i x_t + b_ih_i + W_hh_i h_{t-1} + b_hh_i + p_i * c_{t-1})   input gate
        f = sigmoid(W_ih_f x_t + b_ih_f + W_hh_f h_{t-1} + b_hh_f + p_f * c_{t-1})   forget gate
        g = tanh   (W_ih_g x_t + b_ih_g + W_hh_g h_{t-1} + b_hh_g)                   candidate
        c_t = f * c_{t-1} + i * g                                                    cell state
        o = sigmoid(W_ih_o x_t + b_ih_o + W_hh_o h_{t-1} + b_hh_o + p_o * c_t)       output gate
        h_t = o * tanh(c_t)                                                          hidden state

    Args:
        params: a dict of arrays: weight_ih (4*H, D), weight_hh (4*H, H), bias_ih (4*H,)
            and bias_hh (4*H,), whose first axis holds the gates in the order i, f, g, o; and
            peephole (3, H), whose rows are p_i, p_f and p_o.
        x: inputs, (T, B, D): time first.
        state: the initial state, the tuple (h, c), each (B, H).

    Returns:
        The outputs, which are h of every step, (T, B, H), and the final state (h, c).
    """
    raise NotImplementedError("write forward")
