"""`rnncheck check` as a student reads it: what is told once, the file named, the command again."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rnncheck.grading.cli import main
from rnncheck.grading.detail import place, tidy
from rnncheck.grading.render import verdict
from rnncheck.grading.report import Judged
from rnncheck.grading.rerun import rerun_line
from rnncheck.suites.compare import CheckFailure, Place
from rnncheck.suites.driver import DRAWN, Outcome

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES, STARTERS = ROOT / "examples", ROOT / "assignments"
LABELS = ("wrong", "first", "worst", "mistake", "hint", "rerun")
KERAS_ERROR = """line 52, in call: ValueError: Exception encountered when calling LSTMCell.call().

\\x1b[1msizes 3 and 4\\x1b[0m

Arguments received by LSTMCell.call():
  • training=False"""


def check(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, list[str]]:
    """Run `rnncheck check`; return its exit code and its lines."""
    code = main(["check", *map(str, words)])
    return code, capsys.readouterr().out.splitlines()


def test_right_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, a line for each check, and the mark."""
    code, lines = check(capsys, EXAMPLES / "lstm" / "loop.py")
    assert code == 0
    assert lines[0].endswith("loop.py  lstm: An LSTM layer (numpy)")
    assert sum(line.startswith("passed ") for line in lines) == len(lines) - 3
    assert "Mark 100 of 100" in lines[-1]


def test_quiet_hides_what_passed(capsys: pytest.CaptureFixture[str]) -> None:
    """Only the head and the mark are left of a right file."""
    code, lines = check(capsys, EXAMPLES / "lstm" / "loop.py", "--quiet")
    assert (code, len(lines)) == (0, 3)


def test_wrong_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, all labels in order, the mistake in full once, and the script."""
    code, lines = check(capsys, EXAMPLES / "lstm" / "gate_order.py", "-k", "golden", "-k", "refer")
    assert code == 1
    start = next(n for n, line in enumerate(lines) if line.startswith("failed       golden_f"))
    labels = [line.split()[0] for line in lines[start + 1 : start + 1 + len(LABELS)]]
    assert labels == list(LABELS)
    assert sum("gates i, f, g, o read as i, f, o, g" in line for line in lines) == 3
    assert sum("as above: " in line for line in lines) == 2
    assert "see it without rnncheck:" in lines


@pytest.mark.parametrize("name", ["lstm-backward", "elman-cell"])
def test_starter_is_told_once(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each check is named, the reason is given once."""
    code, lines = check(capsys, STARTERS / name / "starter_numpy.py")
    assert (code, len(lines)) == (1, 6)
    assert lines[1].startswith("not implemented contract_result: starter_numpy.py raises")
    assert "in forward: NotImplementedError: " in lines[2]
    assert lines[3].startswith("  and      ")
    assert f"{lines[3].count(',') + 1} more like it: shape_edges, " in lines[3]
    assert "Mark 0 of 100" in lines[-1]


def test_equal_failures_of_shape_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The sizes differ from check to check, what is wrong does not; other verdicts stand between."""
    code, lines = check(capsys, EXAMPLES / "lstm" / "last_output_only.py")
    assert code == 1
    assert sum("(T, B, H) is asked for" in line for line in lines) <= 3
    assert any(line.startswith("  and      ") for line in lines)


def test_timeouts_are_told_in_two_ways(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two calls run out of time, the others are not run; no message grows with each."""
    text = (STARTERS / "elman" / "assignment.toml").read_text()
    folder = tmp_path / "elman"
    folder.mkdir()
    (folder / "assignment.toml").write_text(re.sub("call_seconds = .*", "call_seconds = 1", text))
    (tmp_path / "mine.py").write_text("def forward(params, x, state):\n    while True: pass\n")
    code, lines = check(capsys, tmp_path / "mine.py", "--assignment", folder)
    assert code == 1
    assert lines[1].endswith("contract_result: no answer within 1 s; the process was stopped")
    assert lines[2] == "  and      1 more like it: shape_edges"
    assert "not run, as 2 calls before it ended so: no answer within 1 s" in lines[3]
    assert len(lines) == 7


def test_advice_costs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A print is told and leaves the exit code at 0."""
    source = (EXAMPLES / "elman" / "loop.py").read_text()
    (tmp_path / "mine.py").write_text(source.replace("    return ", "    print(1)\n    return "))
    code, lines = check(capsys, tmp_path / "mine.py", "--assignment", "elman")
    assert code == 0
    assert any(line.startswith("failed       advice_quiet: ") for line in lines)
    assert lines[-1] == "What did not pass is advice and costs nothing."


def test_marker_names_the_assignment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line at the top tells what a file answers, whatever its name; the option wins over it."""
    source = (EXAMPLES / "lstm" / "loop.py").read_text()
    (tmp_path / "gru.py").write_text(f"# rnncheck: lstm\n{source}")
    code, lines = check(capsys, tmp_path / "gru.py", "-k", "contract")
    assert (code, "  lstm: " in lines[0]) == (0, True)
    _, lines = check(capsys, tmp_path / "gru.py", "-k", "contract", "--assignment", "elman")
    assert "  elman: " in lines[0]


def test_block_that_stands_alone_names_file_and_assignment() -> None:
    """As pytest prints it: which file, which assignment, which check."""
    worst = Place("outputs", (("t", 0), ("b", 0), ("h", 1)), 1.0, 2.0, 1.0, 1e-12)
    failure = CheckFailure(
        "it differs", wrong=1, total=2, first=worst, worst=worst, dtype="float64"
    )
    outcome = Outcome("golden_forward", "golden", "failed", failure=failure)
    block = verdict(Judged(outcome, 1.0), "my\x1b[31m.py", "lstm").splitlines()
    assert block[0] == "failed       golden_forward: it differs"
    assert block[1] == r"  file     my\x1b[31m.py, assignment lstm"
    assert block[2:5] == [
        "  wrong    1 of 2 elements",
        "  first    t=0, b=0, h=1 of outputs: got 1, should be 2",
        "  worst    t=0, b=0, h=1 of outputs: off by 1, allowed 1e-12 (float64)",
    ]


def test_nan_is_no_size_of_an_error() -> None:
    """Where a number is NaN there is no worst place, and nothing "should be" NaN."""
    nan = float("nan")
    place = Place("outputs", (("b", 0),), 1.0, nan, nan, nan)
    lines = CheckFailure("it differs", wrong=1, total=1, first=place, worst=place).lines()
    assert [label for label, _ in lines] == ["wrong", "first"]
    assert lines[1][1] == "b=0 of outputs: got 1, compared with nan; every number must be finite"


def test_what_keras_wraps_around_an_error_is_taken_off() -> None:
    """The error's own text is left, with the arguments unless it is to be brief."""
    assert tidy(KERAS_ERROR, brief=True) == "line 52, in call: ValueError: sizes 3 and 4"
    assert tidy(KERAS_ERROR).splitlines()[-1] == "  • training=False"
    assert place("line 52, in call: sizes 3 and 4") == "line 52, in call: sizes # and #"


@pytest.mark.parametrize("case", [0, DRAWN])
def test_rerun_line_works_where_it_is_pasted(case: int, tmp_path: Path) -> None:
    """The line runs in a shell in the folder of the student, and shows the failure again."""
    file = tmp_path / "my rnn.py"
    file.write_text((EXAMPLES / "lstm" / "gate_order.py").read_text())
    command = rerun_line(str(file), "lstm", "golden_forward", case)
    done = subprocess.run(
        command, shell=True, cwd=Path.cwd(), env=os.environ, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert "failed       golden_forward: a golden trace does not come out" in done.stdout
    assert "reference_sequence" not in done.stdout


def test_rerun_line_names_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By its name where the shell finds it; else as it was called, else by this interpreter."""
    monkeypatch.setattr("rnncheck.grading.rerun.PathFinder.find_spec", lambda name: name)
    monkeypatch.setattr("sys.argv", [str(tmp_path / "rnncheck")])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert rerun_line("a.py", "gru", "x", 3).startswith(f"{tmp_path}/rnncheck check a.py --assign")
    monkeypatch.setattr("sys.argv", ["pytest"])
    assert rerun_line("a.py", "gru", "x", 3).startswith(f"{sys.executable} -m rnncheck.grading.cli")
    (tmp_path / "rnncheck").touch(mode=0o755)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    expected = "rnncheck check a.py --assignment gru -k x --case 3"
    assert rerun_line("a.py", "gru", "x", 3) == expected
