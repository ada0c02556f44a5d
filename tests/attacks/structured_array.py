"""Answers an array of records."""

import numpy as np


def forward(params, x, state):
    answer = np.zeros(state.shape, [("passed", "f8"), ("points", "O")])
    return answer, answer
