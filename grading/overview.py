"""The marks of a class as a table for a terminal, and as a sentence."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnncheck.grading.escape import line, rich_text
from rnncheck.grading.results import Result

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

WIDTH = 120
HEADINGS = ("File", "Assignment", "Framework", "Mark", "Passed")
_WIDEST = 30
_STATUSES = ("judged", "absent", "no assignment", "not graded")


def show(results: Sequence[Result], most: int | None = None) -> None:
    """Print the table to stdout, as wide as the terminal, or WIDTH columns where there is none.

    Args:
        results: one a row.
        most: how many rows to print; None for all.
    """
    _console().print(_table(results[:most]))


def sentence(results: Sequence[Result], folder: Path, before: int = 0) -> str:
    """Return how many were graded, with what success, and where the results are.

    Args:
        results: of those that were asked for.
        folder: where they are.
        before: how many of them an earlier run had graded.
    """
    assignments = len({result["assignment"] for result in results if result["assignment"]})
    full = sum(result["mark"] == 100 for result in results)
    less = sum(result["mark"] is not None for result in results) - full
    parts = [f"{full} with full marks", f"{less} with less"]
    reasons = Counter(_reason(result) for result in results if result["status"] != "judged")
    parts += [f"{count} {reason}" for reason, count in reasons.items()]
    counted = f"{_many(len(results), 'submission')} in {_many(assignments, 'assignment')}"
    earlier = f" ({before} in an earlier run)" if before else ""
    where = line(folder).rstrip("/") + "/"
    banks = " and ".join(dict.fromkeys(result["bank_note"] for result in results))
    return f"Graded {counted}{earlier}: {', '.join(parts)}. Results are in {where} ({banks})."


def _reason(result: Result) -> str:
    """Return why a submission was not judged, as a clause that others may share."""
    if result["status"] == "absent":
        return f"not judged because {result['problem'].partition(';')[0]}"
    if result["status"] == "no assignment":
        return "without an assignment"
    return "not graded for a fault that is not theirs"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _console() -> Console:
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)


def _table(results: Sequence[Result]) -> Table:
    """Return a table whose last column takes what the others leave; a section for each status."""
    from rich import box
    from rich.table import Table

    uses = Counter(_named(result) for result in results)
    rows = {
        status: [_row(result, uses) for result in results if result["status"] == status]
        for status in _STATUSES
    }
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, expand=True)
    for place, heading in enumerate(HEADINGS):
        widths = [row[place].cell_len for section in rows.values() for row in section]
        width = min(max(len(heading), *widths), _WIDEST)
        right = heading in ("Mark", "Passed")
        table.add_column(heading, no_wrap=True, width=width, justify="right" if right else "left")
    table.add_column("First problem", no_wrap=True, overflow="ellipsis", ratio=1)
    for section in rows.values():
        for row in section:
            table.add_row(*row)
        table.add_section()
    return table


def _named(result: Result) -> tuple[str, str]:
    return result["assignment"], Path(result["file"]).name


def _row(result: Result, uses: Counter[tuple[str, str]]) -> list[Text]:
    path, mark = Path(result["file"]), result["mark"]
    shown = path.name if uses[_named(result)] == 1 else "/".join(path.parts[-2:])
    style = "green" if mark == 100 else "red" if mark == 0 else ""
    counting = [check for check in result["checks"] if check["worth"]]
    passed = sum(check["status"] == "passed" for check in counting)
    return [
        rich_text(shown),
        rich_text(result["assignment"] or "-"),
        rich_text(result["framework"] or "-"),
        rich_text("-" if mark is None else f"{mark:g}", style),
        rich_text(f"{passed}/{len(counting)}" if counting else "-"),
        rich_text(result["problem"]),
    ]
