"""`rnncheck schema`: prints the JSON Schema of a result."""

from __future__ import annotations

import argparse

from rnncheck.grading.digest import HOME

FILE = HOME / "grading" / "results.schema.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare that the command takes nothing."""


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    print(FILE.read_text("utf-8"), end="")
    return 0
