"""How long until a submission gives its first result: a process of its own, and a forked child.

Run it where rnncheck is installed: `python benchmarks/start.py [--runs N] [--world NAME]`. Cold is
a process that imports the framework and is not shut in; warm a child of a fork server, shut in as
well as the machine can. "Fork and entry" is the part until it could load, "entry" what shutting in
adds to a fork. Prints medians and, in brackets, the fastest, which other load on the machine
disturbs least.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from rnncheck.grading.assignment import load
from rnncheck.grading.opened import spec_of
from rnncheck.protocol.faults import Fault
from rnncheck.suites.case import CaseSpec, make_case
from rnncheck.worker.client import Limits, Session
from rnncheck.worker.link import Link
from rnncheck.worker.servers import Servers
from rnncheck.worker.stage import WORLDS
from rnncheck.worker.tiers import BARE, Layers
from rnncheck.worker.warm import Warm

SOLUTIONS = Path(__file__).resolve().parents[1] / "tests" / "solutions" / "lstm-cell"
NAMES = {"numpy": "numpy", "torch": "torch", "keras3": "keras", "tf1": "tf1"}


def first_result(servers: Servers, world: str) -> tuple[float, float]:
    """Return the seconds until a worker could load, and until the first result of a step."""
    asked = load("lstm-cell")
    contract = next(c for c in asked.contracts.values() if c.world == world)
    source = (SOLUTIONS / f"{NAMES[world]}.py").read_bytes()
    case = make_case(CaseSpec(spec_of(contract.options)))
    began = time.perf_counter()
    with Session.start(world, servers=servers) as session:
        ready = time.perf_counter()
        loaded = session.load_source(contract.adapter, source, "mine.py", contract.names)
        loaded.bind(case.spec, case.params).step(case.x[0], case.state)
        return ready - began, time.perf_counter() - began


def child(warm: Warm) -> float:
    """Return the seconds until a child of a fork server could load."""
    began = time.perf_counter()
    link = Link(warm.fork(Limits()), Limits())
    link.request({"op": "ready"}, {}, 60)
    taken = time.perf_counter() - began
    link.close()
    return taken


def entry(world: str, layers: Layers, runs: int) -> tuple[list[float], list[float]]:
    """Return the seconds of children that are shut in and of bare ones, taken in turns."""
    shut, bare = Warm(world, layers, None, 120), Warm(world, BARE, None, 120)
    try:
        pairs = [(child(shut), child(bare)) for _ in range(runs)]
    finally:
        shut.close()
        bare.close()
    return [a for a, _ in pairs], [b for _, b in pairs]


def told(seconds: list[float]) -> str:
    """Return a median and a minimum in milliseconds."""
    return f"{1e3 * statistics.median(seconds):.1f} ({1e3 * min(seconds):.1f})"


def report(world: str, runs: int) -> None:
    """Print the figures of one world."""
    with Servers() as servers, Servers(layers=()) as none:
        try:
            layers = servers.layers(world)
            cold = [first_result(none, world)[1] for _ in range(max(2, runs // 10))]
        except Fault as fault:
            print(f"{world:<7} {fault}")
            return
        first_result(servers, world)
        warm = [first_result(servers, world) for _ in range(runs)]
    if layers.bubblewrap:
        print(
            f"{world:<7} {layers.title}: cold {told(cold)} ms, through it {told([w for _, w in warm])} ms"
        )
        return
    shut, bare = entry(world, layers, runs)
    added = 1e3 * (statistics.median(shut) - statistics.median(bare))
    ready, whole = ([one[n] for one in warm] for n in (0, 1))
    ratio = statistics.median(cold) / statistics.median(whole)
    print(
        f"{world:<7} {layers.tier}: cold {told(cold)} ms, warm {told(whole)} ms, {ratio:.0f} times faster; "
        f"fork and entry {told(ready)}, entry {added:.1f} ({1e3 * (min(shut) - min(bare)):.1f})"
    )


def main() -> None:
    """Measure each world that is installed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--world", action="append", choices=tuple(WORLDS))
    arguments = parser.parse_args()
    for world in arguments.world or WORLDS:
        report(world, arguments.runs)


if __name__ == "__main__":
    main()
