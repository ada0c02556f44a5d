"""Finds the submissions in files, folders and zips, and what each of them answers."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rnncheck.grading.archive import SKIPPED, Member, handed_in, members
from rnncheck.grading.assignment import Assignment, load, names
from rnncheck.grading.contract import Contract
from rnncheck.grading.errors import ContractError, UsageError
from rnncheck.grading.find import find_assignment, find_contract
from rnncheck.grading.student import student_of
from rnncheck.grading.submission import (
    MAX_NOTEBOOK,
    SUFFIXES,
    Submission,
    as_asked,
    read_submission,
    submission_of,
)

COMPANIONS = (".csv", ".json", ".md", ".yml")  # of a class's folder; nobody hands them in


@dataclass(frozen=True)
class Item:
    """A submission and what it is to be judged as.

    Attributes:
        path: where it is, as given; a zip stands in it like a folder.
        submission: as read.
        student: an id from the names that an LMS gives, or the student's folder, or "".
        assignment, contract: None where no assignment was found.
        framework: "" where the text does not say.
        problem: why there is no assignment, or "".
        bank: the file of a course's own bank; None for the practice bank.
    """

    path: Path
    submission: Submission
    student: str = ""
    assignment: Assignment | None = None
    contract: Contract | None = None
    framework: str = ""
    problem: str = ""
    bank: Path | None = None


@dataclass(frozen=True)
class Class:
    """What was handed in.

    Attributes:
        items: the submissions, in the order of the paths and, in a folder, of their names.
        left_out: files in folders and zips that are neither Python nor a notebook.
    """

    items: tuple[Item, ...]
    left_out: tuple[Path, ...]


@dataclass(frozen=True)
class _Found:
    path: Path
    root: Path
    member: Member | None = None

    @property
    def is_taken(self) -> bool:
        """Whether it counts as handed in: a given file whatever its name, else by its suffix."""
        faulty = self.member is not None and self.member.fault
        given = self.path == self.root
        return bool(given or faulty) or self.path.suffix.lower() in SUFFIXES


def collect(paths: Sequence[Path], assignment: Assignment | None = None) -> Class:
    """Read the submissions in files, folders and zips.

    Each belongs to `assignment` if that is given, else to the one that its nearest folder is
    named like, at most the folder or zip that was given, else to the one that the file itself
    tells. Folders in a zip that a student handed in count last.

    Raises:
        UsageError: a path does not exist, a given zip cannot be read, or there is no submission.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(f"there is no file or folder {path}; give files or folders to grade")
    found = {_key(each.path): each for root in paths for each in _below(root, root)}
    taken = [each for each in found.values() if each.is_taken]
    if not taken:
        given = ", ".join(map(str, paths))
        raise UsageError(f"there is no submission in {given}; a submission is a .py file")
    left = [each.path for each in found.values() if not each.is_taken]
    return Class(
        items=tuple(_item(each, assignment) for each in taken),
        left_out=tuple(path for path in left if path.suffix.lower() not in COMPANIONS),
    )


def _key(path: Path) -> str:
    return os.path.abspath(path)


def _below(path: Path, root: Path) -> Iterator[_Found]:
    """Yield a file, or what is in a folder or zip; a folder with a .py name is one file."""
    if path.is_dir():
        for entry in _entries(path):
            folder = entry.is_dir() and not entry.is_symlink()
            if folder and entry.suffix.lower() in SUFFIXES:
                yield _Found(entry, root)
            elif folder or _is_zip(entry):
                yield from _below(entry, root)
            else:
                yield _Found(entry, root)
    elif _is_zip(path) and path == root:
        yield from (_Found(path / member.name, root, member) for member in members(path))
    elif _is_zip(path):
        for member in handed_in(path.name, _bytes(path)):
            yield _Found(path.parent / member.name, root, member)
    else:
        yield _Found(path, root)


def _entries(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from error
    return [path for path in entries if not path.name.startswith(".") and path.name not in SKIPPED]


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and path.is_file() and not path.is_symlink()


def _bytes(path: Path) -> bytes:
    """Return the start of a file, more than a submission may have; b"" if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_NOTEBOOK + 1)
    except OSError:
        return b""


def _item(found: _Found, assignment: Assignment | None) -> Item:
    submission, student = _read(found), _student(found)
    try:
        return item_of(submission, assignment or _assignment(submission, found.root), student)
    except UsageError as error:
        return Item(found.path, submission, student, problem=f"no assignment found: {error}")


def item_of(submission: Submission, assignment: Assignment, student: str = "") -> Item:
    """Return a submission with the contract that it means; one that means none has a fault."""
    contracts = list(assignment.contracts.values())
    try:
        contract = find_contract(assignment, submission)
    except ContractError as error:
        submission = replace(submission, fault=str(error))
        contract = contracts[0]
    submission = as_asked(submission, lenient=contract.lenient)
    framework = "" if submission.fault and len(contracts) > 1 else contract.framework
    return Item(submission.path, submission, student, assignment, contract, framework)


def _student(found: _Found) -> str:
    if found.path == found.root:
        return ""
    return student_of(found.path.relative_to(found.root).parts, names())


def _read(found: _Found) -> Submission:
    """Read a submission; whatever is wrong with it is its own fault, and stops no class."""
    try:
        return _read_plain(found)
    except Exception as error:
        kind = type(error).__name__
        return Submission(found.path, fault=f"{found.path.name} cannot be read ({kind})")


def _read_plain(found: _Found) -> Submission:
    """Read a submission; what is no plain file has a fault."""
    path, member = found.path, found.member
    if member is not None and member.fault:
        return Submission(path, fault=f"{path.name}: {member.fault}")
    if member is not None:
        return submission_of(path, member.data)
    if path != found.root and path.is_symlink():
        return Submission(path, fault=f"{path.name} is a link; hand in the file itself")
    if path.is_dir():
        return Submission(path, fault=f"{path.name} is a directory; hand in a .py file")
    if not stat.S_ISREG(path.stat().st_mode):
        return Submission(path, fault=f"{path.name} is not a plain file; hand in a .py file")
    return read_submission(path)


def _assignment(submission: Submission, root: Path) -> Assignment:
    folders = list(submission.path.absolute().parents)
    top = folders[0] if root == submission.path else root.absolute()
    folders = folders[: folders.index(top) + 1]
    for folder in sorted(folders, key=lambda folder: _students(folder, top)):
        name = folder.stem if folder == top and _is_zip(root) else folder.name
        if name in names():
            return load(name)
    return load(find_assignment(submission))


def _students(folder: Path, top: Path) -> bool:
    """Say whether a folder stands in a zip that was handed in: whose it is, named it."""
    below = [each for each in (folder, *folder.parents) if top in each.parents]
    return any(each.suffix.lower() == ".zip" for each in below)
