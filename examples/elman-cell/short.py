"""Right: in two lines."""

import numpy as np


def forward(params, x, state):
    """Compute one step."""
    w, u, b, d = (params[name] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    return (np.tanh(x @ w.T + b + state @ u.T + d),) * 2
