"""Puts lone surrogates and NULs into its error."""


def forward(params, x, state):
    raise ValueError("\ud800\x00\udfff" * 10_000)
