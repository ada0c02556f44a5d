"""`rnncheck grade`: marks files, folders and zips into a store, and writes JSON, CSV and a table."""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rnncheck.grading import overview
from rnncheck.grading.assignment import load
from rnncheck.grading.bank_file import read
from rnncheck.grading.bank_use import bank_digest
from rnncheck.grading.collect import Class, Item, collect
from rnncheck.grading.digest import key_of
from rnncheck.grading.errors import Trouble, UsageError
from rnncheck.grading.escape import line
from rnncheck.grading.export import export
from rnncheck.grading.pool import PAUSE, TRIES, Ended, Pool
from rnncheck.grading.progress import Progress
from rnncheck.grading.results import Result
from rnncheck.grading.store import Entry, Store, path_bytes
from rnncheck.grading.tier import require
from rnncheck.worker.tiers import TIERS

NOT_ALL_JUDGED = 3
MOST_ROWS = 200
_MOST_NAMES = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a submission, a zip or a folder of them, or a folder of folders named like "
        "assignments",
    )
    parser.add_argument(
        "--assignment",
        metavar="NAME",
        help="what all of them answer: a name or the path of an assignment.toml; "
        "else the folder's name tells, else the file",
    )
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="DIR",
        help="the folder for the results; what is graded there already is not graded again",
    )
    parser.add_argument(
        "--jobs", type=int, default=cores(), metavar="N", help="how many at a time (all cores)"
    )
    parser.add_argument("--force", action="store_true", help="grade again what is graded already")
    parser.add_argument(
        "--bank", type=Path, metavar="FILE", help="the course's own; see rnncheck bank make"
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument(
        "--require",
        choices=TIERS[::-1],
        default=TIERS[0],
        help="refuse to grade where workers are shut in less than this; see rnncheck doctor",
    )
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def run(arguments: argparse.Namespace) -> int:
    """Grade, and return 0 if all were judged, 3 if rnncheck itself failed for some.

    Raises:
        UsageError: a path, the assignment or the folder for the results is not usable, or
            workers are shut in less than is required.
        Trouble: the store took no more.
    """
    assignment = load(arguments.assignment) if arguments.assignment is not None else None
    if arguments.out.exists() and not arguments.out.is_dir():
        raise UsageError(f"--out {arguments.out} is a file; give a folder, new or not")
    if arguments.jobs < 1:
        raise UsageError(f"--jobs is {arguments.jobs}; give a number above 0")
    handed_in = _banked(collect(arguments.paths, assignment), arguments.bank)
    require(handed_in.items, arguments.device, arguments.require)
    asked = arguments.device, arguments.require
    keys = {item.path: key_of(item, *asked, bank_digest(item)) for item in handed_in.items}
    with Store.write(arguments.out) as store:
        store.register([_entry(item, keys[item.path]) for item in handed_in.items])
        known = store.known() if not arguments.force else set()
        work = {keys[item.path]: item for item in handed_in.items if keys[item.path] not in known}
        bar = sys.stderr.isatty() and not arguments.no_progress
        try:
            _grade(work, store, arguments.jobs, asked, bar)
        finally:
            export(store.results, arguments.out)
        asked_for = [path_bytes(item.path) for item in handed_in.items]
        results = [_brief(*each) for each in enumerate(store.results(asked_for))]
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names that the terminal cannot show
    overview.show(results, MOST_ROWS)
    if len(results) > MOST_ROWS:
        print(f"and {len(results) - MOST_ROWS} more: rnncheck results {line(arguments.out)}")
    before = sum(key in known for key in keys.values())
    print(overview.sentence(results, arguments.out, before))
    _mention_left_out(handed_in)
    failed = any(result["status"] == "not graded" for result in results)
    return NOT_ALL_JUDGED if failed else 0


def _brief(place: int, result: Result) -> Result:
    """Return a result without its checks where no row of the table shows them: they are large."""
    return result if place < MOST_ROWS else {**result, "checks": []}


def _banked(handed_in: Class, bank: Path | None) -> Class:
    if bank is None:
        return handed_in
    read(bank)  # refused before anything is judged
    place = bank.absolute()
    return replace(handed_in, items=tuple(replace(i, bank=place) for i in handed_in.items))


def _entry(item: Item, key: str) -> Entry:
    source = item.submission.source
    return Entry(
        path=path_bytes(item.path),
        file=line(item.path),
        student=line(item.student),
        assignment=item.assignment.name if item.assignment else "",
        framework=item.framework,
        source=source,
        sha256=hashlib.sha256(source).hexdigest(),
        key=key,
    )


def _grade(
    work: Mapping[str, Item], store: Store, jobs: int, asked: tuple[str, str], bar: bool
) -> None:
    """Judge each piece of work, and keep what becomes of it as it ends."""
    with Progress(len(work), shown=bar) as progress, Pool(work.items(), jobs, *asked) as pool:
        for ended in pool.ended():
            _keep(store, ended)
            progress.advance(line(work[ended.key].path))


def _keep(store: Store, ended: Ended) -> None:
    """Keep what became of a piece of work; a disk may take it at another try."""
    for left in reversed(range(TRIES)):
        try:
            if ended.verdict is None:
                store.add_trouble(ended.key, ended.trouble)
            else:
                store.add(ended.key, ended.verdict)
        except Trouble:
            if not left:
                raise
            time.sleep(PAUSE)
        else:
            return


def _mention_left_out(handed_in: Class) -> None:
    if handed_in.left_out:
        count = len(handed_in.left_out)
        names: Sequence[str] = [line(path) for path in handed_in.left_out[:_MOST_NAMES]]
        more = ["..."] if count > _MOST_NAMES else []
        print(f"Left out, neither .py nor .ipynb: {', '.join([*names, *more])} ({count})")
