"""Wrong: not written yet."""


def forward(params, x, state):
    """Run the GRU over x."""
    raise NotImplementedError("I ran out of time")
