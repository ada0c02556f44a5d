"""Answers an array that claims memory that is not its own."""


class Anywhere:
    def __init__(self, shape):
        self.__array_interface__ = {
            "shape": shape,
            "typestr": "<f8",
            "data": (8, True),
            "version": 3,
        }


def forward(params, x, state):
    return Anywhere(state.shape), Anywhere(state.shape)
