"""The kill matrix as Markdown: for each contract a row for each mistake."""

from __future__ import annotations

from collections import Counter

from rnncheck.grading.matrix import UNCLAIMED, Matrix, Rows

HEAD = """# Which mistake fails which check

Written by `rnncheck mistakes matrix`; `docs/kill-matrix.json` has a letter for each (check, case). Every mistake of the
catalogue (docs/mistakes.md) that can be made with what a contract asks for was run through every check on every case, in
float64. A row names the checks that it fails and, where it is not all, on how many of the check's cases.

A mistake that fails nothing here cannot be seen under the contract: it concerns gradients where none are asked for, or
lengths and missing states where none are given.
"""


def markdown(found: Matrix) -> str:
    """Return the tables of all contracts."""
    return "\n".join([HEAD, *(_section(name, part) for name, part in found.items())])


def _section(name: str, part: Rows) -> str:
    shown = [mistake for mistake in part.kills if part.killed_by(mistake)]
    unseen = [mistake for mistake in part.kills if mistake not in shown]
    lines = [f"## {name}", "", f"{len(part.pairs)} pairs of a check and a case.", ""]
    lines += ["| mistake | pairs | checks |", "|---|---|---|"]
    lines += [_line(mistake, part) for mistake in shown]
    if unseen:
        lines += ["", f"Not to be seen here: {', '.join(unseen)}."]
    return "\n".join([*lines, ""])


def _line(mistake: str, part: Rows) -> str:
    killed = Counter(check for check, _ in part.killed_by(mistake))
    letters = zip(part.pairs, part.kills[mistake], strict=True)
    claimed = Counter(check for (check, _), letter in letters if letter != UNCLAIMED)
    words = [c if killed[c] == claimed[c] else f"{c} {killed[c]}/{claimed[c]}" for c in killed]
    return f"| {mistake} | {killed.total()} of {claimed.total()} | {', '.join(words)} |"
