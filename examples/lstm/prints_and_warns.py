"""Right: prints as it goes, and its sigmoid warns of overflow."""

import warnings

import numpy as np

print("LSTM homework, version 3 final")


def sigmoid(a):
    """Return the textbook sigmoid."""
    return 1 / (1 + np.exp(-a))


def forward(params, x, state):
    """Run the LSTM over x."""
    warnings.warn("forward is slow", stacklevel=2)
    h, c = state
    n = h.shape[1]
    outputs = np.zeros((len(x), *h.shape), dtype=h.dtype)
    for t in range(len(x)):
        print("step", t, "of", len(x))
        a = x[t] @ params["weight_ih"].T + params["bias_ih"]
        a += h @ params["weight_hh"].T + params["bias_hh"]
        c = sigmoid(a[:, n : 2 * n]) * c + sigmoid(a[:, :n]) * np.tanh(a[:, 2 * n : 3 * n])
        h = sigmoid(a[:, 3 * n :]) * np.tanh(c)
        outputs[t] = h
    return outputs, (h, c)
