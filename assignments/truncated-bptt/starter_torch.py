# rnncheck: truncated-bptt
"""Truncated BPTT in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_truncated_bptt.py
"""

import torch  # noqa: F401 (you will need it)


def truncated_bptt(params, x, h0, d_outputs, k):
    """Backpropagate through windows of k steps.

    Args:
        params: a dict: weight_ih (H, D), weight_hh (H, H) and bias (H,) of an Elman network,
            h_t = tanh(weight_ih x_t + weight_hh h_{t-1} + bias). Its outputs are h of every step.
        x: inputs, (T, B, D).
        h0: the initial state, (B, H).
        d_outputs: the upstream gradient of every output, (T, B, H).
        k: how many steps a window has, at least 1; the last one may be shorter.

    Returns:
        d_params, a dict with the names and shapes of params; d_x, (T, B, D); and d_h0, (B, H), which
        only the first window reaches.
    """
    raise NotImplementedError("write truncated_bptt")
