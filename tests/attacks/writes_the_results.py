"""Writes a full mark into the results."""


def forward(params, x, state):
    with open("@RESULTS@", "w") as file:
        file.write("mark: 100")
    raise RuntimeError("REACHED")
