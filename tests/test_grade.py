"""A class of submissions of every kind is graded to the end, and each costs its own mark only."""

import csv
import hashlib
import io
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rnncheck.grading import judge_process
from rnncheck.grading.assignment import HOME, load
from rnncheck.grading.cli import main
from rnncheck.grading.progress import Progress
from rnncheck.suites.check import checks

HONEST = (Path(__file__).parent / "solutions" / "elman" / "numpy.py").read_text("utf-8")
WRONG = HONEST.replace("np.tanh", "np.sin")
FORWARD = "def forward(params, x, state):\n    "
HOSTILE = (
    "print('\\x1b[2J::error::mine')\n"
    + FORWARD
    + "raise ValueError('=cmd()\\x1b[31m\\n::error::mine\\n##[error]mine [bold]x')\n"
)
FILES: dict[str, str | bytes] = {
    "crashing.py": FORWARD + "import os; os._exit(0)\n",
    "empty.py": "",
    "honest.py": HONEST,
    "honest_last.py": HONEST,
    "hostile.py": HOSTILE,
    "huge.py": b"#" * (5 * 2**20),
    "jax.py": "import jax\ndef cell(params, x): ...\n",
    "latin1.py": HONEST.encode() + b"# caf\xe9\n",
    "leaves.py": "import os; os._exit(0)\n",
    "looping.py": FORWARD + "while True: pass\n",
    "nan.py": FORWARD + "return x[..., :1] * params['bias_ih'] * float('nan'), state\n",
    "notebook.ipynb": "{}",
    "syntax.py": "def forward(:\n",
    "wrong.py": WRONG,
    "=1+1.py": "",
    "two\nlines\x1b[1m.py": "",
}
BROKEN = """
import os
from rnncheck.grading import batch, judging
def grade(item, device, servers, real=batch.grade):
    if item.path.name.startswith("b"):
        {statement}
    return real(item, device, servers)
batch.grade = grade
judging.main()
"""
FULL = {"honest.py", "honest_last.py"}
PARTIAL = {"wrong.py"}
FAULTS = {
    "=1+1.py": "=1+1.py is empty",
    "crashing.py": "contract_result: the process ended: exit code 0",
    "directory.py": "directory.py is a directory; hand in a .py file",
    "empty.py": "empty.py is empty",
    "hostile.py": "contract_result: hostile.py raised ValueError",
    "huge.py": "huge.py is larger than 4 MiB; hand in the code alone",
    "latin1.py": "which is not UTF-8; save it as UTF-8",
    "leaves.py": "the process ended: exit code 0",
    "link.py": "link.py is a link; hand in the file itself",
    "looping.py": "contract_result: no answer within 1 s",
    "notebook.ipynb": "notebook.ipynb cannot be read as a notebook",
    "syntax.py": "syntax.py is not Python that can be read: line 1: invalid syntax",
    "two\\nlines\\x1b[1m.py": "two\\nlines\\x1b[1m.py is empty",
}


@dataclass(frozen=True)
class Run:
    """What a run of the command left.

    Attributes:
        code: its exit code.
        out, err: what it printed.
        folder: of the results.
    """

    code: int
    out: str
    err: str
    folder: Path

    def rows(self) -> dict[str, dict[str, str]]:
        """Return the rows of the CSV by the last part of the file's name."""
        with (self.folder / "marks.csv").open(encoding="utf-8", newline="") as file:
            return {row["file"].rpartition("/")[2]: row for row in csv.DictReader(file)}

    def result(self, name: str) -> dict[str, Any]:
        """Return the JSON of a file, read strictly."""
        text = (self.folder / self.rows()[name]["result"]).read_text("utf-8")
        found: dict[str, Any] = json.loads(text, parse_constant=refuse)
        return found


def refuse(constant: str) -> None:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(f"{constant} is no JSON")


def grade(folder: Path, *arguments: object) -> Run:
    """Run the command with results in a folder."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["grade", "--jobs=1", *map(str, arguments), "--out", str(folder)])
    return Run(code, out.getvalue(), err.getvalue(), folder)


def save(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files and return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an assignment as `elman`, with short limits."""
    folder = tmp_path_factory.mktemp("assignments") / "short"
    return save(folder, {"assignment.toml": short_text()})


def short_text() -> str:
    """Return the assignment's text."""
    text = (HOME / "elman" / "assignment.toml").read_text("utf-8")
    text = re.sub(r"call_seconds = \d+", "call_seconds = 1", text)
    return text.replace('name = "elman"', 'name = "short"')


