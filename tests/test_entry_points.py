"""The three ways of a student, from a folder that has nothing to do with rnncheck."""

import os
import subprocess
import sys
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
LABELS = ("file", "wrong", "first", "worst", "mistake", "hint", "rerun")
SCRIPT = Path(sys.executable).with_name("rnncheck")
NO_FILES = ("-p", "no:cacheprovider")

importable = pytest.mark.skipif(
    PathFinder.find_spec("rnncheck") is None, reason="rnncheck is not installed, this is a clone"
)
EVERY = [
    pytest.param("check", marks=importable),
    pytest.param("suites", marks=importable),
    "clone",
]
PYTEST = EVERY[1:]


def command(way: str, file: str, *more: str) -> list[str]:
    """Return a command that hands in a file."""
    if way == "check":
        module = [sys.executable, "-m", "rnncheck.grading.cli"]
        return [*([str(SCRIPT)] if SCRIPT.exists() else module), "check", file, *more]
    if way == "suites":
        return [sys.executable, "-m", "rnncheck.suites", f"--submission={file}", *more]
    clone = [sys.executable, "-m", "pytest", *NO_FILES, str(ROOT)]
    return [*clone, f"--submission={file}", *more]


def run(folder: Path, *words: str) -> tuple[int, str]:
    """Run a command in a folder; return its exit code and all that it printed."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
    environment["COLUMNS"] = "200"
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    assert "Traceback" not in done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def mine(folder: Path, example: str) -> str:
    """Put an example into a folder, with a line that says what it answers."""
    source = (EXAMPLES / f"{example}.py").read_text()
    (folder / "mine.py").write_text(f"# rnncheck: {example.split('/')[0]}\n{source}")
    return "mine.py"


@pytest.mark.parametrize("way", EVERY)
def test_right_file_passes(way: str, tmp_path: Path) -> None:
    """Exit code 0; the assignment is found from the line at the top."""
    code, said = run(tmp_path, *command(way, mine(tmp_path, "lstm/loop")))
    assert code == 0, said
    assert ("Mark 100 of 100" if way == "check" else "16 passed") in said


@pytest.mark.parametrize("way", EVERY)
def test_wrong_file_fails_with_a_block(way: str, tmp_path: Path) -> None:
    """Exit code 1; the claim, the numbers, the mistake and the command to repeat it."""
    code, said = run(tmp_path, *command(way, mine(tmp_path, "lstm/gate_order"), "-k", "golden_f"))
    assert code == 1, said
    lines = said.splitlines()
    start = lines.index("failed       golden_forward: a golden trace does not come out")
    labels = [label for label in LABELS if label != "file" or way != "check"]
    assert [line.split()[0] for line in lines[start + 1 : start + 1 + len(labels)]] == labels
    if way != "check":
        assert lines[start + 1] == "  file     mine.py, assignment lstm"


@pytest.mark.parametrize("way", EVERY)
def test_unknown_assignment_is_bad_use(way: str, tmp_path: Path) -> None:
    """Exit code 2, or pytest's 4 for bad use; the assignments that there are."""
    code, said = run(
        tmp_path, *command(way, mine(tmp_path, "lstm/loop"), "--assignment", "perceptron")
    )
    assert code == (2 if way == "check" else 4), said
    assert "no assignment is called 'perceptron'; there are: " in said


@pytest.mark.parametrize("way", EVERY)
def test_assignment_option_wins(way: str, tmp_path: Path) -> None:
    """An LSTM handed in as a GRU fails, whatever the line at its top says."""
    words = ("--assignment", "gru", "-k", "contract_result")
    code, said = run(tmp_path, *command(way, mine(tmp_path, "lstm/loop"), *words))
    assert code == 1, said
    assert "contract_result: mine.py raised " in said


@pytest.mark.parametrize("way", PYTEST)
def test_missing_or_broken_file_is_bad_use(way: str, tmp_path: Path) -> None:
    """Exit code 4 and a sentence."""
    code, said = run(tmp_path, *command(way, "nowhere.py"))
    assert (code, "there is no file nowhere.py; give the path" in said) == (4, True)
    (tmp_path / "mine.py").write_text("def forward(:\n")
    code, said = run(tmp_path, *command(way, "mine.py", "--assignment", "lstm"))
    assert (code, "mine.py is not Python that can be read: line 1" in said) == (4, True)


@pytest.mark.parametrize("way", PYTEST)
def test_starter_is_not_implemented(way: str, tmp_path: Path) -> None:
    """Each check fails with the line that is to be written."""
    source = (ROOT / "assignments" / "lstm" / "starter_numpy.py").read_text()
    (tmp_path / "mine.py").write_text(source)
    code, said = run(tmp_path, *command(way, "mine.py", "--assignment", "lstm", "-k", "contract"))
    assert code == 1, said
    assert "not implemented contract_result: mine.py raises NotImplementedError" in said
    assert "in forward: NotImplementedError: write forward" in said


@pytest.mark.parametrize("way", PYTEST)
def test_advice_is_an_expected_failure(way: str, tmp_path: Path) -> None:
    """What costs nothing does not fail: an xfail, with its text."""
    file = tmp_path / mine(tmp_path, "lstm/loop")
    file.write_text(file.read_text().replace("    return ", "    print(1)\n    return "))
    code, said = run(tmp_path, *command(way, "mine.py", "-k", "advice"))
    assert code == 0, said
    assert "1 xfailed" in said
    assert "advice, costs nothing: failed       advice_quiet: " in said


@pytest.mark.parametrize("way", PYTEST)
def test_absent_framework_is_no_pass(way: str, tmp_path: Path) -> None:
    """A file that cannot be run here does not pass by being skipped."""
    source = "import torch\n\n\nclass LSTM(torch.nn.Module):\n    pass\n"
    (tmp_path / "mine.py").write_text(source)
    words = ("--assignment", "lstm", "--device", "cuda", "-k", "contract_result")
    code, said = run(tmp_path, *command(way, "mine.py", *words))
    assert code == 1, said
    assert "contract_result: " in said


@pytest.mark.parametrize("start", ["elsewhere", "in the clone"])
def test_clone_collects_the_suites_alone(start: str, tmp_path: Path) -> None:
    """With a submission the tests of rnncheck itself are left out."""
    file = str(tmp_path / mine(tmp_path, "lstm/loop"))
    words = command("clone", file, "--collect-only", "-q")
    if start == "in the clone":
        words.remove(str(ROOT))
    code, said = run(tmp_path if start == "elsewhere" else ROOT, *words)
    assert code == 0, said
    tests = [line for line in said.splitlines() if "::" in line]
    assert len(tests) == 16
    assert all("suites/test_checks.py::test_check[mine.py-" in line for line in tests)
