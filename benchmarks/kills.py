"""Kills the judge of a batch at random moments, and says whether every submission has its mark.

    python benchmarks/kills.py [--submissions 200] [--kills 50] [--jobs 2] [--seed 1]

After each kill (SIGKILL, of the judge or of one of its processes) the same command is started
again; the last run ends by itself. Every submission must then have exactly one mark, that of an
undisturbed run, and no verdict may have been lost or given twice.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from grading import SUBJECTS, below, hand_in
from rnncheck.grading.store import NAME, Store


def start(folder: Path, out: Path, jobs: int) -> subprocess.Popen[bytes]:
    """Start to grade a class."""
    command = [sys.executable, "-m", "rnncheck.grading.cli", "grade", str(folder)]
    options = ["--assignment", "elman", "--out", str(out), f"--jobs={jobs}"]
    return subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)


def kept(out: Path) -> list[dict[str, Any]]:
    """Return the results that are there."""
    if not (out / NAME).exists():
        return []
    with Store.read(out) as store:
        return [result for result in store.results() if result["status"] != "not graded"]


def timeless(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return results but for the times that they took."""
    return [{**result, "seconds": 0} for result in results]


def main() -> int:
    """Kill, start again, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as root:
        folder, calm, out = (Path(root) / name for name in ("class", "calm", "killed"))
        hand_in(SUBJECTS["elman"], arguments.submissions, folder)
        code = start(folder, calm, arguments.jobs).wait()
        before: dict[str, float] = {}
        lost = twice = 0
        for _ in range(arguments.kills):
            process = start(folder, out, arguments.jobs)
            more = draw.randrange(2 * arguments.submissions // arguments.kills)
            while process.poll() is None and len(kept(out)) < len(before) + more:
                time.sleep(0.05)
            time.sleep(draw.uniform(0.0, 0.5))
            victims = [process.pid] if draw.random() < 0.8 else below(process.pid)
            for victim in (draw.choice(victims), process.pid):
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            process.wait()
            now = {result["key"]: result["seconds"] for result in kept(out)}
            lost += len(before.keys() - now.keys())
            twice += sum(now[key] != seconds for key, seconds in before.items() if key in now)
            before = now
        left = arguments.submissions - len(before)
        code += start(folder, out, arguments.jobs).wait()
        same = timeless(kept(out)) == timeless(kept(calm))
    print(
        f"{arguments.kills} kills in a batch of {arguments.submissions}: {lost} verdicts lost, {twice} "
        f"given twice, {left} left for the last run; results {'equal' if same else 'DIFFER from'} "
        "those of an undisturbed run."
    )
    return int(bool(lost or twice or code or not same))


if __name__ == "__main__":
    raise SystemExit(main())
