"""Wrong: puts c where the outputs should hold h."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Run the LSTM over x."""
    h, c = state
    outputs = np.zeros((len(x), *h.shape), dtype=h.dtype)
    for t in range(len(x)):
        a = x[t] @ params["weight_ih"].T + params["bias_ih"]
        a = a + h @ params["weight_hh"].T + params["bias_hh"]
        i, f, g, o = np.split(a, 4, axis=1)
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        h = _sigmoid(o) * np.tanh(c)
        outputs[t] = c
    return outputs, (h, c)
