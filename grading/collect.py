"""Finds the submissions in files and folders, and what each of them answers."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rnncheck.grading.assignment import Assignment, Contract, load, names
from rnncheck.grading.errors import ContractError, UsageError
from rnncheck.grading.find import find_assignment, find_contract
from rnncheck.grading.submission import Submission, read_submission

SUFFIXES = (".py", ".ipynb")
COMPANIONS = (".csv", ".json", ".md")  # of a class's folder; nobody hands them in
SKIPPED = ("__pycache__", "__MACOSX", "__init__.py")


@dataclass(frozen=True)
class Item:
    """A submission and what it is to be judged as.

    Attributes:
        path: where it is, as given.
        submission: as read.
        assignment, contract: None where no assignment was found.
        framework: "" where the text does not say.
        problem: why there is no assignment, or "".
    """

    path: Path
    submission: Submission
    assignment: Assignment | None = None
    contract: Contract | None = None
    framework: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Class:
    """What was handed in.

    Attributes:
        items: the submissions, in the order of the paths and, in a folder, of their names.
        left_out: files in folders that are neither Python nor a notebook.
    """

    items: tuple[Item, ...]
    left_out: tuple[Path, ...]


def collect(paths: Sequence[Path], assignment: Assignment | None = None) -> Class:
    """Read the submissions in files and folders.

    Each belongs to `assignment` if that is given, else to the one that its nearest folder is
    named like, at most the folder that was given, else to the one that the file itself tells.

    Raises:
        UsageError: a path does not exist, or there is no submission in any.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(f"there is no file or folder {path}; give files or folders to grade")
    found = {_key(path): (path, root) for root in paths for path in _below(root)}
    taken = [pair for pair in found.values() if _is_taken(*pair)]
    if not taken:
        given = ", ".join(map(str, paths))
        raise UsageError(f"there is no submission in {given}; a submission is a .py file")
    left = (path for path, root in found.values() if not _is_taken(path, root))
    return Class(
        items=tuple(_item(path, root, assignment) for path, root in taken),
        left_out=tuple(path for path in left if path.suffix.lower() not in COMPANIONS),
    )


def _key(path: Path) -> str:
    return os.path.abspath(path)


def _below(root: Path) -> Iterator[Path]:
    """Yield a file, or what is in a folder; a folder with a submission's name is one file."""
    if not root.is_dir():
        yield root
        return
    try:
        entries = sorted(root.iterdir())
    except OSError as error:
        raise UsageError(f"{root} cannot be read: {error.strerror}") from error
    for path in entries:
        if path.name.startswith(".") or path.name in SKIPPED:
            continue
        folder = path.is_dir() and not path.is_symlink()
        if folder and path.suffix.lower() not in SUFFIXES:
            yield from _below(path)
        else:
            yield path


def _is_taken(path: Path, root: Path) -> bool:
    return path == root or path.suffix.lower() in SUFFIXES


def _item(path: Path, root: Path, assignment: Assignment | None) -> Item:
    submission = _read(path, root)
    try:
        found = assignment or _assignment(submission, root)
    except UsageError as error:
        return Item(path, submission, problem=f"no assignment found: {error}")
    contracts = list(found.contracts.values())
    try:
        contract = find_contract(found, submission)
    except ContractError as error:
        submission = replace(submission, fault=str(error))
        contract = contracts[0]
    framework = "" if submission.fault and len(contracts) > 1 else contract.framework
    return Item(path, submission, found, contract, framework)


def _read(path: Path, root: Path) -> Submission:
    """Read a submission; what is no plain file is a fault of its own."""
    if path != root and path.is_symlink():
        return Submission(path, fault=f"{path.name} is a link; hand in the file itself")
    if path.is_dir():
        return Submission(path, fault=f"{path.name} is a directory; hand in a .py file")
    if not stat.S_ISREG(path.stat().st_mode):
        return Submission(path, fault=f"{path.name} is not a plain file; hand in a .py file")
    return read_submission(path)


def _assignment(submission: Submission, root: Path) -> Assignment:
    folders = list(submission.path.absolute().parents)
    top = root.absolute() if root.is_dir() else folders[0]
    for folder in folders:
        if folder.name in names():
            return load(folder.name)
        if folder == top:
            break
    return load(find_assignment(submission))
