"""Raises a class that derives from BaseException alone."""


class Passed(BaseException):
    pass


def forward(params, x, state):
    raise Passed("all checks passed")
