# rnncheck: gru-bidirectional
"""A GRU in both directions over a sequence, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_gru_bidirectional.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state, lengths=None):
    """Compute the whole sequence in both directions.

        r = sigmoid(W_ih_r x_t + b_ih_r + W_hh_r h_{t-1} + b_hh_r)     reset gate
        z = sigmoid(W_ih_z x_t + b_ih_z + W_hh_z h_{t-1} + b_hh_z)     update gate
        n = tanh(W_ih_n x_t + b_ih_n + r * (W_hh_n h_{t-1} + b_hh_n))  candidate
        h_t = z * h_{t-1} + (1 - z) * n                                hidden state

    The reverse direction takes the steps of each row from its last one to its first.

    Args:
        params: a dict of arrays: weight_ih_l0 (3*H, D), weight_hh_l0 (3*H, H), bias_ih_l0 (3*H,)
            and bias_hh_l0 (3*H,) of the forward direction, and the same names with _reverse at
            their end of the reverse one. The first axis of each holds the gates in the order
            r, z, n.
        x: inputs, (T, B, D): time first.
        state: the initial hidden states, (2, B, H): of the forward direction, then of the reverse.
        lengths: how many steps of each row count, (B,), each from 0 to T; None means all T.

    Returns:
        The outputs, (T, B, 2*H): at each step h of the forward direction, then h of the reverse;
        zeros past the end of a row. And the final states (2, B, H): each direction's h when it
        has taken all steps of the row; of a row of length 0 the initial state.
    """
    raise NotImplementedError("write forward")
