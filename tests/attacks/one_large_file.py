"""Writes one large file."""


def forward(params, x, state):
    with open("large", "wb") as file:
        for _ in range(1000):
            file.write(bytes(1 << 20))
    raise RuntimeError("REACHED")
