"""The command `new` writes a starter that is recognised, and never overwrites a file."""

from pathlib import Path

import pytest

from rnncheck.grading.assignment import load, names
from rnncheck.grading.cli import main
from rnncheck.grading.find import find_assignment, find_contract, read_submission

STARTERS = [(name, framework) for name in names() for framework in load(name).starters()]


@pytest.mark.parametrize(("name", "framework"), STARTERS)
def test_starter_is_written_and_recognised(
    name: str, framework: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file in the current folder says which assignment and framework it is for."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", name, "--framework", framework]) == 0
    (path,) = tmp_path.iterdir()
    assert path.name == f"my_{name.replace('-', '_')}.py"
    submission = read_submission(path)
    assert find_assignment(submission) == name
    assert find_contract(load(name), submission).framework == framework


def test_default_is_numpy_and_says_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without options the starter is the one for NumPy."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "lstm-backward"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Wrote my_lstm_backward.py: Backpropagation through an LSTM, in numpy.",
        "Write forward and backward in it, then see how far you are: "
        "rnncheck check my_lstm_backward.py",
    ]


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there stays as it is, and the message says what to do."""
    path = tmp_path / "mine.py"
    path.write_text("mine\n")
    assert main(["new", "lstm", "--out", str(path)]) == 2
    assert path.read_text() == "mine\n"
    assert "not overwritten; give --out another name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lstn"], "no assignment is called 'lstn'; there are: "),
        (["lstm", "--framework", "jax"], "give --framework numpy or torch or keras"),
        (["lstm-backward", "--framework", "torch"], "give --framework numpy"),
        (["lstm", "--out", "not/there/x.py"], "cannot be written"),
    ],
)
def test_bad_use_is_one_sentence(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It ends with exit code 2, says what there is, and writes nothing."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not list(tmp_path.iterdir())


def test_assignments_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    """Each line has a name, a title and the frameworks."""
    assert main(["assignments"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(names())
    words = [" ".join(line.split()) for line in lines]
    assert any(text.startswith("lstm An LSTM layer (numpy, torch, keras") for text in words)
