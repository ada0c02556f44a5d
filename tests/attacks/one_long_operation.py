"""Computes one operation of C for ever."""


def forward(params, x, state):
    return 9**9**9, state
