"""What the first failure on a case costs: sigma of every result, computed once a case.

python benchmarks/allowance.py [RUNS]
"""

from __future__ import annotations

import statistics
import sys
import time

from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec, make_case
from rnncheck.suites.cases import general, long
from rnncheck.suites.sigmas import sigmas

SPECS = {
    "elman": Spec("elman", 2, (3,)),
    "gru": Spec("gru", 2, (3,)),
    "lstm": Spec("lstm", 2, (3,), peepholes=True),
    "lstm, two layers, both ways": Spec("lstm", 2, (3, 4), directions=("forward", "reverse")),
}


def seconds(record: CaseSpec, runs: int) -> float:
    """Return the median of the CPU seconds that sigma of a case takes."""
    case = make_case(record)
    taken = []
    for _ in range(runs):
        start = time.process_time()
        sigmas(case)
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def main() -> None:
    """Print a line for each network and case."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, spec in SPECS.items():
        for record in (*general(spec)[::2], long(spec)[0]):
            size = f"T={record.steps}, B={record.batch}, H={record.spec.hidden_sizes[0]}"
            print(f"{name:<28} {size:<18} {1000 * seconds(record, runs):7.1f} ms")


if __name__ == "__main__":
    main()
