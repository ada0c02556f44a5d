"""Right: three products with x, three with h."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Run the GRU over x."""
    wr, wz, wn = np.split(params["weight_ih"], 3)
    ur, uz, un = np.split(params["weight_hh"], 3)
    br, bz, bn = np.split(params["bias_ih"], 3)
    dr, dz, dn = np.split(params["bias_hh"], 3)
    h = state
    outputs = np.zeros((len(x), *h.shape), dtype=h.dtype)
    for t in range(len(x)):
        r = _sigmoid(x[t] @ wr.T + br + h @ ur.T + dr)
        z = _sigmoid(x[t] @ wz.T + bz + h @ uz.T + dz)
        n = np.tanh(x[t] @ wn.T + bn + r * (h @ un.T + dn))
        h = n + z * (h - n)
        outputs[t] = h
    return outputs, h
