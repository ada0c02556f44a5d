"""Runs the chosen one of a command's subcommands, which stands in the arguments as `act`."""

from __future__ import annotations

import argparse

from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import line


def run(arguments: argparse.Namespace) -> int:
    """Run a subcommand; 0 well, 1 something does not hold or would change.

    Raises:
        UsageError: a name is unknown, or a file or folder cannot be read or written.
    """
    try:
        code: int = arguments.act(arguments)
    except OSError as error:
        where = f"{line(error.filename)}: " if error.filename else ""
        raise UsageError(f"{where}{error.strerror or error}") from error
    return code
