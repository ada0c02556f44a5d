"""How long a class takes to grade, and how much memory: a warm batch, half of it wrong.

Run it where rnncheck is installed:

    python benchmarks/grading.py [--subject NAME ...] [--sizes 10 100 1000] [--jobs 1 2]

Each submission is a copy of a solution or of a wrong answer with a line of its own, so that none
is judged twice. In the same run plain pytest does the same checks on a sample, in one process with
the file and not shut in (`plain_checks.py`). Prints wall time, CPU time and the most memory of
each batch (all processes together, pages that they share counted once), medians a submission, and
the bars.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLAIN = Path(__file__).with_name("plain_checks.py")
PERIOD = 0.5  # seconds between looks at the memory, in a long run a fifth of its time so far


@dataclass(frozen=True)
class Subject:
    """What is graded.

    Attributes:
        assignment: its name.
        right: the solution's file.
        wrong: files of wrong answers under examples/, or (text, text that replaces it) pairs.
        median_ms: the bar of a median submission, warm, one core.
        times: the bar of how many times faster than plain pytest it is; 0 for none.
    """

    assignment: str
    right: str
    wrong: tuple[str | tuple[str, str], ...]
    median_ms: float
    times: float = 0.0

    def texts(self) -> Iterator[str]:
        """Yield a right text, a wrong one, the right one, another wrong one, and so on."""
        right = (ROOT / "tests" / "solutions" / self.right).read_text("utf-8")
        number = 0
        while True:
            wrong = self.wrong[number % len(self.wrong)]
            yield right
            if isinstance(wrong, str):
                yield (ROOT / "examples" / wrong).read_text("utf-8")
            else:
                assert wrong[0] in right
                yield right.replace(*wrong)
            number += 1


SUBJECTS = {
    "elman": Subject(
        "elman",
        "elman/numpy.py",
        tuple(f"elman/{n}.py" for n in ("relu", "shifted", "state_not_carried", "transposed")),
        25,
        10,
    ),
    "lstm": Subject(
        "lstm-backward",
        "lstm-backward/numpy.py",
        tuple(
            f"lstm-backward/{n}.py"
            for n in ("cell_gradient_dropped", "assigned", "truncated", "no_time")
        ),
        60,
        7,
    ),
    "torch": Subject(
        "lstm", "lstm/torch.py", ("lstm/torch_detached.py", ("torch.tanh(c)", "c")), 100
    ),
    "keras": Subject(
        "lstm", "lstm/keras.py", ("lstm/keras_forget_bias.py", ("ops.tanh(c), c", "c, c")), 600
    ),
    "tf1": Subject("lstm", "lstm/tf1.py", (("tf.tanh(c)", "c"),), 600),
}


@dataclass(frozen=True)
class Measured:
    """What a batch took.

    Attributes:
        subject, submissions, jobs: of the batch.
        wall_s, cpu_s: from the command's start to its end, all processes together.
        memory_mib: the most of all processes together.
        right_ms, wrong_ms: medians a submission, in its judge.
        full: how many had full marks.
    """

    subject: str
    submissions: int
    jobs: int
    wall_s: float
    cpu_s: float
    memory_mib: float
    right_ms: float
    wrong_ms: float
    full: int


def hand_in(subject: Subject, count: int, folder: Path) -> list[Path]:
    """Write a class, half of it wrong, and return its files."""
    folder.mkdir(parents=True)
    files = []
    for number, text in zip(range(count), subject.texts(), strict=False):
        files.append(folder / f"student{number:04}.py")
        files[-1].write_text(f"# student {number}\n{text}", "utf-8")
    return files


def grade(name: str, count: int, jobs: int, folder: Path) -> Measured:
    """Grade a class with the command that course staff type."""
    subject, out = SUBJECTS[name], folder / "marks"
    hand_in(subject, count, folder / "class")
    command = [sys.executable, "-m", "rnncheck.grading.cli", "grade", str(folder / "class")]
    options = ["--assignment", subject.assignment, "--out", str(out), f"--jobs={jobs}"]
    before, start = os.times(), time.perf_counter()
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
    memory = Memory(process.pid)
    code = process.wait()
    wall, after = time.perf_counter() - start, os.times()
    if code:
        sys.exit(f"grading {name} ended with exit code {code}")
    results = [json.loads(path.read_text("utf-8")) for path in out.glob("*/*.json")]
    right = [r["seconds"] for r in results if r["mark"] == 100]
    wrong = [r["seconds"] for r in results if r["mark"] != 100]
    return Measured(
        subject=name,
        submissions=count,
        jobs=jobs,
        wall_s=round(wall, 2),
        cpu_s=round(sum(after[2:4]) - sum(before[2:4]), 2),
        memory_mib=memory.stop(),
        right_ms=round(1000 * statistics.median(right), 1),
        wrong_ms=round(1000 * statistics.median(wrong), 1),
        full=len(right),
    )


class Memory(threading.Thread):
    """Looks at the memory of a process and of all below it, until it is stopped."""

    def __init__(self, root: int) -> None:
        """Start to look."""
        super().__init__(daemon=True)
        self._root, self._most = root, 0.0
        self._stopped = threading.Event()
        self.start()

    def run(self) -> None:
        """Look again and again."""
        start = time.monotonic()
        while not self._stopped.wait(max(PERIOD, (time.monotonic() - start) / 5)):
            self._most = max(self._most, sum(map(kib, below(self._root))) / 1024)

    def stop(self) -> float:
        """Stop, and return the most that was seen, in MiB; 0 where the system does not tell."""
        self._stopped.set()
        self.join()
        return round(self._most, 1)


def below(root: int) -> list[int]:
    """Return a process and those below it."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def kib(pid: int) -> int:
    """Return the memory of a process, its part of pages that it shares."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(text.split()[1]) for text in lines if text.startswith("Pss:")), 0)


def pytest_seconds(name: str, count: int, folder: Path) -> tuple[float, float]:
    """Return the median wall and CPU seconds a submission under plain pytest."""
    subject, walls, cpus = SUBJECTS[name], [], []
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--tb=short"]
    for file in hand_in(subject, count, folder / "plain"):
        environment = {"RNNCHECK_FILE": str(file), "RNNCHECK_ASSIGNMENT": subject.assignment}
        before, start = os.times(), time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "pytest", *options, "-c", os.devnull, str(PLAIN)],
            env={**os.environ, **environment},
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        after = os.times()
        walls.append(time.perf_counter() - start)
        cpus.append(sum(after[2:4]) - sum(before[2:4]))
    return statistics.median(walls), statistics.median(cpus)


def say(name: str, measured: list[Measured], plain: tuple[float, float] | None) -> None:
    """Print what was measured of a subject beside its bars."""
    subject = SUBJECTS[name]
    print(f"\n{name}: {subject.right} and {len(subject.wrong)} wrong answers")
    print("  submissions  jobs   wall s    CPU s   MiB   right ms   wrong ms  wall ms each")
    for one in measured:
        each = 1000 * one.wall_s / one.submissions
        print(
            f"  {one.submissions:11} {one.jobs:5} {one.wall_s:8.2f} {one.cpu_s:8.2f} "
            f"{one.memory_mib:5.0f} {one.right_ms:10.1f} {one.wrong_ms:10.1f} {each:13.1f}"
        )
    alone = [one for one in measured if one.jobs == 1]
    if alone:
        last = alone[-1]
        print(f"  median, one judge: {last.right_ms:g} ms; bar {subject.median_ms:g} ms")
    if plain and alone:
        each = alone[-1].wall_s / alone[-1].submissions
        bar = f"; bar {subject.times:g} times" if subject.times else ""
        print(
            f"  plain pytest: {1000 * plain[0]:.0f} ms a submission ({1000 * plain[1]:.0f} ms CPU), "
            f"{plain[0] / each:.1f} times as long{bar}"
        )


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subject", nargs="+", choices=tuple(SUBJECTS), default=tuple(SUBJECTS))
    parser.add_argument("--sizes", nargs="+", type=int, default=(10, 100, 1000))
    parser.add_argument("--jobs", nargs="+", type=int, default=(1, 2))
    parser.add_argument("--plain", type=int, default=6, help="files for plain pytest; 0 for none")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    arguments = parser.parse_args()
    figures = []
    for name in arguments.subject:
        measured = []
        for size in arguments.sizes:
            for jobs in arguments.jobs:
                with tempfile.TemporaryDirectory() as folder:
                    measured.append(grade(name, size, jobs, Path(folder)))
        with tempfile.TemporaryDirectory() as folder:
            count = arguments.plain
            plain = pytest_seconds(name, count, Path(folder)) if count else None
        say(name, measured, plain)
        figures += [asdict(one) | {"plain_pytest_s": plain} for one in measured]
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