@pytest.fixture(scope="module")
def run(short: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Grade the class once."""
    folder = save(tmp_path_factory.mktemp("class") / "handed in", FILES)
    save(folder / "directory.py", {"honest.py": HONEST})
    save(folder / "__pycache__", {"honest.py": HONEST})
    save(folder, {".hidden.py": HONEST, "expected.json": "{}", "essay.docx": "..."})
    (folder / "link.py").symlink_to(folder / "honest.py")
    return grade(folder.parent / "marks", folder, "--assignment", short)


def test_every_submission_has_its_row(run: Run) -> None:
    """Nothing that was handed in is missing, and nothing else is there."""
    names = {*FILES, "directory.py", "link.py"} - {"two\nlines\x1b[1m.py"}
    assert set(run.rows()) == names | {"two\\nlines\\x1b[1m.py"}
    assert "Left out, neither .py nor .ipynb:" in run.out
    assert "essay.docx (1)" in run.out


def test_marks_are_each_file_s_own(run: Run) -> None:
    """The right ones have full marks beside the broken ones, before and after them."""
    marks = {name: float(row["mark"]) for name, row in run.rows().items()}
    assert {name for name, mark in marks.items() if mark == 100} == FULL
    assert {name for name, mark in marks.items() if 20 < mark < 100} == PARTIAL
    assert all(row["status"] == "judged" for row in run.rows().values())


@pytest.mark.parametrize("name", FAULTS)
def test_broken_file_gets_nothing_and_a_sentence(run: Run, name: str) -> None:
    """The row says what is wrong with it."""
    row = run.rows()[name]
    assert row["mark"] == "0"
    assert FAULTS[name] in row["first problem"]


def test_file_of_another_framework_gets_nothing_and_the_contracts(run: Run) -> None:
    """Its message lists what each contract asks."""
    assert run.rows()["jax.py"]["mark"] == "0"
    assert "fits no contract of the assignment short" in run.result("jax.py")["problem"]


def test_json_holds_each_planned_check_once(run: Run) -> None:
    """Whatever the file does, every check ends in one status, and the counts add up."""
    for name in run.rows():
        result = run.result(name)
        assert [check["name"] for check in result["checks"]] == list(checks()), name
        assert sum(result["counts"].values()) == len(checks())
        assert result["mark"] == round(100 * points(result) / worth(result), 2)


def points(result: dict[str, Any]) -> float:
    """Return the points earned."""
    return sum(float(check["points"]) for check in result["checks"])


def worth(result: dict[str, Any]) -> float:
    """Return the points that were to be had."""
    return sum(float(check["worth"]) for check in result["checks"])


def test_json_says_what_was_judged_and_with_what(run: Run) -> None:
    """Digest, bank and versions are there; the only time is that of the whole."""
    result = run.result("wrong.py")
    assert result["sha256"] == hashlib.sha256(WRONG.encode()).hexdigest()
    assert result["assignment_sha256"] == hashlib.sha256(short_text().encode()).hexdigest()
    assert result["bank"] == "practice"
    assert result["bank_note"] == "practice bank: not for marks"
    assert {"rnncheck", "python", "numpy"} == set(result["versions"])
    assert result["seconds"] > 0
    failed = next(check for check in result["checks"] if check["evidence"])
    worst = failed["evidence"]["worst"]
    assert failed["share"] == worst["error"] / worst["allowed"] > 1
    assert failed["points"] == 0 < failed["worth"]


def test_csv_agrees_with_json(run: Run) -> None:
    """The same mark and counts in both."""
    for name, row in run.rows().items():
        result = run.result(name)
        assert float(row["mark"]) == result["mark"]
        assert {status: int(row[status]) for status in result["counts"]} == result["counts"]


def test_stranger_s_words_are_escaped_everywhere(run: Run) -> None:
    """No escape sequence, no formula, no command for a build server in any output."""
    table = (run.folder / "marks.csv").read_text("utf-8")
    texts = [run.out, run.err, table, *every_string(run.result("hostile.py"))]
    for text in texts:
        assert "\x1b" not in text
        assert not re.search(r"^\s*::", text, re.MULTILINE)
        assert "##[" not in text
    for row in csv.reader(io.StringIO(table)):
        assert not [value for value in row if value.startswith(("=", "+", "-", "@"))]
    assert "'=cmd()" not in table  # the text of an exception is in the JSON alone
    assert "=cmd()" in run.result("hostile.py")["checks"][0]["detail"]


def every_string(value: object) -> list[str]:
    """Return the strings in a JSON value."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in every_string(item)]
    if isinstance(value, list):
        return [text for item in value for text in every_string(item)]
    return [value] if isinstance(value, str) else []


def test_table_and_sentence(run: Run) -> None:
    """The table is 120 columns wide where there is no terminal, and a sentence sums up."""
    lines = run.out.splitlines()
    assert lines[0].split() == [
        *("File", "Assignment", "Framework", "Mark", "Passed", "First", "problem")
    ]
    assert {len(line) for line in lines[: len(FILES) + 4]} == {120}
    assert (
        f"Graded 18 submissions in 1 assignment: 2 with full marks, 16 with less. "
        f"Results are in {run.folder}/ (practice bank: not for marks)."
    ) in lines
    assert run.err == ""


def test_exit_code_is_0_when_all_were_judged(run: Run) -> None:
    """Bad marks are no failure of the command."""
    assert run.code == 0


def test_no_draft_is_left(run: Run) -> None:
    """The results are one JSON a submission, the CSV, and the store, closed."""
    files = [path for path in run.folder.rglob("*") if path.is_file()]
    assert len(files) == len(run.rows()) + 3
    assert {path.suffix for path in files} == {".json", ".csv", ".sqlite", ".lock"}


def test_folders_name_their_assignments(tmp_path: Path) -> None:
    """A folder of folders, a folder, a file's folder and a marker each tell the assignment."""
    both = save(tmp_path / "class" / "gru" / "alice", {"mine.py": ""}).parents[1]
    save(both / "elman", {"mine.py": HONEST})
    marked = save(tmp_path / "any", {"mine.py": "# rnncheck: lstm-cell\n", "x.py": "pass\n"})
    paths = (both, both / "elman" / "mine.py", both / "elman", marked)
    run = grade(tmp_path / "marks", *paths)
    with (run.folder / "marks.csv").open(encoding="utf-8", newline="") as file:
        found = [(row["assignment"], row["mark"], row["status"]) for row in csv.DictReader(file)]
    assert found == [
        ("elman", "100", "judged"),
        ("gru", "0", "judged"),
        ("lstm-cell", "0", "judged"),
        ("", "", "no assignment"),
    ]
    assert run.code == 0
    assert (
        "no assignment found: x.py does not say which assignment it answers"
        in (run.result("x.py")["problem"])
    )
    assert "1 without an assignment" in run.out


def test_folder_wins_over_the_file_s_marker(tmp_path: Path) -> None:
    """A student cannot choose an easier assignment."""
    folder = save(tmp_path / "lstm", {"x.py": "# rnncheck: elman\n" + HONEST})
    assert grade(tmp_path / "marks", folder).rows()["x.py"]["assignment"] == "lstm"


def test_equal_names_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Two students who hand in the same name each have a result."""
    for student in ("alice", "bob"):
        save(tmp_path / "class" / student, {"lstm.py": f"# {student}\n"})
    run = grade(tmp_path / "marks", tmp_path / "class", "--assignment", "lstm")
    results = sorted((run.folder / "lstm").iterdir())
    assert [path.name.split("-")[:2] for path in results] == [["lstm", "alice"], ["lstm", "bob"]]
    assert "alice/lstm.py" in run.out


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that breaks the judge at files whose name begins with b."""
    monkeypatch.setattr("rnncheck.grading.pool.PAUSE", 0.01)

    def breaks(statement: str) -> None:
        code = BROKEN.format(statement=statement)
        monkeypatch.setattr("rnncheck.grading.judge_process.MAIN", code)

    return breaks


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (r"raise RuntimeError('=oh\x1b[1m')", r"RuntimeError: =oh\x1b[1m"),
        ("raise MemoryError", "MemoryError: "),
        ("os.kill(os.getpid(), 9)", "a judge's process was lost: SIGKILL"),
        ("os._exit(3)", "a judge's process was lost: exit code 3"),
    ],
)
def test_fault_of_the_judge_costs_no_mark(
    statement: str, said: str, tmp_path: Path, broken: Callable[[str], None]
) -> None:
    """It is tried three times; the others are graded, the one has no mark, the exit code says so."""
    tried = tmp_path / "tried"
    broken(f"open({str(tried)!r}, 'a').write('x'); {statement}")
    run = grade(tmp_path / "m", save(tmp_path / "elman", {"a.py": "", "b.py": "", "c.py": ""}))
    assert run.code == 3
    assert {name: row["mark"] for name, row in run.rows().items()} == {
        "a.py": "0",
        "b.py": "",
        "c.py": "0",
    }
    assert run.result("b.py")["problem"].startswith(said)
    assert run.rows()["b.py"]["status"] == "not graded"
    assert run.rows()["b.py"]["first problem"].startswith(said)
    assert "1 not graded for a fault that is not theirs" in run.out
    assert tried.read_text() == "xxx"


