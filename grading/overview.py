"""The marks of a class as a table for a terminal, and as a sentence."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnncheck.grading.batch import Graded
from rnncheck.grading.escape import line, rich_text
from rnncheck.grading.results import first_problem
from rnncheck.suites.sentences import say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

WIDTH = 120
HEADINGS = ("File", "Assignment", "Framework", "Mark", "Passed")
_WIDEST = 30
_STATUSES = ("judged", "absent", "no assignment", "could not be judged")


def show(graded: Sequence[Graded]) -> None:
    """Print the table to stdout, as wide as the terminal, or WIDTH columns where there is none."""
    _console().print(_table(graded))


def sentence(graded: Sequence[Graded], folder: Path) -> str:
    """Return how many were graded, with what success, and where the results are."""
    assignments = len({one.assignment for one in graded if one.assignment})
    full = sum(one.mark == 100 for one in graded)
    less = sum(one.mark is not None for one in graded) - full
    parts = [f"{full} with full marks", f"{less} with less"]
    reasons = Counter(_reason(one) for one in graded if one.status != "judged")
    parts += [f"{count} {reason}" for reason, count in reasons.items()]
    counted = f"{_many(len(graded), 'submission')} in {_many(assignments, 'assignment')}"
    where = line(folder).rstrip("/") + "/"
    return f"Graded {counted}: {', '.join(parts)}. Results are in {where} ({say('practice')})."


def _reason(graded: Graded) -> str:
    """Return why a submission was not judged, as a clause that others may share."""
    if graded.status == "absent":
        return "not judged because " + line(first_problem(graded)).partition(";")[0]
    if graded.status == "no assignment":
        return "without an assignment"
    return "that could not be judged for a fault of rnncheck's own"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _console() -> Console:
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)


def _table(graded: Sequence[Graded]) -> Table:
    """Return a table whose last column takes what the others leave; a section for each status."""
    from rich import box
    from rich.table import Table

    uses = Counter((one.assignment, one.item.path.name) for one in graded)
    rows = {
        status: [_row(one, uses) for one in graded if one.status == status] for status in _STATUSES
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


def _row(graded: Graded, uses: Counter[tuple[str, str]]) -> list[Text]:
    path = graded.item.path
    unique = uses[graded.assignment, path.name] == 1
    mark = "-" if graded.mark is None else f"{graded.mark:g}"
    style = "green" if graded.mark == 100 else "red" if graded.mark == 0 else ""
    counting = [j for j in graded.report.judged if j.worth] if graded.report else []
    passed = sum(judged.outcome.status == "passed" for judged in counting)
    return [
        rich_text(path.name if unique else "/".join(path.parts[-2:])),
        rich_text(graded.assignment or "-"),
        rich_text(graded.item.framework or "-"),
        rich_text(mark, style),
        rich_text(f"{passed}/{len(counting)}" if counting else "-"),
        rich_text(first_problem(graded)),
    ]
