# rnncheck: lstm-lengths
"""An LSTM over rows of different lengths, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_lengths.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state, lengths=None):
    """Compute the whole sequence, each row as far as it goes.

        i = sigmoid(W_ih_i x_t + b_ih_i + W_hh_i h_{t-1} + b_hh_i)   input gate
        f = sigmoid(W_ih_f x_t + b_ih_f + W_hh_f h_{t-1} + b_hh_f)   forget gate
        g = tanh   (W_ih_g x_t + b_ih_g + W_hh_g h_{t-1} + b_hh_g)   candidate
        o = sigmoid(W_ih_o x_t + b_ih_o + W_hh_o h_{t-1} + b_hh_o)   output gate
        c_t = f * c_{t-1} + i * g                                    cell state
        h_t = o * tanh(c_t)                                          hidden state

    Args:
        params: a dict of arrays: weight_ih (4*H, D), weight_hh (4*H, H), bias_ih (4*H,)
            and bias_hh (4*H,). The first axis of each holds the gates
            in the order i, f, g, o: the first H rows belong to i, the next H to f, and so on.
        x: inputs, (T, B, D): time first. What it holds past the end of a row may be anything.
        state: the initial state, the tuple (h, c), each (B, H).
        lengths: how many steps of each row count, (B,), each from 0 to T; None means all T.

    Returns:
        The outputs, (T, B, H): h of every step, and zeros past the end of a row. And the final
        state (h, c): of each row that of its last step, the initial one where there is no step.
    """
    raise NotImplementedError("write forward")
