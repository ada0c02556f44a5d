"""The catalogue of mistakes as text: a list, a table in Markdown, and all about one of them."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import rnncheck.mistakes
from rnncheck.grading.asked import asked
from rnncheck.grading.assignment import load, names
from rnncheck.grading.shows import shows
from rnncheck.mistakes import every_mistake, mistakes, operation_mistakes
from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.base_operation import EVERY, OperationMistake

HEAD = """# The catalogue of mistakes

Written by `rnncheck mistakes list --markdown`. Each is a wrong implementation that runs: the reference with one thing
changed. "Shows in" is where its numbers first differ from the right ones; docs/kill-matrix.md says which checks fail it.
A hint is what a student reads beside the mistake; it does not give the answer away.
"""


def listing() -> str:
    """Return a line for each mistake."""
    width = max(map(len, every_mistake()))
    return "".join(f"{m.id:<{width}}  {m.what}\n" for m in every_mistake().values())


def table() -> str:
    """Return a section of Markdown for each file of the catalogue."""
    of_networks, of_operations = len(mistakes()), len(operation_mistakes())
    parts = [HEAD, f"{of_networks} mistakes in networks, {of_operations} in operations.\n"]
    for title, found in _by_file("MISTAKES").items():
        parts += [
            f"## {title}\n",
            "| mistake | what | shows in | seen in | hint |",
            "|---|---|---|---|---|",
        ]
        parts += [_row(mistake) for mistake in found]
        parts.append("")
    for title, found in _by_file("OPERATION_MISTAKES").items():
        parts += [f"## {title}\n", "| mistake | operation | what | hint |", "|---|---|---|---|"]
        parts += [_operation_row(mistake) for mistake in found]
        parts.append("")
    return "\n".join(parts)


def _by_file(name: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for module in iter_modules(rnncheck.mistakes.__path__):
        loaded = import_module(f"rnncheck.mistakes.{module.name}")
        if hasattr(loaded, name):
            title = (loaded.__doc__ or "").partition("\n")[0].rstrip(".")
            found[title] += getattr(loaded, name)
    return found


def _row(mistake: Mistake) -> str:
    what = "; also: ".join([mistake.what, *mistake.also])
    cells = (f"`{mistake.id}`", what, shows(mistake), mistake.source, mistake.hint)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _operation_row(mistake: OperationMistake) -> str:
    made = "any" if mistake.operation == EVERY else f"`{mistake.operation}`"
    cells = (f"`{mistake.id}`", made, mistake.what, mistake.hint)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def details(mistake: Mistake | OperationMistake) -> str:
    """Return all about one mistake."""
    if isinstance(mistake, OperationMistake):
        made = "any operation" if mistake.operation == EVERY else mistake.operation
        return _details(mistake.id, {"what": mistake.what, "hint": mistake.hint, "made with": made})
    where = [one.name for name in names() for one in asked(load(name)) if mistake.applies(one.spec)]
    lines = {
        "what": mistake.what,
        "also": "; ".join(mistake.also),
        "shows in": shows(mistake),
        "seen in": mistake.source,
        "hint": mistake.hint,
        "made with": ", ".join(where) or "no contract that comes with rnncheck",
    }
    return _details(mistake.id, lines)


def _details(name: str, lines: dict[str, str]) -> str:
    body = "".join(f"  {label:<9}  {text}\n" for label, text in lines.items() if text)
    return f"{name}\n{body}"
