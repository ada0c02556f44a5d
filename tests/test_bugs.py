"""docs/bugs.md: each mistake and check that it names is there, and it leaves no mistake unnamed."""

from __future__ import annotations

import re
from pathlib import Path

from rnncheck.mistakes import every_mistake, mistakes
from rnncheck.suites.check import checks, operation_checks

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "bugs.md").read_text("utf-8")
ROWS = [row for row in PAGE.splitlines() if row.startswith("| ")][1:]


def test_what_the_page_names_is_there() -> None:
    """Mistakes and checks, in the last column of each row; a row without one gives a reason."""
    known = every_mistake().keys() | checks().keys() | operation_checks().keys()
    assert len(ROWS) >= 60
    for row in ROWS:
        answer = row.split(" | ")[-1]
        named = re.findall(r"`(\w+)`", answer)
        assert [name for name in named if name not in known] == []
        assert named or len(answer.split()) >= 6, row


def test_most_of_the_catalogue_stands_for_a_known_bug() -> None:
    """Three of four mistakes in networks; a gate stands for all."""
    named = {re.sub(r"_[ifgorzn]$", "", name) for name in re.findall(r"`(\w+)`", PAGE)}
    ours = {re.sub(r"_[ifgorzn]$", "", name) for name in mistakes()}
    assert len(ours & named) >= 0.75 * len(ours), sorted(ours - named)
