"""docs/coverage.md says what works of the seed tutorials; every name in it is held to the code."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnncheck import adapters
from rnncheck.mistakes import mistakes, operation_mistakes
from rnncheck.protocol.spec import GATES
from rnncheck.suites.check import checks, operation_checks

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
COLUMNS = [
    *("system", "seed", "reference", "golden", "TF1", "Keras", "PyTorch", "checks", "assignment")
]
WORLDS = {"TF1": "tf1", "Keras": "keras3", "PyTorch": "torch"}
SEEDS = ["000", "001", "002", "003", "004"]
EXCUSES = ("later: ", "none: ", "not a recurrent system")
ASSIGNMENTS = {path.parent.name for path in (ROOT / "assignments").glob("*/assignment.toml")}
GOLDENS = json.loads((ROOT / "fixtures" / "manifest.json").read_text(encoding="utf-8"))["goldens"]

Row = dict[str, str]


def tables() -> list[list[Row]]:
    """Return every table of the page as rows by the names of their columns."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", TEXT, re.MULTILINE):
        lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines()]
        assert all(len(line) == len(lines[0]) for line in lines), f"uneven: {lines[0]}"
        found.append([dict(zip(lines[0], line, strict=True)) for line in lines[2:]])
    return found


TITLES, SYSTEMS, WRONG, MENTIONED = tables()


def named(cell: str) -> list[str]:
    """Return what a cell names in the code."""
    return re.findall(r"`([^`]+)`", cell)


def cells() -> Iterator[tuple[str, str, str]]:
    """Yield the system, the column and the text of every cell that names code."""
    for row in SYSTEMS:
        for column in COLUMNS[2:]:
            yield row["system"], column, row[column]


def targets(name: str) -> set[str]:
    """Return the last parts of the names of an adapter's targets, or its operations."""
    if name in adapters.operation_names():
        return {target.spec.name for target in adapters.load_operations(name).targets}
    found = (target.name.rpartition(":")[2] for target in adapters.load(name).targets)
    return {target.removeprefix("nn.rnn_cell.") for target in found}


def is_test(name: str) -> bool:
    """Tell whether a name is a file of tests that is there."""
    return re.fullmatch(r"tests/test_\w+\.py", name) is not None and (ROOT / name).is_file()


def exists(name: str, column: str) -> bool:
    """Tell whether a name is in the code, of the kind that its column holds."""
    if column == "reference":
        return name.startswith("reference/") and (ROOT / name).is_file()
    if column == "golden":
        return bool(fnmatch.filter(GOLDENS, name))
    if column == "assignment":
        return name in ASSIGNMENTS
    if column == "checks":
        return name in checks() or name in operation_checks() or is_test(name)
    adapter, _, target = name.partition(" ")
    if adapter not in [*adapters.names(), *adapters.operation_names()]:
        return is_test(name)
    return adapters.find(adapter).world == WORLDS[column] and target in targets(adapter)


@pytest.mark.parametrize("row", SYSTEMS, ids=lambda row: row["system"])
def test_coverage_row_names_what_exists(row: Row) -> None:
    """Every file, golden, adapter with its target, check and assignment is there."""
    assert list(row) == COLUMNS
    wrong = [
        f"{column}: {n}"
        for column in COLUMNS[2:]
        for n in named(row[column])
        if not exists(n, column)
    ]
    assert not wrong, f"docs/coverage.md, {row['system']}: not in the code: {wrong}"


def test_coverage_excuses_what_it_does_not_name() -> None:
    """A cell without a name says later or none, and why."""
    bare = [
        f"{system}, {column}: {cell!r}"
        for system, column, cell in cells()
        if not named(cell) and not excused(cell)
    ]
    assert not bare, f"docs/coverage.md: say 'later: ...' or 'none: ...': {bare}"


def excused(cell: str) -> bool:
    """Tell whether a cell is a sentence that begins with one of EXCUSES."""
    return any(cell.startswith(words) and len(cell) > 12 for words in EXCUSES)


def test_coverage_of_what_is_only_mentioned() -> None:
    """Each such row says later, none or that it is no recurrent system, or names a test."""
    for row in MENTIONED:
        tests = named(row["where it stands"])
        assert excused(row["where it stands"]) or tests, row
        assert all(is_test(name) for name in tests), row


def test_coverage_names_two_mistakes_of_each_row() -> None:
    """Two at least of the catalogue, where the row names checks; else later or none, and why."""
    assert [row["system"] for row in WRONG] == [row["system"] for row in SYSTEMS]
    for row, wrong in zip(SYSTEMS, WRONG, strict=True):
        found = named(wrong["mistakes"])
        assert set(found) <= {*mistakes(), *operation_mistakes()}, row["system"]
        held = set(named(row["checks"])) & {*checks(), *operation_checks()}
        assert len(found) >= 2 or (not held and excused(wrong["mistakes"])), row["system"]


def test_coverage_names_every_seed() -> None:
    """Five seeds, each with a title, each used by a row; a row uses one at least."""
    assert [row["seed"] for row in TITLES] == SEEDS
    assert all(len(row["what it is about"].split()) > 3 for row in TITLES)
    rows = [row["seed"].split(", ") for row in SYSTEMS + MENTIONED]
    assert all(sorted(row) == row for row in rows)
    assert {seed for row in rows for seed in row} == set(SEEDS)


def test_coverage_leaves_nothing_out() -> None:
    """Every assignment, adapter and cell of the reference is somewhere in the page."""
    said = {word for name in named(TEXT) for word in (name, name.partition(" ")[0])}
    wanted = (
        ASSIGNMENTS
        | {*adapters.names(), *adapters.operation_names()}
        | {f"reference/{cell}.py" for cell in GATES}
    )
    assert not wanted - said, f"docs/coverage.md does not name {sorted(wanted - said)}"


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("reference/attention.py", "reference"),
        ("tests/test_coverage.py", "reference"),
        ("lstm/attention_*", "golden"),
        ("torch_layer LSTM", "TF1"),
        ("tf1_cell", "TF1"),
        ("tf1_cell LSTM", "TF1"),
        ("tests/test_attention.py", "Keras"),
        ("mask_everything", "checks"),
        ("attention", "assignment"),
    ],
)
def test_coverage_finds_a_name_that_is_not_there(name: str, column: str) -> None:
    """A wrong file, trace, adapter, target, check or assignment is found."""
    assert not exists(name, column)
