"""Wrong: the reset gate acts before the recurrent product, not after it."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Run the GRU over x."""
    h = state
    outputs = np.zeros((len(x), *h.shape), dtype=h.dtype)
    for t in range(len(x)):
        a_r, a_z, a_n = np.split(x[t] @ params["weight_ih"].T + params["bias_ih"], 3, axis=1)
        b_r, b_z, _ = np.split(h @ params["weight_hh"].T + params["bias_hh"], 3, axis=1)
        r, z = _sigmoid(a_r + b_r), _sigmoid(a_z + b_z)
        u_n = np.split(params["weight_hh"], 3)[2]
        d_n = np.split(params["bias_hh"], 3)[2]
        n = np.tanh(a_n + (r * h) @ u_n.T + d_n)
        h = z * h + (1.0 - z) * n
        outputs[t] = h
    return outputs, h
