"""Answers an array of 32 axes."""


def forward(params, x, state):
    return state.reshape((1,) * 30 + state.shape), state
