"""How often a mistake is named, over a sample of docs/diagnosis.md; that page's own figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rnncheck.grading.asked import asked
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
SAMPLED = {
    "lstm-backward/numpy": "float64",
    "gru-backward/numpy": "float32",
    "jordan-backward/numpy": "float64",
    "lstm-lengths/keras": "float64",
    "gru-bidirectional/torch": "float32",
    "lstm-peepholes/tf1": "float64",
    "gru/keras": "float32",
}
EACH, PAIRS = 12, 1  # a dozen of each contract


@pytest.mark.parametrize(("name", "dtype"), SAMPLED.items())
def test_mistakes_are_named(name: str, dtype: str) -> None:
    """Mistakes from one end of the catalogue to the other, at their first failing pair."""
    assignment, _, framework = name.partition("/")
    (contract,) = (one for one in contracts(load(assignment)) if one.framework == framework)
    assert not isinstance(contract, AskedOperations)
    bank, part = practice(assignment, framework), STORED[contract.name]
    assert bank is not None
    killed = [mistake for mistake in part.kills if len(part.killed_by(mistake)) > 3]
    chosen = killed[len(killed) % EACH // 2 :: len(killed) // EACH][:EACH]
    assert len(chosen) == EACH
    found = diagnosed(contract, bank, chosen, most=PAIRS, dtype=dtype)
    assert len(found) >= EACH - 4  # of some the first failure says nothing: shapes, second calls
    assert [one for one in found if one.right < one.cases] == []


@pytest.mark.parametrize(
    ("name", "mistake", "dtype"),
    [
        ("lstm/keras", "cell_gradient_never_added", "float32"),  # underflows where float64 does not
        ("gru/tf1", "sigmoid_overflows", "float32"),  # overflows where float64 does not
        ("gru/tf1", "state_gradient_clipped_at_1", "float32"),  # sums that nearly cancel
        ("elman-cell/tf1", "tanh_slope_left_out", "float64"),  # gradients of a missing tanh
        ("lstm-lengths/keras", "mask_multiplied", "float64"),  # NaN in the padding tells little
    ],
)
def test_what_is_hard_to_tell(name: str, mistake: str, dtype: str) -> None:
    """Each was missed once, at all pairs or at some."""
    assignment, _, framework = name.partition("/")
    (contract,) = (one for one in asked(load(assignment)) if one.framework == framework)
    bank = practice(assignment, framework)
    assert bank is not None
    (named,) = diagnosed(contract, bank, [mistake], dtype=dtype)
    assert named.right == named.cases > 0


def test_page_is_of_these_contracts_and_above_the_bar() -> None:
    """Every contract and every part of operations; 95 % at least of each mistake's cases."""
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in (DOCS / "diagnosis.md").read_text().splitlines()
        if line.startswith("|")
    ][2:]
    there = [one.name for name in names() for one in contracts(load(name))]
    assert [row[0] for row in rows] == [*there, "all"]
    for column in (2, 4):
        assert int(rows[-1][column]) == sum(int(row[column]) for row in rows[:-1])
        assert min(float(row[column + 1].rstrip("%")) for row in rows) >= 95
    for right, cases in re.findall(r" (\d+)/(\d+): ", "".join(row[6] for row in rows)):
        assert int(right) >= 0.95 * int(cases)


def test_table_names_what_was_missed() -> None:
    """Which mistake, in how many cases, and what was named in its place."""
    first, second = list(mistakes())[:2]
    found = [Named(first, 4, 3, (second,)), Named(second, 4, 4, ())]
    assert share(found) == 7 / 8
    assert table({"a/tf1": {"float64": found, "float32": found[1:]}}).splitlines()[-2:] == [
        f"| a/tf1 | 2 | 8 | 87.5% | 4 | 100.0% | `{first}` 3/4: {second} |",
        "| all | 2 | 8 | 87.5% | 4 | 100.0% |  |",
    ]


def test_command_measures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One mistake of a contract, and all of an operation; a table where it is asked for."""
    page = tmp_path / "page.md"
    words = ["mistakes", "diagnosed", "elman-cell", "optimisers", "--markdown", str(page)]
    words += ["--framework", "numpy", "--dtype", "float32"]
    assert main([*words, "--mistake", "bias_hh_left_out", "--mistake", "step_uphill"]) == 0
    said = capsys.readouterr().out.splitlines()
    told = r"{} in float32: 1 mistakes, \d+ failing cases, 100.0% named"
    assert re.fullmatch(told.format("elman-cell/numpy"), said[0])
    assert re.fullmatch(told.format("optimisers/numpy"), said[1])
    assert page.read_text().startswith("# How often a mistake is named")
    assert main(["mistakes", "diagnosed", "optimisers", "--framework", "keras"]) == 2
    assert "no contract in keras" in capsys.readouterr().err
