# rnncheck: sequence-to-vector
"""A sequence to a vector in NumPy."""

import numpy as np


def states(params, x, h0, lengths):
    """Return h before the first step and after each, (T + 1, B, H)."""
    h = [h0]
    for t, x_t in enumerate(x):
        a = x_t @ params["weight_ih"].T + h[-1] @ params["weight_hh"].T + params["bias"]
        h.append(np.where((t < lengths)[:, None], np.tanh(a), h[-1]))
    return np.stack(h)


def sequence_to_vector(params, x, h0, lengths):
    """Return the last of them."""
    return states(params, x, h0, lengths)[-1]


def sequence_to_vector_backward(params, x, h0, lengths, d_vector):
    """Go back; a step that does not count hands the gradient on."""
    h = states(params, x, h0, lengths)
    grads = {name: np.zeros_like(array) for name, array in params.items()}
    d_x, d_h = np.zeros_like(x), d_vector
    for t in reversed(range(len(x))):
        going = (t < lengths)[:, None]
        d_a = np.where(going, d_h * (1 - h[t + 1] ** 2), 0)
        grads["weight_ih"] += d_a.T @ np.where(going, x[t], 0)
        grads["weight_hh"] += d_a.T @ h[t]
        grads["bias"] += d_a.sum(axis=0)
        d_x[t] = d_a @ params["weight_ih"]
        d_h = np.where(going, d_a @ params["weight_hh"], d_h)
    return grads, d_x, d_h
