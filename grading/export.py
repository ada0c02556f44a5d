"""Writes results as files for course staff: a JSON for each submission, and one CSV of marks."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import cell
from rnncheck.grading.results import Result
from rnncheck.suites.driver import STATUSES

TABLE = "marks.csv"
UNKNOWN = "no-assignment"
Row = dict[str, str | int]
_NAMED = ("file", "assignment")  # what the name of a result's file is made of
_WRITER = json.JSONEncoder(allow_nan=False)
COLUMNS: tuple[str, ...] = (
    "file",
    "student",
    "assignment",
    "framework",
    "mark",
    "status",
    *STATUSES,
    "first problem",
    "bank",
    "result",
    "sha256",
)


def export(results: Callable[[], Iterable[Result]], folder: Path) -> None:
    """Write `<assignment>/<name>.json` for each result, and `marks.csv` for all.

    Args:
        results: gives them, the same each time; no two need be in memory at once.
        folder: where to.

    Raises:
        UsageError: something cannot be written.
    """
    names = file_names([{name: each[name] for name in _NAMED} for each in results()])
    rows = []
    for result, name in zip(results(), names, strict=True):
        make_folder((folder / name).parent)
        write(folder / name, as_lines(result))
        rows.append(_row(result, name))
    write(folder / TABLE, _csv(rows))


def as_lines(result: Result) -> str:
    """Return a result as JSON: a line for each of its values, and for each check."""
    lines = [f"{_json(name)}: {_value(value)}" for name, value in result.items()]
    return "{\n  " + ",\n  ".join(lines) + "\n}\n"


def _value(value: object) -> str:
    if not isinstance(value, list) or not value:
        return _json(value)
    return "[\n    " + ",\n    ".join(map(_json, value)) + "\n  ]"


def _json(value: object) -> str:
    return _WRITER.encode(value)


def table(results: Iterable[Result]) -> str:
    """Return results as CSV, one a row; no cell is a formula."""
    return _csv([_row(result) for result in results])


def _csv(rows: Iterable[Row]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _row(result: Result, name: str = "") -> Row:
    mark = result["mark"]
    return {
        "file": cell(result["file"]),
        "student": cell(result["student"]),
        "assignment": cell(result["assignment"]),
        "framework": cell(result["framework"]),
        "mark": "" if mark is None else f"{mark:g}",
        "status": result["status"],
        **result["counts"],
        "first problem": cell(result["problem"]),
        "bank": result["bank_note"],
        "result": cell(name),
        "sha256": result["sha256"],
    }


def file_names(results: Sequence[Result]) -> list[str]:
    """Return a file's name for each; equal ones get their folder and a digest of the path."""
    plain = [f"{_folder(result)}/{_slug(Path(result['file']).stem)}" for result in results]
    uses = Counter(name.casefold() for name in plain)
    found: dict[str, str] = {}
    for number, (name, result) in enumerate(zip(plain, results, strict=True)):
        full = f"{name}{_suffix(result['file'])}" if uses[name.casefold()] > 1 else name
        while full.casefold() in found:  # names that are shown alike, or made to be
            full += f"-{number}"
        found[full.casefold()] = f"{full}.json"
    return list(found.values())


def _folder(result: Result) -> str:
    return _slug(result["assignment"]) or UNKNOWN


def _slug(text: str, most: int = 100) -> str:
    """Return a text as a part of a file's name, cut to so many bytes."""
    return re.sub(r"^[.-]|[^\w.-]", "_", text).encode()[:most].decode(errors="ignore")


def _suffix(file: str) -> str:
    digest = hashlib.sha256(file.encode()).hexdigest()[:8]
    return f"-{_slug(Path(file).absolute().parent.name, 50)}-{digest}"


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises:
        UsageError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the folder {folder} cannot be made: {error.strerror}; give another --out"
        ) from error


def write(path: Path, text: str) -> None:
    """Write a file at once: a reader sees the old one or the new one, whole.

    Raises:
        UsageError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, "utf-8")
        draft.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
