"""Wrong: ends the process with a code that claims success."""

import sys


def forward(params, x, state):
    """Run the GRU over x."""
    sys.exit(0)
