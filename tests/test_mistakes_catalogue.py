"""The catalogue as text and as a matrix: both say what the code does, and nothing is there twice."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from rnncheck.grading.asked import asked
from rnncheck.grading.assignment import load, names
from rnncheck.grading.catalogue import table
from rnncheck.grading.cli import main
from rnncheck.grading.matrix import Rows, kills, merged, read
from rnncheck.grading.numbers import classes
from rnncheck.mistakes import gru_backward, mistakes
from rnncheck.mistakes.lstm_backward import backward
from rnncheck.mistakes.lstm_forward import forward
from rnncheck.reference import gru, lstm
from rnncheck.reference.arrays import Named, Numbers
from rnncheck.suites.case import make_case
from rnncheck.suites.cases import general
from rnncheck.suites.prepared import Kept
from tests.catching import SPECS

Gradients = tuple[Named, Numbers, Named]
DOCS = Path(__file__).resolve().parents[1] / "docs"
STORED = read(DOCS / "kill-matrix.json")
CONTRACTS = {one.name: one for name in names() for one in asked(load(name))}
SAMPLED = ("elman-cell/numpy", "gru-cell/torch")  # cheap ones: the others take minutes
EVERY = 23  # of the mistakes of the other contracts


def test_page_is_what_the_command_writes() -> None:
    """docs/mistakes.md; `rnncheck mistakes list --markdown > docs/mistakes.md` writes it."""
    assert table() == (DOCS / "mistakes.md").read_text("utf-8")


def test_every_mistake_is_whole() -> None:
    """Words and a hint that ends a sentence; a source; an id in small letters."""
    for mistake in mistakes().values():
        assert mistake.id.replace("_", "").isalnum(), mistake.id
        assert mistake.id == mistake.id.lower()
        assert mistake.hint[-1] in ".?", mistake.id
        assert mistake.source, mistake.id
        assert mistake.what not in mistake.hint


def test_matrix_is_of_this_code() -> None:
    """Contracts, pairs and mistakes are those of today; the message says what to run."""
    stale = [name for name, one in CONTRACTS.items() if not _current(name, one.pairs())]
    assert stale == [], (
        "run `rnncheck mistakes matrix --json docs/kill-matrix.json --markdown docs/kill-matrix.md`"
    )
    assert list(STORED) == list(CONTRACTS)


def _current(name: str, pairs: object) -> bool:
    part = STORED.get(name)
    assert isinstance(pairs, list)
    known = [mistake.id for mistake in CONTRACTS[name].mistakes()]
    columns = tuple((check.name, number) for check, _, number in pairs)
    return part is not None and part.pairs == columns and list(part.kills) == known


@pytest.mark.parametrize("name", CONTRACTS)
def test_matrix_is_true(name: str) -> None:
    """Rows that are run again come out as they are stored: all of some contracts, some of all."""
    contract, part, kept = CONTRACTS[name], STORED[name], Kept()
    chosen = contract.mistakes()[:: 1 if name in SAMPLED else EVERY]
    for mistake in chosen:
        found = kills(contract, mistake, kept)
        assert [found.get(pair, "-") for pair in part.pairs] == list(part.kills[mistake.id])


def test_every_mistake_is_killed_somewhere() -> None:
    """Under some contract, but for those that no contract leaves room for."""
    killed = {m for part in STORED.values() for m in part.kills if part.killed_by(m)}
    made = {m for part in STORED.values() for m in part.kills}
    assert made - killed == set()


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
    fitting = [c for n, c in CONTRACTS.items() if ids[0] in STORED[n].kills]
    groups = [classes(c, [mistakes()[m] for m in ids], Kept()) for c in fitting[:3]]
    together = [set(itertools.combinations(group, 2)) for found in groups for group in found]
    return any(all(_has(found, pair) for found in groups) for pair in set().union(*together))


def _has(found: list[list[str]], pair: tuple[str, str]) -> bool:
    return any({*pair} <= {*group} for group in found)


@pytest.mark.parametrize("name", ["lstm", "lstm peepholes"])
def test_lines_of_the_lstm_are_right(name: str) -> None:
    """Without a change the lines that mistakes are made of give the reference's numbers."""
    case = make_case(general(SPECS[name])[1])
    given = case.spec, case.params, case.x[0], case.state or {}
    new, trace = lstm.forward(*given)
    again, _ = forward()(*given)
    assert all(np.array_equal(again[part], new[part]) for part in new)
    _hold(backward()(*given, trace, case.d_state), lstm.backward(*given, trace, case.d_state))


@pytest.mark.parametrize("name", ["gru", "gru reset before"])
def test_lines_of_the_gru_are_right(name: str) -> None:
    """Likewise."""
    case = make_case(general(SPECS[name])[1])
    given = case.spec, case.params, case.x[0], case.state or {}
    _, trace = gru.forward(*given)
    ours = gru_backward.backward()(*given, trace, case.d_state)
    _hold(ours, gru.backward(*given, trace, case.d_state))


def _hold(got: Gradients, right: Gradients) -> None:
    for one, other in ((got[0], right[0]), (got[2], right[2]), ({"x": got[1]}, {"x": right[1]})):
        assert one.keys() == other.keys()
        for part, array in other.items():
            np.testing.assert_allclose(one[part], array, rtol=1e-13, atol=1e-14)


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
    assert main(["mistakes", "matrix", *chosen, "--json", str(file)]) == 0
    assert main(["mistakes", "matrix", *chosen, "--markdown", str(tables)]) == 0
    (name,) = {n.partition("/")[0] for n in read(file)}
    assert name == "elman-cell"
    assert "| bias_hh_left_out |" in tables.read_text()
    assert main(["mistakes", "show", "bias_hh_left_out"]) == 0
    assert "shows in" in capsys.readouterr().out
    assert main(["mistakes", "show", "bias_hh"]) == 2
    assert "bias_hh_left_out" in capsys.readouterr().err
