"""Answers random numbers, hoping for a lucky case."""

import numpy as np


def forward(params, x, state):
    answer = np.random.default_rng().uniform(-1, 1, state.shape)
    return answer, answer
