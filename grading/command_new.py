"""`rnncheck new`: writes a starter file."""

from __future__ import annotations

import argparse
from pathlib import Path

from rnncheck.grading.assignment import Assignment, load
from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="see `rnncheck assignments`")
    parser.add_argument("--framework", default="numpy", metavar="NAME", help="default: numpy")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="default: my_<assignment>.py in this folder"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the starter and say what to do with it.

    Raises:
        UsageError: there is no such starter, or the file is there already or cannot be written.
    """
    assignment = load(arguments.assignment)
    starter = _starter(assignment, arguments.framework)
    path = arguments.out or Path(f"my_{assignment.name.replace('-', '_')}.py")
    _write(path, starter.read_bytes())
    names = " and ".join(assignment.contracts[arguments.framework].names)
    print(f"Wrote {line(path)}: {assignment.title}, in {arguments.framework}.")
    print(f"Write {names} in it, then see how far you are: rnncheck check {line(path)}")
    return 0


def _starter(assignment: Assignment, framework: str) -> Path:
    starters = assignment.starters()
    if framework not in starters:
        raise UsageError(
            f"{assignment.name} has no starter for {framework!r}; "
            f"give --framework {' or '.join(starters)}"
        )
    return starters[framework]


def _write(path: Path, text: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"{path} is there already and is not overwritten; give --out another name"
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
