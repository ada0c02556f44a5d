# rnncheck: elman-backward
"""An Elman network over a sequence, forward and backward, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_elman_backward.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state):
    """Compute the whole sequence.

        h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)

    Args:
        params: a dict of arrays: weight_ih (H, D), weight_hh (H, H), bias_ih (H,)
            and bias_hh (H,).
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
