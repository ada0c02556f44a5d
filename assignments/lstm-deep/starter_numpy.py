# rnncheck: lstm-deep
"""A deep LSTM over a sequence, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_deep.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state):
    """Compute the whole sequence, through every layer.

        i = sigmoid(W_ih_i x_t + b_ih_i + W_hh_i h_{t-1} + b_hh_i)   input gate
        f = sigmoid(W_ih_f x_t + b_ih_f + W_hh_f h_{t-1} + b_hh_f)   forget gate
        g = tanh   (W_ih_g x_t + b_ih_g + W_hh_g h_{t-1} + b_hh_g)   candidate
        o = sigmoid(W_ih_o x_t + b_ih_o + W_hh_o h_{t-1} + b_hh_o)   output gate
        c_t = f * c_{t-1} + i * g                                    cell state
        h_t = o * tanh(c_t)                                          hidden state

    The first layer reads x; each other one reads h of the layer below, of the same step.

    Args:
        params: a dict of arrays, for each layer k = 0, 1 ...: weight_ih_lk (4*H, D), weight_hh_lk
            (4*H, H), bias_ih_lk (4*H,) and bias_hh_lk (4*H,), e.g. weight_ih_l0. H is the
            layer's own size, and D of a layer above the first is H of the layer below. The first
            axis of each holds the gates in the order i, f, g, o.
        x: inputs, (T, B, D): time first.
        state: the initial state, a tuple with (h, c) of each layer, each (B, H) of that layer.

    Returns:
        The outputs, which are h of the last layer at every step, (T, B, H), and the final state,
        a tuple with (h, c) of each layer.
    """
    raise NotImplementedError("write forward")
