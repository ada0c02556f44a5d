"""Right: gives the state back in a list, and builds its output from a list."""

import numpy as np
from numpy import tanh


def forward(params, x, state):
    """Run the GRU over x."""
    size = state.shape[-1]
    hs = [state]
    for x_t in x:
        a = x_t @ params["weight_ih"].T + params["bias_ih"]
        b = hs[-1] @ params["weight_hh"].T + params["bias_hh"]
        gates = 0.5 + 0.5 * tanh((a + b)[:, : 2 * size] / 2)
        r, z = gates[:, :size], gates[:, size:]
        n = tanh(a[:, 2 * size :] + r * b[:, 2 * size :])
        hs.append(z * hs[-1] + (1 - z) * n)
    outputs = np.concatenate([h[np.newaxis] for h in hs[1:]]) if len(x) else x[:, :, :0]
    return outputs, [hs[-1]]
