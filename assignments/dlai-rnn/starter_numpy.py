# rnncheck: dlai-rnn
"""A recurrent network, by the names of deeplearning.ai; features first.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_dlai_rnn.py

x is (n_x, m, T_x). parameters holds Wax (n_a, n_x), Waa (n_a, n_a), ba (n_a, 1), Wya (n_y, n_a)
and by (n_y, 1); a gradient is called as its parameter, with d before it: dWax.
"""

import numpy as np


def softmax(x):
    """Softmax over the first axis."""
    powers = np.exp(x - x.max(axis=0))
    return powers / powers.sum(axis=0)


def rnn_cell_forward(xt, a_prev, parameters):
    """One step: xt (n_x, m), a_prev (n_a, m); return a_next, yt_pred (n_y, m) and a cache.

    yt_pred is the softmax of Wya a_next + by.
    """
    raise NotImplementedError("write rnn_cell_forward")


def rnn_forward(x, a0, parameters):
    """All steps: return a (n_a, m, T_x), y_pred (n_y, m, T_x) and caches."""
    raise NotImplementedError("write rnn_forward")


def rnn_cell_backward(da_next, cache):
    """The gradients of one step."""
    raise NotImplementedError("write rnn_cell_backward")


def rnn_backward(da, caches):
    """The gradients of all steps, given da (n_a, m, T_x)."""
    raise NotImplementedError("write rnn_backward")
