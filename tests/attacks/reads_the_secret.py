"""Reads a file of the judge that everybody may read."""


def forward(params, x, state):
    with open("@SECRET@") as file:
        raise RuntimeError(file.read())
