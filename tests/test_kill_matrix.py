"""The kill matrix of docs/: it is of this code, true where it is run again, and nothing is twice."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path

import pytest

from rnncheck.grading.asked import Asked
from rnncheck.grading.assignment import load, names
from rnncheck.grading.cli import main
from rnncheck.grading.matrix import Letters, Rows, kills, merged, operation_rows, read
from rnncheck.grading.numbers import classes
from rnncheck.grading.operation_matrix import AskedOperations, contracts, diagnosed
from rnncheck.mistakes import every_mistake, mistakes, operation_mistakes
from rnncheck.suites.prepared import Kept

DOCS = Path(__file__).resolve().parents[1] / "docs"
STORED = read(DOCS / "kill-matrix.json")
EVERYWHERE = {one.name: one for name in names() for one in contracts(load(name))}
CONTRACTS = {name: one for name, one in EVERYWHERE.items() if isinstance(one, Asked)}
OPERATIONS = {n: one for n, one in EVERYWHERE.items() if isinstance(one, AskedOperations)}
SAMPLED = ("elman-cell/numpy", "gru-cell/numpy")  # cheap ones: all others take minutes
EVERY = 41  # of the mistakes of the other contracts
UNSEEN = {"dropout_keep_swapped": "contracts with a bank hand over their masks, none draws them"}
COMMAND = "rnncheck mistakes matrix --json docs/kill-matrix.json --markdown docs/kill-matrix.md"


def _current(contract: Asked | AskedOperations) -> bool:
    part = STORED.get(contract.name)
    if part is None:
        return False
    columns = tuple((check.name, number) for check, _, number in contract.pairs())
    return (part.pairs, list(part.kills)) == (columns, [m.id for m in contract.mistakes()])


def test_matrix_is_of_this_code() -> None:
    """Contracts, pairs and mistakes are those of today."""
    stale = [name for name, contract in EVERYWHERE.items() if not _current(contract)]
    assert stale == [], f"run `{COMMAND}`"
    assert list(STORED) == list(EVERYWHERE)


@pytest.mark.parametrize("name", CONTRACTS)
def test_matrix_is_true(name: str) -> None:
    """Rows that are run again come out as they are stored: all of some contracts, some of all."""
    contract, part, kept = CONTRACTS[name], STORED[name], Letters()
    first = list(CONTRACTS).index(name)
    for mistake in contract.mistakes()[0 if name in SAMPLED else first :: _step(name)]:
        found = kills(contract, mistake, kept)
        row = "".join(found.get(pair, "-") for pair in part.pairs)
        assert row == part.kills[mistake.id], mistake.id


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_mistake_of_an_operation_is_killed(name: str) -> None:
    """In each assignment that leaves room for it, part by part; and the stored rows are true."""
    found = operation_rows(OPERATIONS[name])
    assert found == STORED[name]
    assert [mistake for mistake in found.kills if not found.killed_by(mistake)] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_mistake_of_an_operation_is_named(name: str) -> None:
    """At every case that it fails, by its own name."""
    found = diagnosed(OPERATIONS[name])
    assert len(found) >= 2
    assert [one for one in found if one.right < one.cases] == []


def test_ids_are_those_of_one_mistake() -> None:
    """Of networks and of operations together."""
    assert len(every_mistake()) == len(mistakes()) + len(operation_mistakes())


def _step(name: str) -> int:
    return 1 if name in SAMPLED else EVERY


def test_every_mistake_is_killed() -> None:
    """Each that a contract leaves room for, under at least one; what cannot be seen has a reason."""
    killed = {m for part in STORED.values() for m in part.kills if part.killed_by(m)}
    made = {m for part in STORED.values() for m in part.kills}
    assert made - killed == UNSEEN.keys()


def test_no_two_mistakes_are_one() -> None:
    """Mistakes that fail the same pairs under every contract give other numbers somewhere."""
    alike: dict[object, list[str]] = defaultdict(list)
    for mistake in mistakes():
        rows = tuple((n, p.kills[mistake]) for n, p in STORED.items() if mistake in p.kills)
        alike[rows or mistake].append(mistake)
    twice = [ids for ids in alike.values() if len(ids) > 1 and _one(ids)]
    assert twice == [], "merge them, and say the other name in `also`"


def _one(ids: list[str]) -> bool:
    """Say whether some of the mistakes give equal numbers under every contract."""
    where = [n for n, part in STORED.items() if ids[0] in part.kills and part.killed_by(ids[0])]
    where.sort(key=lambda name: len(STORED[name].killed_by(ids[0])))
    groups = [classes(CONTRACTS[n], [mistakes()[m] for m in ids], Kept()) for n in where[:2]]
    together = [set(itertools.combinations(group, 2)) for found in groups for group in found]
    return any(all(_has(found, pair) for found in groups) for pair in set().union(*together))


def _has(found: list[list[str]], pair: tuple[str, str]) -> bool:
    return any({*pair} <= {*group} for group in found)


def test_rows_are_replaced_one_by_one() -> None:
    """A row that is not run again stays, one whose contract has other pairs now does not."""
    part = STORED["elman-cell/numpy"]
    first, second = list(part.kills)[:2]
    new = Rows(part.pairs, {second: "x" * len(part.pairs)})
    found = merged({"a": part}, {"a": new})["a"].kills
    assert found[first] == part.kills[first]
    assert set(found[second]) == {"x"}
    assert list(merged({"a": Rows(part.pairs[1:], part.kills)}, {"a": new})["a"].kills) == [second]


def test_command_writes_what_it_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One assignment, one mistake: a file, tables, and a line for show."""
    file, tables = tmp_path / "m.json", tmp_path / "m.md"
    chosen = ["--assignment", "elman-cell", "--mistake", "bias_hh_left_out", "--jobs", "1"]
    written = ["--json", str(file), "--markdown", str(tables)]
    assert main(["mistakes", "matrix", *chosen, *written]) == 0
    assert {name.partition("/")[0] for name in read(file)} == {"elman-cell"}
    assert "| bias_hh_left_out |" in tables.read_text()
    assert main(["mistakes", "show", "bias_hh_left_out"]) == 0
    assert "shows in" in capsys.readouterr().out
    assert main(["mistakes", "show", "bias_hh"]) == 2
    assert "bias_hh_left_out" in capsys.readouterr().err
