# rnncheck: dlai-lstm
"""An LSTM, by the names of deeplearning.ai; features first.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_dlai_lstm.py

x is (n_x, m, T_x). parameters holds for each gate f, i, c, o a matrix over [a_prev; xt], as Wf
(n_a, n_a + n_x), and biases, as bf (n_a, 1), and Wy (n_y, n_a) and by (n_y, 1).
"""

import numpy as np


def sigmoid(x):
    """The logistic function."""
    return 1 / (1 + np.exp(-x))


def softmax(x):
    """Softmax over the first axis."""
    powers = np.exp(x - x.max(axis=0))
    return powers / powers.sum(axis=0)


def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    """One step: xt (n_x, m), a_prev and c_prev (n_a, m).

    Return a_next, c_next, yt_pred and a cache; yt_pred (n_y, m) is the softmax of Wy a_next + by.
    """
    raise NotImplementedError("write lstm_cell_forward")


def lstm_forward(x, a0, parameters):
    """All steps: return a (n_a, m, T_x), y (n_y, m, T_x), c (n_a, m, T_x) and caches."""
    raise NotImplementedError("write lstm_forward")


def lstm_cell_backward(da_next, dc_next, cache):
    """The gradients of one step."""
    raise NotImplementedError("write lstm_cell_backward")


def lstm_backward(da, caches):
    """The gradients of all steps, given da (n_a, m, T_x)."""
    raise NotImplementedError("write lstm_backward")
