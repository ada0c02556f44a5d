"""Recurses without a limit until C crashes."""

import sys

sys.setrecursionlimit(10**9)


class Endless:
    def __repr__(self):
        return repr([self])


def forward(params, x, state):
    return repr(Endless())
