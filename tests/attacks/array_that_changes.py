"""Answers a thing that is another array each time it is asked."""

import numpy as np


class Chameleon:
    asked = 0

    def __array__(self, dtype=None, copy=None):
        Chameleon.asked += 1
        return np.full(shape, float(Chameleon.asked))


def forward(params, x, state):
    global shape
    shape = state.shape
    return Chameleon(), Chameleon()