def test_judge_that_hangs_is_stopped(
    tmp_path: Path, broken: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs no mark, and the batch ends."""
    limits = load("elman").limits
    most = 0.5 - limits.start_seconds - limits.total_seconds
    monkeypatch.setattr("rnncheck.grading.judge_process.SPARE", most)
    broken("import time; time.sleep(60)")
    run = grade(tmp_path / "m", save(tmp_path / "elman", {"b.py": ""}))
    assert run.code == 3
    assert "a judge's process was lost: SIGKILL" in run.result("b.py")["problem"]


def chunks(terminal: io.RawIOBase) -> Iterator[bytes]:
    """Yield what is written to a terminal until its other side is closed."""
    with suppress(OSError):  # so Linux says that it is
        while chunk := terminal.read(1 << 16):
            yield chunk


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pty")
def test_terminal_gets_a_bar_with_rate_and_time_left(tmp_path: Path) -> None:
    """It is on stderr, and gone at the end; elsewhere there is none."""
    import pty

    files: dict[str, str | bytes] = {f"{number}.py": f"# {number}" for number in range(3)}
    folder = save(tmp_path / "elman", files)
    ours, theirs = pty.openpty()
    python, *options, code, home, _, _ = judge_process.command("cpu", "practice")
    main = "from rnncheck.grading.cli import main; main(sys.argv[2:])"
    code = code.partition("from rnncheck")[0] + main
    process = subprocess.Popen(
        [python, *options, code, home, "grade", str(folder), "--out", str(tmp_path / "m")],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
    )
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        said = "".join(chunk.decode(errors="replace") for chunk in chunks(terminal))
    assert process.wait() == 0
    assert "3/3" in said
    assert re.search(r"\d/s", said)
    assert re.search(r"\d:\d\d:\d\d", said)


def test_fault_that_passes_is_not_seen(tmp_path: Path, broken: Callable[[str], None]) -> None:
    """The second try gives the mark, and nothing is left of the first."""
    flag = tmp_path / "flag"
    broken(f"if not os.path.exists({str(flag)!r}): open({str(flag)!r}, 'w'); os.abort()")
    run = grade(tmp_path / "m", save(tmp_path / "elman", {"b.py": ""}))
    assert (run.code, run.rows()["b.py"]["mark"]) == (0, "0")


def test_not_graded_is_graded_by_the_next_run(
    tmp_path: Path, broken: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has a mark keeps it."""
    folder = save(tmp_path / "elman", {"a.py": "", "b.py": ""})
    with monkeypatch.context():
        broken("raise OSError")
        assert grade(tmp_path / "m", folder).code == 3
    monkeypatch.undo()
    run = grade(tmp_path / "m", folder)
    assert run.code == 0
    assert "Graded 2 submissions in 1 assignment (1 in an earlier run): 0 with full" in run.out
    assert run.rows()["b.py"]["mark"] == "0"


def test_what_is_done_survives_an_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results are kept as each submission ends, and their files are written."""
    real = Progress.advance

    def advance(self: Progress, name: str) -> None:
        real(self, name)
        raise KeyboardInterrupt

    monkeypatch.setattr("rnncheck.grading.progress.Progress.advance", advance)
    looping = FORWARD + "while True: pass\n"
    run = grade(tmp_path / "m", save(tmp_path / "elman", {"a.py": "", "b.py": looping}))
    assert run.code == 130
    assert {name: row["status"] for name, row in run.rows().items()} == {
        "a.py": "judged",
        "b.py": "not graded",
    }
    assert run.result("a.py")["mark"] == 0
    assert run.result("b.py")["problem"] == "not graded yet"


def test_absent_framework_is_outside_the_marks(
    tmp_path: Path, broken: Callable[[str], None]
) -> None:
    """It has no mark, a section of its own, and the sentence says why."""
    reason = "PyTorch is not installed; pip install it"
    broken(
        "from rnncheck.grading.report import Report; "
        f"report = Report('b.py', 'elman', 'torch', (), absent={reason!r}); "
        "return batch.verdict_of(item, report, device, 0)"
    )
    text = "import torch\nclass RNN(torch.nn.Module): ...\n"
    run = grade(tmp_path / "m", save(tmp_path / "elman", {"b.py": text}))
    assert run.code == 0
    row = run.rows()["b.py"]
    assert (row["framework"], row["mark"], row["status"]) == ("torch", "", "absent")
    assert run.result("b.py")["mark"] is None
    assert "1 not judged because PyTorch is not installed. Results" in run.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["class", "--assignment", "lstn"],
            "no assignment is called 'lstn'; there are: ",
        ),
        (["class", "gone"], "there is no file or folder gone; give files or folders to grade"),
        (["nothing"], "there is no submission in nothing; a submission is a .py file"),
        (["class", "--out", "class/a.py"], "--out class/a.py is a file; give a folder"),
        (["class", "--out", "class/a.py/b"], "the folder class/a.py/b cannot be made"),
    ],
)
def test_bad_use_is_one_sentence_before_anything_runs(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It ends with exit code 2, and no results are there."""
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "class", {"a.py": HONEST})
    save(tmp_path / "nothing", {"notes.txt": "..."})
    out = [] if "--out" in arguments else ["--out", "marks"]
    assert main(["grade", *arguments, *out]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (tmp_path / "marks").exists()
