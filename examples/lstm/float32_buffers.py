"""Right: collects its outputs and states in float32 whatever it is given."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Run the LSTM over x."""
    h, c = (part.astype(np.float32) for part in state)
    outputs = np.zeros((len(x), *h.shape), dtype="f")
    for t in range(len(x)):
        a = x[t] @ params["weight_ih"].T + h @ params["weight_hh"].T
        a = (a + params["bias_ih"] + params["bias_hh"]).astype("f")
        i, f, g, o = np.split(a, 4, axis=1)
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        h = _sigmoid(o) * np.tanh(c)
        outputs[t] = h
    return outputs, (h, c)
