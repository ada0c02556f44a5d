"""Has an exception whose text raises again."""


class Odd(Exception):
    def __str__(self):
        raise SystemExit(0)


def forward(params, x, state):
    raise Odd
