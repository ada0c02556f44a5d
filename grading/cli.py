"""The command `rnncheck`: one module a command, imported when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from rnncheck.grading.errors import Trouble, UsageError
from rnncheck.grading.escape import lines
from rnncheck.worker.errors import WorkerError

COMMANDS = {
    "check": "check one file, and say where it is wrong",
    "grade": "mark files, folders and zips",
    "results": "show what is graded: table, JSON, CSV, Gradescope, JUnit",
    "replay": "judge again, and say whether the verdict is the same",
    "schema": "print the JSON Schema of a result",
    "explain": "show how gradients flow back through one file",
    "new": "write a starter file for an assignment",
    "assignments": "list the assignments",
    "doctor": "say how well this machine can shut in a stranger's code",
    "fixtures": "regenerate, verify or show golden traces",
    "bank": "make a course's own bank of cases, show or verify one",
    "mistakes": "list the known mistakes, or run them through the checks",
    "soak": "run the suites on fresh cases against all that is built in",
}
PROGRAM = "rnncheck"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    0 well, 1 not everything passed, 2 bad use, 3 a fault of rnncheck's own or of the machine.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    if not given or given[0] not in COMMANDS:
        parser.parse_args(given or ["--help"])
    module = importlib.import_module(f"rnncheck.grading.command_{given[0]}")
    command = argparse.ArgumentParser(f"{PROGRAM} {given[0]}", description=COMMANDS[given[0]])
    module.add_arguments(command)
    try:
        code: int = module.run(command.parse_args(given[1:]))
    except UsageError as error:
        print(f"{PROGRAM} {given[0]}: {lines(error)}", file=sys.stderr)
        return 2
    except (Trouble, WorkerError) as error:
        print(f"{PROGRAM} {given[0]}: {lines(error)}; try again", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print(f"{PROGRAM} {given[0]}: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever reads has read enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code


def _parser() -> argparse.ArgumentParser:
    lines = [f"  {name:<12} {text}" for name, text in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        PROGRAM,
        description="Grades and verifies recurrent neural networks.",
        epilog="commands:\n" + "\n".join(lines) + f"\n\n{PROGRAM} COMMAND --help says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=_version())
    parser.add_argument("command", choices=tuple(COMMANDS), metavar="COMMAND")
    return parser


def _version() -> str:
    try:
        return f"{PROGRAM} {version(PROGRAM)}"
    except PackageNotFoundError:
        return f"{PROGRAM} (from a clone)"


if __name__ == "__main__":
    raise SystemExit(main())
