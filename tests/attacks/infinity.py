"""Answers infinity."""

import numpy as np


def forward(params, x, state):
    return state + np.inf, state - np.inf
