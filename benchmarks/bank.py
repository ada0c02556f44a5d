"""How much CPU judging a right file by its whole bank takes, in process: no worker, no start-up.

    python benchmarks/bank.py [ASSIGNMENT ...]

The file is the NumPy solution under tests/solutions. Prints the median of some replays in
milliseconds of CPU, and how much of it the file's own functions take.
"""

from __future__ import annotations

import statistics
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from rnncheck import adapters
from rnncheck.adapters.base_local import bind
from rnncheck.grading.asked import within
from rnncheck.grading.bank_file import practice
from rnncheck.grading.command_bank import contracts
from rnncheck.suites.answered import Logs
from rnncheck.suites.driver import run_plan

SOLUTIONS = Path(__file__).resolve().parents[1] / "tests" / "solutions"
DEFAULT = ("elman", "lstm-backward", "gru-backward")
ROUNDS = 15


def main() -> None:
    """Measure each assignment."""
    for name in sys.argv[1:] or DEFAULT:
        print(measure(name))


def measure(name: str) -> str:
    """Return a line about one assignment."""
    bank = practice(name, "numpy")
    assert bank is not None, f"{name} has no practice bank for NumPy"
    spent = [0.0]
    path = SOLUTIONS / name / "numpy.py"
    namespace: dict[str, Any] = {}
    exec(compile(path.read_text("utf-8"), str(path), "exec"), namespace)
    for function in ("forward", "backward"):
        if function in namespace:
            namespace[function] = _timed(namespace[function], spent)
    adapter = adapters.load("numpy_functions")
    bound = within(partial(bind, adapter, namespace, "forward"), contracts(name)["numpy"].claims)
    times, own = [], []
    for _ in range(ROUNDS):
        spent[0], start = 0.0, time.process_time()
        ended = list(run_plan(bound, bank.plan(), prepared=bank, logs=Logs()))
        times.append(time.process_time() - start)
        own.append(spent[0])
        assert {one.status for one in ended} <= {"passed", "not claimed"}
    whole, inside = (1000 * statistics.median(values) for values in (times, own))
    return (
        f"{name}: {bank.calls} calls, {whole:.1f} ms of CPU, {inside:.1f} ms of it the file's own"
    )


def _timed(function: Any, spent: list[float]) -> Any:
    def timed(*given: Any, **named: Any) -> Any:
        start = time.process_time()
        try:
            return function(*given, **named)
        finally:
            spent[0] += time.process_time() - start

    return timed


if __name__ == "__main__":
    main()
