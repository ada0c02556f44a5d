"""A batch that is killed goes on where it stopped; how many judge changes nothing."""

import io
import json
import os
import queue
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from rnncheck.grading import judging
from rnncheck.grading.judge_process import command
from rnncheck.grading.store import NAME, Store

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
CLASS = (
    "elman/changed_arguments.py",
    "elman/einsum.py",
    "elman/empty.py",
    "elman/nan.py",
    "elman/not_utf8.py",
    "elman/relu.py",
    "elman/shifted.py",
    "elman/transposed.py",
    "elman-cell/missing_bias.py",
    "elman-cell/old_state.py",
    "elman-cell/short.py",
    "gru-cell/gates_swapped.py",
)
KILLS = 5
MARK = "RNNCHECK_TEST_RESUME"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


def start(out: Path, jobs: int) -> subprocess.Popen[bytes]:
    """Start to grade the class, with a folder beside the results for what is temporary."""
    temporary = out.with_name("temporary")
    temporary.mkdir(exist_ok=True)
    python, *options, code, home, _, _ = command("cpu", "practice")
    code = (
        code.partition("from rnncheck")[0]
        + "from rnncheck.grading.cli import main; main(sys.argv[2:])"
    )
    files = [str(EXAMPLES / name) for name in CLASS]
    return subprocess.Popen(
        [python, *options, code, home, "grade", *files, "--out", str(out), f"--jobs={jobs}"],
        env={**os.environ, MARK: str(out), "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
    )


def kept(out: Path) -> dict[str, float]:
    """Return the seconds that each verdict took, by its key."""
    if not (out / NAME).exists():
        return {}
    with Store.read(out) as store:
        return {r["key"]: r["seconds"] for r in store.results() if r["status"] != "not graded"}


def results(out: Path) -> list[dict[str, Any]]:
    """Return all results but for the times."""
    with Store.read(out) as store:
        return [{**result, "seconds": 0} for result in store.results()]


def judges_left(out: Path) -> list[str]:
    """Return the processes that grading has left, where the system tells."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={out}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(folder.name)
        except OSError:
            continue  # gone, or another user's
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grade the class with one judge."""
    out = tmp_path_factory.mktemp("undisturbed") / "marks"
    assert start(out, jobs=1).wait() == 0
    return out


def test_killed_batch_goes_on_where_it_stopped(tmp_path: Path, undisturbed: Path) -> None:
    """After kills at random moments each submission has one verdict, that of a calm run."""
    out, draw, before = tmp_path / "marks", random.Random(5), dict[str, float]()
    for kill in range(KILLS):
        process = start(out, jobs=2)
        while kill and process.poll() is None and len(kept(out)) == len(before):
            time.sleep(0.05)  # the first is killed in its start
        time.sleep(draw.uniform(0.0, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = kept(out)
        assert now.items() >= before.items()  # nothing is lost, and nothing judged again
        before = now
    assert before
    assert start(out, jobs=2).wait() == 0
    assert kept(out).items() >= before.items()
    assert results(out) == results(undisturbed)
    assert (out / "marks.csv").read_bytes() == (undisturbed / "marks.csv").read_bytes()
    deadline = time.monotonic() + 10
    while (left := judges_left(out)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []
    assert list((tmp_path / "temporary").iterdir()) == []


def test_marks_are_the_same_with_any_number_of_judges(tmp_path: Path, undisturbed: Path) -> None:
    """Byte for byte, but for the times, in the same order."""
    out = tmp_path / "marks"
    assert start(out, jobs=8).wait() == 0
    assert json.dumps(results(out)) == json.dumps(results(undisturbed))


def test_stopped_batch_leaves_no_judge(tmp_path: Path) -> None:
    """Ctrl-C ends the judges and their workers, and says so."""
    process = start(tmp_path / "marks", jobs=2)
    while process.poll() is None and len(judges_left(tmp_path / "marks")) < 3:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)
    assert judges_left(tmp_path / "marks") == []


def test_judge_is_interrupted_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge whose parent is gone ends, also where a signal comes just before it waits."""
    sent: list[int] = []

    def kill(thread: int, number: int) -> None:
        sent.append(number)
        if len(sent) == 3:
            raise EOFError

    monkeypatch.setattr(signal, "pthread_kill", kill)
    monkeypatch.setattr(judging, "AGAIN", 0)
    with pytest.raises(EOFError):
        judging._receive(io.BytesIO(), queue.SimpleQueue())
    assert sent == [signal.SIGINT] * 3
