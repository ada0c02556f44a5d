"""`rnncheck explain gradient-flow`: its numbers, its exit codes, its plot, and life without it."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnncheck.grading.assignment import load
from rnncheck.grading.cli import main
from rnncheck.grading.find import find_contract, read_submission
from rnncheck.grading.flow_plot import draw
from rnncheck.grading.gradient_flow import WAYS, Measured, measure
from rnncheck.grading.opened import open_submission
from rnncheck.protocol.faults import Fault
from rnncheck.reference.flow import Flow
from tests.judging import home

HERE = Path(__file__).resolve().parent
SOLUTIONS, EXAMPLES = HERE / "solutions", HERE.parent / "examples"
ROW = re.compile(r"^ +(\d+) +(\S+) +(\S+)  (vanishing|flowing|exploding)(  differs)?$", re.M)


def measured(path: Path, assignment_name: str, steps: int = 6) -> Measured:
    """Measure a file of the repository, or skip where its framework is not installed."""
    assignment, submission = load(assignment_name), read_submission(path)
    contract = find_contract(assignment, submission)
    try:
        with open_submission(submission, contract, assignment.limits) as opened:
            return measure(opened, steps)
    except Fault as fault:
        if fault.kind != "absent":
            raise
        pytest.skip(str(fault))


@pytest.mark.parametrize(
    ("name", "framework", "way"),
    [
        pytest.param("lstm", "numpy", "", marks=home("numpy")),
        pytest.param("gru-cell", "numpy", "", marks=home("numpy")),
        pytest.param("elman-backward", "numpy", "sequence_vjp", marks=home("numpy")),
        pytest.param("lstm", "torch", "sequence_vjp", marks=home("torch")),
        pytest.param("gru-cell", "torch", "step_vjp", marks=home("torch")),
        pytest.param("elman", "keras", "sequence_vjp", marks=home("keras3")),
        pytest.param("lstm", "tf1", "sequence_vjp", marks=home("tf1")),
        pytest.param("gru-cell", "tf1", "step_vjp", marks=home("tf1")),
    ],
)
def test_solutions_have_the_reference_s_flow(name: str, framework: str, way: str) -> None:
    """By the calls that the contract claims: all Jacobians, not only their norms."""
    got = measured(SOLUTIONS / name / f"{framework}.py", name)
    assert got.way == WAYS[way]
    assert got.differs == []
    allowed = 1e-10 if way else 1e-7
    np.testing.assert_allclose(got.mine.jacobians, got.right.jacobians, rtol=0, atol=allowed)


def test_truncated_backward_stops_where_it_is_cut() -> None:
    """Its flow is right over the steps that it goes back, then stands still."""
    got = measured(EXAMPLES / "lstm-backward" / "truncated.py", "lstm-backward", steps=14)
    assert got.differs == [3, 2, 1, 0]
    np.testing.assert_array_equal(got.mine.jacobians[:4], got.mine.jacobians[[4] * 4])


def test_detached_state_lets_nothing_through() -> None:
    """Zeros before the last step, each of them a difference."""
    got = measured(EXAMPLES / "lstm" / "torch_detached.py", "lstm")
    assert not got.mine.jacobians[:-1].any()
    assert got.differs == [5, 4, 3, 2, 1, 0]
    assert got.mine.verdicts() == ["vanishing"] * 6 + ["flowing"]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_differs(value: float) -> None:
    """NaN is never close to a number."""
    right = Flow(np.tile(np.eye(2), (2, 1, 1, 1)))
    mine = right.jacobians.copy()
    mine[0, 0, 0, 1] = value
    assert Measured(Flow(mine), right, "").differs == [0]


def explain(path: Path | str, *more: str) -> int | str | None:
    """Run the command; argparse ends it with SystemExit."""
    try:
        return main(["explain", "gradient-flow", str(path), *more])
    except SystemExit as end:
        return end.code


def test_command_prints_a_row_for_each_t(capsys: pytest.CaptureFixture[str]) -> None:
    """From 0 to T, with the numbers that were measured; 0 where they are right."""
    path = SOLUTIONS / "gru" / "numpy.py"
    assert explain(path, "--steps", "5") == 0
    out = capsys.readouterr().out
    got = measured(path, "gru", 5)
    rows = ROW.findall(out)
    assert [int(t) for t, *_ in rows] == list(range(6))
    np.testing.assert_allclose([float(r[1]) for r in rows], got.mine.largest, rtol=1e-3)
    np.testing.assert_allclose([float(r[2]) for r in rows], got.right.largest, rtol=1e-3)
    assert f"norm over 2 rows, by {got.way}" in out
    assert "differs" not in out


def test_command_names_the_first_t_that_differs(capsys: pytest.CaptureFixture[str]) -> None:
    """Going back in time; exit code 1."""
    assert explain(EXAMPLES / "lstm-backward" / "truncated.py", "--steps", "14") == 1
    out = capsys.readouterr().out
    assert [int(row[0]) for row in ROW.findall(out) if row[4]] == [0, 1, 2, 3]
    assert "Going back from t=14, it first differs at t=3." in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def forward(params, x, state):\n    raise KeyError('\\x1b[2J')\n", "raised KeyError"),
        ("def backward(): ...\n", "has no function called 'forward'"),
        ("import os\ndef forward(params, x, state):\n    os._exit(0)\n", "the process ended"),
    ],
)
def test_a_file_without_numbers_is_1(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the fault as a sentence, its words escaped, and no table."""
    (tmp_path / "mine.py").write_text(text)
    assert explain(tmp_path / "mine.py", "--assignment", "lstm", "--steps", "3") == 1
    out = capsys.readouterr().out
    assert f"no numbers: mine.py {said}" in out or f"no numbers: {said}" in out
    assert "\x1b" not in out
    assert not ROW.findall(out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gradient-flow", "gone.py"], "there is no file gone.py"),
        (["gradient-flow", "bad.py"], "bad.py is empty. Nothing was explained."),
        (["flow", "bad.py"], "invalid choice: 'flow'"),
        (["gradient-flow", "bad.py", "--steps", "0"], "'0' is no whole number from 1 to 200"),
        (["gradient-flow", "bad.py", "--steps", "201"], "'201' is no whole number from 1 to 200"),
    ],
)
def test_bad_use_is_2(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A sentence, and nothing is printed as result."""
    (tmp_path / "bad.py").write_text("")
    monkeypatch.chdir(tmp_path)
    try:
        code: Any = main(["explain", *arguments])
    except SystemExit as end:
        code = end.code
    captured = capsys.readouterr()
    assert code == 2
    assert said in captured.err
    assert captured.out == ""


def test_without_matplotlib_the_numbers_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And how to install it; no file is written, and the exit code is that of the numbers."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    path = SOLUTIONS / "gru" / "numpy.py"
    assert explain(path, "--steps", "3", "--out", str(tmp_path / "plots")) == 0
    out = capsys.readouterr().out
    assert len(ROW.findall(out)) == 4
    assert "pip install 'rnncheck[plot]'" in out
    assert not (tmp_path / "plots").exists()


def test_matplotlib_is_not_imported_without_a_plot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --out nothing asks for it."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert explain(SOLUTIONS / "gru" / "numpy.py", "--steps", "3") == 0
    assert "plot" not in capsys.readouterr().out


def test_plot_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An SVG with both curves, the same bytes each time; a name is text, never markup."""
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    path = tmp_path / "a$\\frac$<b>.py"
    shutil.copy(SOLUTIONS / "gru" / "numpy.py", path)
    plot = tmp_path / "new" / "plots" / "a$\\frac$<b>-gradient-flow.svg"
    bytes_of = []
    for _ in range(2):
        arguments = (
            "--assignment",
            "gru",
            "--steps",
            "4",
            "--out",
            str(plot.parent),
        )
        assert explain(path, *arguments) == 0
        bytes_of.append(plot.read_bytes())
    assert f"Wrote {plot}." in capsys.readouterr().out
    assert bytes_of[0] == bytes_of[1]
    text = bytes_of[0].decode()
    assert all(word in text for word in ("submission", "reference", "d state_4", "a$\\frac$&lt;b"))


def test_plot_of_zeros_leaves_a_gap(tmp_path: Path) -> None:
    """Nothing on a logarithmic scale is zero; no warning either."""
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    norms = {"submission": np.array([0.0, np.nan, 1.0]), "reference": np.array([0.1, 0.5, 1.0])}
    assert draw(tmp_path / "x.svg", "x", norms) == f"Wrote {tmp_path / 'x.svg'}."


def test_plot_that_cannot_be_written_is_bad_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After the numbers, which are there."""
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    (tmp_path / "file").write_text("")
    path = SOLUTIONS / "gru" / "numpy.py"
    assert explain(path, "--steps", "3", "--out", str(tmp_path / "file")) == 2
    captured = capsys.readouterr()
    assert len(ROW.findall(captured.out)) == 4
    assert "cannot be written" in captured.err
