"""Answers complex numbers."""


def forward(params, x, state):
    return state + 0j, state + 0j
