"""`rnncheck replay`: judges again what a result tells of, and says whether the verdict is the same."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rnncheck.grading import batch
from rnncheck.grading.assignment import load
from rnncheck.grading.collect import Item, item_of
from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import line
from rnncheck.grading.results import FORMAT, Result, Verdict
from rnncheck.grading.store import Store
from rnncheck.grading.submission import Submission, read_submission, submission_of
from rnncheck.worker.servers import Servers

_CHECK = ("name", "status", "points", "worth", "case", "message", "place", "hidden")
_WITH = ("assignment_sha256", "bank_digest", "tier", "isolation", "versions")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "result",
        type=Path,
        help="the folder that `rnncheck grade --out` made, or a JSON file of it",
    )
    parser.add_argument(
        "submission",
        type=Path,
        nargs="?",
        help="the file; else as the store keeps it, or from where the JSON file says",
    )
    parser.add_argument(
        "--only", metavar="WORD", help="of a store, only submissions with this word in their path"
    )
    parser.add_argument(
        "--bank", type=Path, metavar="FILE", help="the course's own, if one was used"
    )
    parser.add_argument("--assignment", metavar="NAME", help="where its file is, if it has no name")


def run(arguments: argparse.Namespace) -> int:
    """Judge again; 0 if each verdict is the same, 1 if one is not.

    Raises:
        UsageError: there is nothing to judge again, or the file is not the one that was judged.
    """
    same, count = True, 0
    with Servers() as servers:
        for result, source in _asked(arguments):
            count += 1
            item = _item(result, source, arguments.assignment)
            item = replace(item, bank=arguments.bank)
            same &= _tell(result, batch.grade(item, result["device"], servers))
    if not count:
        raise UsageError(f"{arguments.result} holds nothing that was judged")
    return 0 if same else 1


def _asked(arguments: argparse.Namespace) -> Iterator[tuple[Result, bytes]]:
    """Yield results that were judged, each with the bytes of its submission."""
    if arguments.result.is_file() and arguments.result.suffix == ".json":
        result = _read(arguments.result)
        yield result, _source(result, arguments.submission or Path(result["file"]))
        return
    with Store.read(arguments.result) as store:
        meant = [r for r in store.results() if (arguments.only or "") in r["file"]]
        meant = [result for result in meant if result["status"] == "judged"]
        if arguments.submission is not None and len(meant) != 1:
            raise UsageError(f"there are {len(meant)} results for one file; name it with --only")
        for result in meant:
            if arguments.submission is not None:
                yield result, _source(result, arguments.submission)
            else:
                yield result, _kept(store, result)


def _kept(store: Store, result: Result) -> bytes:
    source = store.source(result["sha256"])
    if source is None:
        raise UsageError(
            f"{result['file']} is too large to be kept in the store: name it with --only, "
            "and give the file"
        )
    return source


def _read(file: Path) -> Result:
    try:
        result: Any = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read as a result: {error}") from error
    if not isinstance(result, dict) or result.get("format") != FORMAT:
        raise UsageError(f"{file} is no result of format {FORMAT}, as this version writes them")
    if result["status"] != "judged":
        raise UsageError(f"{file} tells of no verdict: {result['status']}")
    return result


def _source(result: Result, path: Path) -> bytes:
    source = read_submission(path).source
    if hashlib.sha256(source).hexdigest() != result["sha256"]:
        raise UsageError(f"{path} is not what was judged: its SHA-256 is not {result['sha256']}")
    return source


def _item(result: Result, source: bytes, place: str | None) -> Item:
    path = Path(result["file"])
    submission = submission_of(path, source)
    if not source and not result["problem_check"]:  # it was not even read
        submission = Submission(path, fault=result["problem"])
    return item_of(submission, load(place or result["assignment"]))


def _tell(before: Result, now: Verdict) -> bool:
    """Print whether two verdicts are the same, and what they were given with that is not."""
    changed = [name for name in _WITH if before[name] != now[name]]
    differing = _differing(before, now)
    mark = f"{now['mark']:g}" if now["mark"] is not None else "none"
    told = "the same verdict" if not differing else f"another verdict: {differing}"
    given = f" (changed since: {', '.join(changed)})" if changed else ""
    print(f"{line(before['file'])}: {told}, mark {mark}{given}")
    return not differing


def _differing(before: Result, now: Verdict) -> str:
    """Return the first thing in which two verdicts differ, or ""."""
    if before["mark"] != now["mark"]:
        return f"the mark was {before['mark']}"
    ended = [[_ending(check) for check in verdict["checks"]] for verdict in (before, now)]
    if len(ended[0]) != len(ended[1]):
        return f"{len(ended[0])} checks were judged, now {len(ended[1])}"
    pairs = zip(*ended, strict=True)
    return next((f"{was['name']} was {_short(was)}" for was, is_ in pairs if was != is_), "")


def _ending(check: dict[str, Any]) -> dict[str, Any]:
    found = check["diagnosis"]
    return {name: check[name] for name in _CHECK} | {"mistake": found and found["mistake"]}


def _short(check: dict[str, Any]) -> str:
    return ", ".join(str(check[name]) for name in ("status", "place", "mistake") if check[name])
