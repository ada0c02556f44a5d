"""The catalogue of mistakes as text: a list, a table in Markdown, and all about one of them."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from pkgutil import iter_modules

import rnncheck.mistakes
from rnncheck.grading.asked import asked
from rnncheck.grading.assignment import load, names
from rnncheck.grading.shows import shows
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Mistake

HEAD = """# The catalogue of mistakes

Written by `rnncheck mistakes list --markdown`. Each is a wrong implementation that runs: the reference with one thing
changed. "Shows in" is where its numbers first differ from the right ones; docs/kill-matrix.md says which checks fail it.
A hint is what a student reads beside the mistake; it does not give the answer away.
"""


def listing() -> str:
    """Return a line for each mistake."""
    width = max(map(len, mistakes()))
    return "".join(f"{m.id:<{width}}  {m.what}\n" for m in mistakes().values())


def table() -> str:
    """Return a section of Markdown for each file of the catalogue."""
    parts = [HEAD, f"{len(mistakes())} mistakes.\n"]
    for title, found in _by_file().items():
        parts += [
            f"## {title}\n",
            "| mistake | what | shows in | seen in | hint |",
            "|---|---|---|---|---|",
        ]
        parts += [_row(mistake) for mistake in found]
        parts.append("")
    return "\n".join(parts)


def _by_file() -> dict[str, list[Mistake]]:
    found: dict[str, list[Mistake]] = defaultdict(list)
    for module in iter_modules(rnncheck.mistakes.__path__):
        loaded = import_module(f"rnncheck.mistakes.{module.name}")
        if hasattr(loaded, "MISTAKES"):
            title = (loaded.__doc__ or "").partition("\n")[0].rstrip(".")
            found[title] += loaded.MISTAKES
    return found


def _row(mistake: Mistake) -> str:
    what = "; also: ".join([mistake.what, *mistake.also])
    cells = (f"`{mistake.id}`", what, shows(mistake), mistake.source, mistake.hint)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def details(mistake: Mistake) -> str:
    """Return all about one mistake."""
    where = [one.name for name in names() for one in asked(load(name)) if mistake.applies(one.spec)]
    lines = {
        "what": mistake.what,
        "also": "; ".join(mistake.also),
        "shows in": shows(mistake),
        "seen in": mistake.source,
        "hint": mistake.hint,
        "made with": ", ".join(where) or "no contract that comes with rnncheck",
    }
    body = "".join(f"  {label:<9}  {text}\n" for label, text in lines.items() if text)
    return f"{mistake.id}\n{body}"
