"""Right: one kernel for [x, h], one matrix product a step."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Run the LSTM over x."""
    kernel = np.concatenate([params["weight_ih"], params["weight_hh"]], axis=1).T
    bias = params["bias_ih"] + params["bias_hh"]
    (h, c), n = state, state[0].shape[1]
    outputs = np.zeros((*x.shape[:2], n), dtype=x.dtype)
    for t in range(x.shape[0]):
        a = np.hstack([x[t], h]) @ kernel + bias
        i, f, o = _sigmoid(a[:, :n]), _sigmoid(a[:, n : 2 * n]), _sigmoid(a[:, 3 * n :])
        c = f * c + i * np.tanh(a[:, 2 * n : 3 * n])
        outputs[t] = h = o * np.tanh(c)
    return outputs, (h, c)
