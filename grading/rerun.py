"""The command that repeats one check, as it works where it is read."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from importlib.machinery import PathFinder
from pathlib import Path

import rnncheck.suites
from rnncheck.suites.driver import DRAWN


def rerun_line(file: str, assignment: str, check: str, case: int) -> str:
    """Return a command that a person can paste.

    Args:
        file: the submission's path.
        assignment: its name or path.
        check: the check's name.
        case: which of its cases; DRAWN for one that Hypothesis drew, which pytest draws again.
    """
    installed = PathFinder.find_spec("rnncheck") is not None  # else conftest.py shows a clone
    if (installed or "." in check) and case != DRAWN:  # a part's check is no pytest test
        start = [*_program("rnncheck", "rnncheck.grading.cli"), "check", file]
        return shlex.join([*start, "--assignment", assignment, "-k", check, "--case", str(case)])
    if installed:
        start = [sys.executable, "-m", "rnncheck.suites"]
    else:
        suites = Path(next(iter(rnncheck.suites.__path__)))
        start = [*_program("pytest", "pytest"), os.path.relpath(suites)]
    return shlex.join([*start, f"--submission={file}", "--assignment", assignment, "-k", check])


def _program(name: str, module: str) -> list[str]:
    """Return a program by its name if the shell finds this one, else as it was called."""
    found = shutil.which(name)
    if found and Path(found).resolve().parent == Path(sys.executable).parent:
        return [name]
    if Path(sys.argv[0]).name == name:
        return [sys.argv[0]]
    return [sys.executable, "-m", module]
