"""How often a mistake is named, over a sample of docs/diagnosis.md; that page's own figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rnncheck.grading.assignment import load, names
from rnncheck.grading.bank_file import practice
from rnncheck.grading.cli import main
from rnncheck.grading.diagnosed import diagnosed
from rnncheck.grading.matrix import read
from rnncheck.grading.named import Named, share, table
from rnncheck.grading.operation_matrix import AskedOperations, contracts
from rnncheck.mistakes import mistakes

DOCS = Path(__file__).resolve().parents[1] / "docs"
STORED = read(DOCS / "kill-matrix.json")
SAMPLED = ("lstm-backward", "gru-backward", "jordan-backward", "lstm-lengths", "gru-bidirectional")
EACH, PAIRS = 12, 1  # sixty mistakes


@pytest.mark.parametrize("name", SAMPLED)
def test_mistakes_are_named(name: str) -> None:
    """Mistakes from one end of the catalogue to the other, at their first failing pair."""
    (contract,) = (one for one in contracts(load(name)) if one.framework == "numpy")
    assert not isinstance(contract, AskedOperations)
    bank, part = practice(name, "numpy"), STORED[contract.name]
    assert bank is not None
    killed = [mistake for mistake in part.kills if len(part.killed_by(mistake)) > 3]
    chosen = killed[len(killed) % EACH // 2 :: len(killed) // EACH][:EACH]
    assert len(chosen) == EACH
    found = diagnosed(contract, bank, chosen, most=PAIRS)
    assert len(found) >= EACH - 2  # of some the first failure says nothing: shapes, second calls
    assert [one for one in found if one.right < one.cases] == []


def test_page_is_of_these_contracts_and_above_the_bar() -> None:
    """Every contract in NumPy and every part of operations, each at 95 % at least."""
    rows = re.findall(
        r"^\| (\S+) \| (\d+) \| (\d+) \| ([\d.]+)% ", (DOCS / "diagnosis.md").read_text(), re.M
    )
    asked = [one for name in names() for one in contracts(load(name))]
    there = [one.name for one in asked if one.framework.partition("/")[0] == "numpy"]
    assert [row[0] for row in rows] == [*there, "all"]
    assert min(float(row[3]) for row in rows) >= 95
    assert int(rows[-1][2]) == sum(int(row[2]) for row in rows[:-1])


def test_table_names_what_was_missed() -> None:
    """Which mistake, in how many cases, and what was named in its place."""
    first, second = list(mistakes())[:2]
    found = [Named(first, 4, 3, (second,)), Named(second, 4, 4, ())]
    assert share(found) == 7 / 8
    assert table({"a/numpy": found}).splitlines()[-2:] == [
        f"| a/numpy | 2 | 8 | 87.5% | `{first}` 3/4: {second} |",
        "| all | 2 | 8 | 87.5% |  |",
    ]


def test_command_measures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One mistake of a contract, and all of an operation; a table where it is asked for."""
    page = tmp_path / "page.md"
    asked = ["mistakes", "diagnosed", "elman-cell", "optimisers", "--markdown", str(page)]
    assert main([*asked, "--mistake", "bias_hh_left_out", "--mistake", "step_uphill"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"elman-cell/numpy: 1 mistakes, \d+ failing cases, 100.0% named", said[0])
    assert re.fullmatch(r"optimisers/numpy: 1 mistakes, \d+ failing cases, 100.0% named", said[1])
    assert page.read_text().startswith("# How often a mistake is named")
    assert main(["mistakes", "diagnosed", "optimisers", "--framework", "keras"]) == 2
    assert "no contract in keras" in capsys.readouterr().err
