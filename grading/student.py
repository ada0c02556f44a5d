"""Tells whose a submission is from the names that an LMS gives to what it hands out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_PATTERNS = (
    re.compile(r".+_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?.*"),  # Moodle
    re.compile(r"submission_(?P<id>\d+)"),  # Gradescope
    re.compile(r".+?_(?P<id>[^_]+)_attempt_\d{4}(?:-\d{2}){5}.*"),  # Blackboard
    re.compile(r"[^_]+(?:_LATE)?_(?P<id>\d+)_\d+_.+"),  # Canvas
)


def student_of(parts: Sequence[str], known: Iterable[str] = ()) -> str:
    """Return a student's id, or "".

    Args:
        parts: the names from the folder or zip that was given down to the file. The outermost
            that an LMS has named decides: what is in it was named by the student.
        known: names of folders that are no student's, such as assignments'.
    """
    for part in parts:
        for pattern in _PATTERNS:
            if found := pattern.fullmatch(part):
                return found["id"]
    folders = [part for part in parts[:-1] if part not in known]
    return folders[0].removesuffix(".zip") if folders else ""
