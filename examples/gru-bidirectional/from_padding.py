"""The reverse direction begins at step T, in the padding of short rows."""

import numpy as np


def sigmoid(a):
    """Return 1 / (1 + exp(-a)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def step(params, x, h, end):
    """Return the new h (B, H)."""
    from_x = x @ params["weight_ih" + end].T + params["bias_ih" + end]  # (B, 3H)
    from_h = h @ params["weight_hh" + end].T + params["bias_hh" + end]
    r_x, z_x, n_x = np.split(from_x, 3, axis=1)  # each (B, H)
    r_h, z_h, n_h = np.split(from_h, 3, axis=1)
    z = sigmoid(z_x + z_h)
    return z * h + (1.0 - z) * np.tanh(n_x + sigmoid(r_x + r_h) * n_h)


def forward(params, x, state, lengths=None):
    """Run backwards over all T steps of every row."""
    lengths = np.full(x.shape[1], len(x)) if lengths is None else lengths
    x = np.nan_to_num(x)
    sides, final = [], []
    for end, h in zip(("_l0", "_l0_reverse"), state, strict=True):
        outputs = np.zeros((*x.shape[:2], h.shape[1]), dtype=h.dtype)
        for t in range(len(x))[:: -1 if end == "_l0_reverse" else 1]:
            valid = (t < lengths)[:, None]
            new = step(params, x[t], h, end)
            h = new if end == "_l0_reverse" else np.where(valid, new, h)
            outputs[t] = np.where(valid, h, 0)
        sides.append(outputs)
        final.append(h)
    return np.concatenate(sides, axis=2), np.stack(final)
