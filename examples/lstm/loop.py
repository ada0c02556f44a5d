"""Right: one matrix product for each gate, gathered in a dict."""

import numpy as np


def _sigmoid(a):
    return np.where(a < 0, np.exp(a) / (1 + np.exp(a)), 1 / (1 + np.exp(-np.abs(a))))


def _gates(params, x, h):
    hidden = h.shape[1]
    result = {}
    for k, name in enumerate("ifgo"):
        rows = slice(k * hidden, (k + 1) * hidden)
        a = np.dot(x, params["weight_ih"][rows].T) + params["bias_ih"][rows]
        a += np.dot(h, params["weight_hh"][rows].T) + params["bias_hh"][rows]
        result[name] = np.tanh(a) if name == "g" else _sigmoid(a)
    return result


def forward(params, x, state):
    """Run the LSTM over x."""
    h, c = state
    outputs = []
    for t in range(x.shape[0]):
        gate = _gates(params, x[t], h)
        c = gate["f"] * c + gate["i"] * gate["g"]
        h = gate["o"] * np.tanh(c)
        outputs.append(h)
    return np.array(outputs).reshape(len(x), *h.shape), (h, c)
