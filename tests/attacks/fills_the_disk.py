"""Writes until the disk is full."""


def forward(params, x, state):
    for name in range(1000):
        with open(str(name), "wb") as file:
            file.write(bytes(1 << 20))
    raise RuntimeError("REACHED")
