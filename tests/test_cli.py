"""The command line: help, version, and bad use as one sentence with exit code 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rnncheck.grading.cli import COMMANDS, main

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
FILES: dict[str, str | bytes] = {
    "any.py": "def forward(params, x, state): ...\n",
    "lstm.txt": "not Python",
    "marker.py": "# rnncheck: lstn\n",
    "a\x1b[2J\n::error::.py": "pass\n",
}


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)


def ended(arguments: list[str]) -> int | str | None:
    """Run the command; argparse ends it with SystemExit."""
    try:
        return main(arguments)
    except SystemExit as end:
        return end.code


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_lists_the_commands(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Without arguments, too."""
    assert ended(arguments) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It exists, and says what it takes."""
    assert ended([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"usage: rnncheck {command}")
    assert COMMANDS[command] in out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The installed version, or that it is a clone."""
    assert ended(["--version"]) == 0
    assert capsys.readouterr().out.startswith("rnncheck ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc", "x.py"], "invalid choice: 'chekc'"),
        (["grade", "folder"], "the following arguments are required: --out"),
        (["grade", "--out", "marks"], "the following arguments are required: PATH"),
        (["check"], "the following arguments are required: file"),
        (["check", "any.py", "--device", "tpu"], "invalid choice: 'tpu'"),
        (["new"], "the following arguments are required: ASSIGNMENT"),
        (["check", "gone.py"], "there is no file gone.py; give the path of a Python file"),
        (["check", "folder"], "folder is a directory; `check` takes one Python file"),
        (["check", "any.py", "--assignment", "lstn"], "no assignment is called 'lstn'; there are:"),
        (
            ["check", "any.py"],
            "any.py does not say which assignment it answers; it fits elman, gru",
        ),
        (["check", "marker.py"], "no assignment is called 'lstn'; there are:"),
        (["check", "any.py", "--assignment", "lstm", "-k", "zzz"], "no check has 'zzz' in its"),
        (["grade", "gone", "--out", "marks"], "there is no file or folder gone"),
        (["grade", "folder", "--out", "marks"], "there is no submission in folder"),
        (["new", "lstn"], "no assignment is called 'lstn'; there are:"),
    ],
)
def test_bad_use_ends_with_2_and_a_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what was given and what to do, without a traceback; nothing is printed as result."""
    assert ended(arguments) == 2
    captured = capsys.readouterr()
    last = captured.err.splitlines()[-1]
    assert last.startswith(f"rnncheck {arguments[0]}: " if arguments[0] in COMMANDS else "rnncheck")
    assert said in last
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_file_that_is_not_python_is_not_checked(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that cannot be run is bad use of `check`; in a class it costs its own mark."""
    assert ended(["check", "lstm.txt", "--assignment", "lstm"]) == 2
    assert "lstm.txt is not a Python file; hand in a .py" in capsys.readouterr().err


def test_file_s_name_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    """Also in a message of bad use."""
    assert ended(["check", "a\x1b[2J\n::error::.py"]) == 2
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert "\n::error" not in err
    assert r"a\x1b[2J" in err


def test_module_runs_as_a_program() -> None:
    """`python -m` gives the same exit code and message as the installed command."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "rnncheck.grading.cli", "check", "gone.py"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith("rnncheck check: there is no file gone.py")


def test_a_first_verdict_imports_no_store_and_no_table() -> None:
    """What only a batch needs stays out of the way of `rnncheck check`."""
    code = "import sys, rnncheck.grading.command_check; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert {"sqlite3", "rich", "zipfile"}.isdisjoint(done.stdout.split())


def test_a_reader_that_goes_away_is_no_fault() -> None:
    """As in `rnncheck check my.py | head`: no traceback."""
    words = [sys.executable, "-m", "rnncheck.grading.cli", "check"]
    source = EXAMPLES / "elman" / "relu.py"
    process = subprocess.Popen(
        [*words, str(source)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ}
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), said) == (141, b"")
