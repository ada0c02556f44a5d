"""The smallest case on which a check still fails."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace

from rnncheck.protocol.implementation import Bind
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.check import Check
from rnncheck.suites.driver import run_pair
from rnncheck.suites.sizes import sized

LONG = 8


def smallest(
    bind: Bind, check: Check, record: CaseSpec, *, device: str = "cpu", seconds: float = 1.5
) -> CaseSpec:
    """Return the smallest record like this one that fails with wrong numbers.

    Args:
        bind: the implementation.
        check: a check that fails on the record.
        record: where it fails; returned where nothing smaller fails in time.
        device: "cpu" or "cuda".
        seconds: when to stop looking.
    """
    end = time.monotonic() + seconds
    for smaller in _smaller(record):
        if time.monotonic() > end:
            break
        outcome = run_pair(bind, check, smaller, device=device)
        if outcome.failure is not None and outcome.failure.wrong:
            return smaller
        if outcome.fault in ("timeout", "died"):
            break
    return record


def _smaller(record: CaseSpec) -> Iterator[CaseSpec]:
    """Yield smaller records, fewest numbers first."""
    if record.golden or record.lengths or record.masked:
        return
    steps = (1, 2, 3) if record.steps <= LONG else (4, 8, 12, 16, 24, 32, record.steps)
    sizes = itertools.product(steps, (1, 2), (1, 2), (1, 2, 3))
    for length, batch, inputs, hidden in sorted(sizes, key=_numbers):
        spec = sized(record.spec, inputs, hidden)
        yield replace(record, spec=spec, steps=length, batch=batch)


def _numbers(size: tuple[int, int, int, int]) -> int:
    steps, batch, inputs, hidden = size
    return steps * batch * inputs + hidden * (inputs + hidden)
