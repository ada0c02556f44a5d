"""`rnncheck grade`: marks files and folders, and writes JSON, CSV and a table."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from rnncheck.grading import overview
from rnncheck.grading.assignment import load
from rnncheck.grading.batch import Graded, grade_all
from rnncheck.grading.collect import Class, Item, collect
from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import line
from rnncheck.grading.store import Store

NOT_ALL_JUDGED = 3
_MOST_NAMES = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a submission, a folder of them, or a folder of folders named like assignments",
    )
    parser.add_argument(
        "--assignment",
        metavar="NAME",
        help="what all of them answer: a name or the path of an assignment.toml; "
        "else the folder's name tells, else the file",
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="the folder for the results"
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")


def run(arguments: argparse.Namespace) -> int:
    """Grade, and return 0 if all were judged, 3 if rnncheck itself failed for some.

    Raises:
        UsageError: a path, the assignment or the folder for the results is not usable.
    """
    assignment = load(arguments.assignment) if arguments.assignment is not None else None
    if arguments.out.exists() and not arguments.out.is_dir():
        raise UsageError(f"--out {arguments.out} is a file; give a folder, new or not")
    handed_in = collect(arguments.paths, assignment)
    store = Store(arguments.out, handed_in.items)
    bar = sys.stderr.isatty() and not arguments.no_progress
    graded = _grade(handed_in.items, store, arguments.device, bar)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names that the terminal cannot show
    overview.show(graded)
    print(overview.sentence(graded, arguments.out))
    _mention_left_out(handed_in)
    failed = any(one.status == "could not be judged" for one in graded)
    return NOT_ALL_JUDGED if failed else 0


def _grade(items: Sequence[Item], store: Store, device: str, bar: bool) -> list[Graded]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    graded = []
    name = TextColumn("{task.fields[name]}", markup=False)
    columns = (BarColumn(), MofNCompleteColumn(), Elapsed(), name)
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not bar) as progress:
        task = progress.add_task("", total=len(items), name=line(items[0].path))
        for one, following in zip(grade_all(items, device), [*items[1:], None], strict=True):
            store.add(one)
            graded.append(one)
            progress.update(task, advance=1, name=line(following.path) if following else "")
    return graded


def _mention_left_out(handed_in: Class) -> None:
    if handed_in.left_out:
        count = len(handed_in.left_out)
        names = [line(path) for path in handed_in.left_out[:_MOST_NAMES]]
        more = ["..."] if count > _MOST_NAMES else []
        print(f"Left out, neither .py nor .ipynb: {', '.join(names + more)} ({count})")
