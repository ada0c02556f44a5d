# rnncheck: gru-backward
"""A GRU over a sequence, forward and backward, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_gru_backward.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state):
    """Compute the whole sequence.

        r = sigmoid(W_ih_r x_t + b_ih_r + W_hh_r h_{t-1} + b_hh_r)     reset gate
        z = sigmoid(W_ih_z x_t + b_ih_z + W_hh_z h_{t-1} + b_hh_z)     update gate
        n = tanh(W_ih_n x_t + b_ih_n + r * (W_hh_n h_{t-1} + b_hh_n))  candidate
        h_t = z * h_{t-1} + (1 - z) * n                                hidden state

    Args:
        params: a dict of arrays: weight_ih (3*H, D), weight_hh (3*H, H), bias_ih (3*H,)
            and bias_hh (3*H,). The first axis of each holds the gates
            in the order r, z, n: the first H rows belong to r, the next H to z, and so on.
        x: inputs, (T, B, D): time first.
        state: the initial hidden state h, (B, H).

    Returns:
        The outputs, which are h of every step, (T, B, H), the final state h, and a
        cache: anything that backward will need.
    """
    raise NotImplementedError("write forward")


def backward(cache, d_outputs, d_state):
    """Backpropagate through time.

    The loss is L = sum(d_outputs * outputs) + sum(d_state * final state): upstream gradients
    arrive at every output and at the final state. Gradients are summed over time and batch.

    Args:
        cache: what forward returned third.
        d_outputs: gradient of the outputs, (T, B, H).
        d_state: gradient of the final state, dh, (B, H).

    Returns:
        d_params, a dict with the names and shapes of params; d_x, (T, B, D); and the gradient of
        the initial state, dh0.
    """
    raise NotImplementedError("write backward")
