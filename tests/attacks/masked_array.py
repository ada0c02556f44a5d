"""Answers an array in which everything is masked."""

import numpy as np


def forward(params, x, state):
    answer = np.ma.masked_all(state.shape)
    answer.data[:] = 0
    return answer, answer
