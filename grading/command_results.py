"""`rnncheck results`: what a store holds, as a table, JSON, CSV, for Gradescope or as JUnit XML."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rnncheck.grading import overview
from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import line
from rnncheck.grading.export import as_lines, file_names, make_folder, table, write
from rnncheck.grading.format_gradescope import gradescope
from rnncheck.grading.format_junit import junit
from rnncheck.grading.hidden import for_student
from rnncheck.grading.results import Result
from rnncheck.grading.store import Store

NOT_ALL_JUDGED = 3
FORMATS = ("table", "json", "csv", "gradescope", "junit")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("store", type=Path, help="the folder that `rnncheck grade --out` made")
    parser.add_argument("--format", choices=FORMATS, default="table")
    parser.add_argument(
        "--only",
        metavar="WORD",
        help="only submissions with this word in their path, or of this student",
    )
    parser.add_argument(
        "--staff", action="store_true", help="all about hidden checks too: not for students' eyes"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="a file, in place of the terminal; with gradescope a folder, a file a submission",
    )


def run(arguments: argparse.Namespace) -> int:
    """Show results; 0, or 3 if some submission has no mark for a fault that is not its own.

    Raises:
        UsageError: there is no such store, nothing in it is asked for, or nothing can be written.
    """
    with Store.read(arguments.store) as store:
        results = [each for each in store.results() if _is_meant(each, arguments.only)]
    if not results:
        meant = f"with {arguments.only!r} " if arguments.only else ""
        raise UsageError(f"{arguments.store} holds no submission {meant}".rstrip())
    shown = results if arguments.staff else [for_student(result) for result in results]
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if arguments.format == "gradescope":
        _gradescope(shown, arguments.out, staff=arguments.staff)
    elif arguments.format == "table" and arguments.out is None:
        overview.show(shown)
    else:
        _put(_text(shown, arguments.format), arguments.out)
    return NOT_ALL_JUDGED if any(each["status"] == "not graded" for each in results) else 0


def _is_meant(result: Result, word: str | None) -> bool:
    return word is None or word in result["file"] or word == result["student"]


def _text(results: Sequence[Result], wanted: str) -> str:
    if wanted == "json":
        return "[\n" + ",\n".join(as_lines(result).rstrip() for result in results) + "\n]\n"
    if wanted == "csv":
        return table(results)
    if wanted == "junit":
        return junit(results)
    raise UsageError("a table is for a terminal; give --format csv, json or junit with --out")


def _gradescope(results: Sequence[Result], folder: Path | None, *, staff: bool) -> None:
    """Write what has a mark; Gradescope is given no zero in place of a mark that is missing."""
    marked = [result for result in results if result["mark"] is not None]
    if folder is None:
        if len(results) != 1:
            raise UsageError(
                f"there are {len(results)} submissions; name one with --only, or --out"
            )
        if not marked:
            raise UsageError(f"{results[0]['file']} has no mark: {results[0]['problem']}")
        _put(_json(gradescope(marked[0], staff=staff)), None)
        return
    for result, name in zip(marked, file_names(marked), strict=True):
        make_folder((folder / name).parent)
        write(folder / name, _json(gradescope(result, staff=staff)))
    without = len(results) - len(marked)
    rest = f"; {without} without a mark were left out" if without else ""
    print(f"Wrote {len(marked)} files to {line(folder)}{rest}.")


def _json(value: object) -> str:
    return json.dumps(value, indent=2, allow_nan=False) + "\n"


def _put(text: str, file: Path | None) -> None:
    if file is None:
        print(text, end="")
    else:
        write(file, text)
