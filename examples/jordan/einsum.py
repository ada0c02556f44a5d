"""Right: einsum, the input products of all steps at once."""

import numpy as np


def forward(params, x, state):
    """Run the network over x."""
    bias = params["bias_ih"] + params["bias_hh"]
    from_x = np.einsum("tbd,hd->tbh", x, params["weight_ih"]) + bias
    y, outputs = state, np.empty((len(x), *state.shape), dtype=x.dtype)
    for a, out in zip(from_x, outputs, strict=True):
        h = np.tanh(a + np.einsum("bo,ho->bh", y, params["weight_hh"]))
        y = np.tanh(np.einsum("bh,oh->bo", h, params["weight_ho"]) + params["bias_o"])
        out[:] = y
    return outputs, y
