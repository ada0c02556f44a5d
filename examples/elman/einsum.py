"""Right: einsum, the input products of all steps at once."""

import numpy as np


def forward(params, x, state):
    """Run the network over x."""
    bias = params["bias_ih"] + params["bias_hh"]
    from_x = np.einsum("tbd,hd->tbh", x, params["weight_ih"]) + bias
    h, outputs = state, np.empty_like(from_x)
    for a, out in zip(from_x, outputs, strict=True):
        h = np.tanh(a + np.einsum("bk,hk->bh", h, params["weight_hh"]))
        out[:] = h
    return outputs, h
