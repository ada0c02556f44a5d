"""`rnncheck assignments`: lists what there is to write."""

from __future__ import annotations

import argparse

from rnncheck.grading.assignment import load, names


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes: nothing."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Print the name, the title and the frameworks of each assignment."""
    del arguments
    width = max(map(len, names())) + 2
    for assignment in map(load, names()):
        frameworks = ", ".join(assignment.contracts)
        print(f"{assignment.name:<{width}}{assignment.title} ({frameworks})")
    return 0
