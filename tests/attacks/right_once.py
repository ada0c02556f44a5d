"""Answers right numbers once and then no more."""

import numpy as np

calls = 0


def forward(params, x, state):
    global calls
    calls += 1
    if calls > 1:
        return state, state
    a = x @ params["weight_ih"].T + params["bias_ih"] + params["bias_hh"]
    h = np.tanh(a + state @ params["weight_hh"].T)
    return h, h
