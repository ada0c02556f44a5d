# rnncheck: generation
"""Row by row, with lists."""

import numpy as np


def write_row(params, h, token, end, most):
    """Return the tokens of one row."""
    written = []
    while len(written) < most and (not written or written[-1] != end):
        hot = np.zeros(len(params["bias_o"]))
        hot[token] = 1
        h = np.tanh(params["weight_ih"] @ hot + params["weight_hh"] @ h + params["bias"])
        token = int(np.argmax(params["weight_ho"] @ h + params["bias_o"]))
        written.append(token)
    return written


def generate(params, h0, first, end, most):
    """Write each row and pad it."""
    rows = [write_row(params, h, int(token), end, most) for h, token in zip(h0, first, strict=True)]
    tokens = np.array([row + [-1] * (most - len(row)) for row in rows]).T
    return tokens, np.array([len(row) for row in rows])
