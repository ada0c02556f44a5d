# rnncheck: lstm-dropout
"""An LSTM with dropout over a sequence, forward and backward, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_dropout.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state, masks=None, keep=None):
    """Compute the whole sequence.

        i = sigmoid(W_ih_i x_t + b_ih_i + W_hh_i h_{t-1} + b_hh_i)   input gate
        f = sigmoid(W_ih_f x_t + b_ih_f + W_hh_f h_{t-1} + b_hh_f)   forget gate
        g = tanh   (W_ih_g x_t + b_ih_g + W_hh_g h_{t-1} + b_hh_g)   candidate
        o = sigmoid(W_ih_o x_t + b_ih_o + W_hh_o h_{t-1} + b_hh_o)   output gate
        c_t = f * c_{t-1} + i * g                                    cell state
        h_t = o * tanh(c_t)                                          hidden state

    In training each of three things is dropped by a mask of its own, at each step: the input x_t
    that the gates read, the h_t that is given out, and the h_t that goes on to the next step and
    ends up in the final state. c_t is never dropped. What a mask keeps is divided by its keep
    probability.

    Args:
        params: a dict of arrays: weight_ih (4*H, D), weight_hh (4*H, H), bias_ih (4*H,)
            and bias_hh (4*H,). The first axis of each holds the gates
            in the order i, f, g, o: the first H rows belong to i, the next H to f, and so on.
        x: inputs, (T, B, D): time first.
        state: the initial state, the tuple (h, c), each (B, H).
        masks: a dict of arrays, 1 where a value is kept and 0 where it is dropped: "input"
            (T, B, D), "output" (T, B, H) and "state" (T, B, H). None outside training.
        keep: a dict of numbers, the probability with which each mask keeps a value. None
            outside training.

    Returns:
        The outputs of every step, (T, B, H), the final state (h, c), and a cache: anything that
        backward will need.
    """
    raise NotImplementedError("write forward")


def backward(cache, d_outputs, d_state):
    """Backpropagate through time, through the masks of the forward pass.

    The loss is L = sum(d_outputs * outputs) + sum(d_state * final state): upstream gradients
    arrive at every output and at the final state. Gradients are summed over time and batch.

    Args:
        cache: what forward returned third.
        d_outputs: gradient of the outputs, (T, B, H).
        d_state: gradient of the final state, the tuple (dh, dc), each (B, H).

    Returns:
        d_params, a dict with the names and shapes of params; d_x, (T, B, D); and the gradient of
        the initial state, the tuple (dh0, dc0).
    """
    raise NotImplementedError("write backward")
