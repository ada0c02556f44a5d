"""How long `rnncheck check` takes, cold: until the first verdict, and in all.

Run it where rnncheck is installed: `python benchmarks/check.py [--runs N]`. Each run is a process
of its own; the first of each file is not counted. Prints medians and ranges beside the bars.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BARS = {"numpy": (1.5, 5.0), "torch": (5.0, 10.0), "keras": (10.0, 25.0), "tf1": (10.0, 25.0)}
COMMAND = [sys.executable, "-m", "rnncheck.grading.cli", "check"]


def measure(file: Path) -> tuple[float, float, int]:
    """Return the seconds to the first verdict and to the end, and the exit code."""
    start = time.perf_counter()
    first = 0.0
    with subprocess.Popen([*COMMAND, str(file)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if not first and line.startswith(("passed", "failed")):
                first = time.perf_counter() - start
    return first, time.perf_counter() - start, process.returncode


def report(file: Path, framework: str, runs: int) -> bool:
    """Print the figures of one file; return whether it passed and met its bars."""
    results = [measure(file) for _ in range(runs + 1)][1:]
    if any(code for _, _, code in results):
        print(f"{framework:<6} {file.relative_to(ROOT)}: not all passed, or not installed")
        return False
    texts, met = [], True
    for name, values, bar in zip(
        ("first verdict", "in all"),
        list(zip(*results, strict=True))[:2],
        BARS[framework],
        strict=True,
    ):
        median = statistics.median(values)
        met &= median <= bar
        texts.append(f"{name} {median:.2f} s ({min(values):.2f} to {max(values):.2f}; bar {bar:g})")
    print(f"{framework:<6} {file.relative_to(ROOT)}: {', '.join(texts)}")
    return met


def main() -> int:
    """Measure a solution of each framework that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--framework", action="append", choices=tuple(BARS))
    arguments = parser.parse_args()
    met = True
    for framework in arguments.framework or BARS:
        for assignment in ("lstm", "lstm-backward"):
            file = ROOT / "tests" / "solutions" / assignment / f"{framework}.py"
            if file.exists():
                met &= report(file, framework, arguments.runs)
    print("Every bar is met." if met else "Not every bar is met.")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
