# rnncheck: truncated-bptt
"""Each window forward and backward, then the next."""

import numpy as np


def forward(params, x, h0):
    """Return h before the first step and after each, (T + 1, B, H)."""
    h = [h0]
    for x_t in x:
        h.append(
            np.tanh(x_t @ params["weight_ih"].T + h[-1] @ params["weight_hh"].T + params["bias"])
        )
    return np.stack(h)


def window_grads(params, x, h0, d_outputs):
    """Backpropagate through one window."""
    h = forward(params, x, h0)
    d_a = np.zeros_like(h[1:])
    d_h = np.zeros_like(h0)
    for t in range(len(x) - 1, -1, -1):
        d_a[t] = (d_outputs[t] + d_h) * (1 - h[t + 1] ** 2)
        d_h = d_a[t] @ params["weight_hh"]
    grads = {
        "weight_ih": np.einsum("tbh,tbd->hd", d_a, x),
        "weight_hh": np.einsum("tbh,tbj->hj", d_a, h[:-1]),
        "bias": d_a.sum(axis=(0, 1)),
    }
    return grads, d_a @ params["weight_ih"], d_h, h[-1]


def truncated_bptt(params, x, h0, d_outputs, k):
    """Add up the windows."""
    total = {name: np.zeros_like(array) for name, array in params.items()}
    parts, state, first = [], h0, None
    for start in range(0, len(x), k):
        cut = slice(start, start + k)
        grads, d_x, d_start, state = window_grads(params, x[cut], state, d_outputs[cut])
        total = {name: total[name] + grads[name] for name in total}
        parts.append(d_x)
        first = d_start if first is None else first
    return total, np.concatenate(parts), first
