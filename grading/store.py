"""Writes results into a folder as they come, so that what is there is always whole."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnncheck.grading.batch import Graded
from rnncheck.grading.collect import Item
from rnncheck.grading.errors import UsageError
from rnncheck.grading.results import COLUMNS, as_json, as_row

TABLE = "marks.csv"
UNKNOWN = "no-assignment"


class Store:
    """A folder of results: `<assignment>/<name>.json` for each submission, and `marks.csv`."""

    def __init__(self, folder: Path, items: Sequence[Item]) -> None:
        """Make the folder and choose a file for each submission.

        Raises:
            UsageError: it cannot be made.
        """
        self.folder = folder
        self._names = _names(items)
        self._rows: list[dict[str, str | int]] = []
        _make(folder)

    def add(self, graded: Graded) -> None:
        """Write a submission's JSON, and the CSV of all so far.

        Raises:
            UsageError: it cannot be written.
        """
        name = self._names[graded.item.path]
        _make((self.folder / name).parent)
        _write(self.folder / name, _json(as_json(graded)))
        self._rows.append(as_row(graded, name))
        stream = io.StringIO()
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self._rows)
        _write(self.folder / TABLE, stream.getvalue())


def _names(items: Sequence[Item]) -> dict[Path, str]:
    """Return a file's name for each path; equal ones get their folder and a digest of the path."""
    plain = {item.path: f"{_folder(item)}/{_slug(item.path.stem)}" for item in items}
    uses = Counter(name.casefold() for name in plain.values())
    return {
        path: f"{name}{_suffix(path) if uses[name.casefold()] > 1 else ''}.json"
        for path, name in plain.items()
    }


def _folder(item: Item) -> str:
    return _slug(item.assignment.name) if item.assignment else UNKNOWN


def _slug(text: str, most: int = 100) -> str:
    """Return a text as a part of a file's name, cut to so many bytes."""
    return re.sub(r"^[.-]|[^\w.-]", "_", text).encode()[:most].decode(errors="ignore")


def _suffix(path: Path) -> str:
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
    return f"-{_slug(path.absolute().parent.name, 50)}-{digest}"


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=2, allow_nan=False) + "\n"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the folder {folder} cannot be made: {error.strerror}; give another --out"
        ) from error


def _write(path: Path, text: str) -> None:
    """Write a file at once: a reader sees the old one or the new one, whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, "utf-8")
        draft.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
