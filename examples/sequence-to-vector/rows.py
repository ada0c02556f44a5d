# rnncheck: sequence-to-vector
"""Each row alone."""

import numpy as np


def run_row(params, x, h):
    """Return h before the first step and after each of one row."""
    states = [h]
    for read in x:
        states.append(
            np.tanh(params["weight_ih"] @ read + params["weight_hh"] @ states[-1] + params["bias"])
        )
    return states


def sequence_to_vector(params, x, h0, lengths):
    """Return the last state of each row."""
    return np.stack([run_row(params, x[:n, b], h0[b])[-1] for b, n in enumerate(lengths)])


def sequence_to_vector_backward(params, x, h0, lengths, d_vector):
    """Go back through each row."""
    grads = {name: np.zeros_like(array) for name, array in params.items()}
    d_x, d_h0 = np.zeros_like(x), np.zeros_like(h0)
    for b, length in enumerate(lengths):
        states, d_h = run_row(params, x[:length, b], h0[b]), d_vector[b]
        for t in range(length - 1, -1, -1):
            d_a = d_h * (1 - states[t + 1] ** 2)
            grads["weight_ih"] += np.outer(d_a, x[t, b])
            grads["weight_hh"] += np.outer(d_a, states[t])
            grads["bias"] += d_a
            d_x[t, b] = params["weight_ih"].T @ d_a
            d_h = params["weight_hh"].T @ d_a
        d_h0[b] = d_h
    return grads, d_x, d_h0
