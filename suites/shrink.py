"""The smallest case on which a check still fails, and the plainest numbers in it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from rnncheck.protocol.implementation import Bind
from rnncheck.protocol.names import Array
from rnncheck.protocol.operations import OperationBind
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.check import Check
from rnncheck.suites.driver import run_pair
from rnncheck.suites.operation_case import OperationCaseSpec
from rnncheck.suites.sizes import sized

LONG = 8
VISIBLE = 0.01
PLAINER: tuple[Callable[[Array], Array], ...] = (
    np.zeros_like,
    lambda array: np.rint(array) + 0.0,  # no -0.0
    lambda array: np.rint(2 * array) / 2 + 0.0,
    lambda array: np.rint(8 * array) / 8 + 0.0,
)


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


def smallest_operation(
    bind: OperationBind,
    check: Check,
    record: OperationCaseSpec,
    *,
    device: str = "cpu",
    seconds: float = 1.5,
) -> OperationCaseSpec:
    """Return the smallest record of an operation like this one that fails; as `smallest`.

    Its axes become shorter one after the other. Scalars may depend on the sizes: a record that
    cannot be computed is passed over.
    """
    end = time.monotonic() + seconds
    for letter, most in record.sizes:
        for size in range(1, most):
            sizes = tuple((n, size if n == letter else s) for n, s in record.sizes)
            smaller = replace(record, sizes=sizes, golden="")
            if time.monotonic() < end and _still_fails(bind, check, smaller, device):
                record = smaller
                break
    return record


def _still_fails(bind: OperationBind, check: Check, record: OperationCaseSpec, device: str) -> bool:
    try:
        failure = run_pair(bind, check, record, device=device).failure
    except ValueError:
        return False
    return failure is not None and bool(failure.wrong)


def _smaller(record: CaseSpec) -> Iterator[CaseSpec]:
    """Yield smaller records, fewest numbers first."""
    if record.golden:
        return
    steps = (1, 2, 3) if record.steps <= LONG else (4, 8, 12, 16, 24, 32, record.steps)
    sizes = itertools.product(steps, (1, 2), (1, 2), (1, 2, 3))
    own = _numbers(
        (record.steps, record.batch, record.spec.input_size, record.spec.hidden_sizes[0])
    )
    for length, batch, inputs, hidden in sorted(sizes, key=_numbers):
        if (record.split and length == 1) or _numbers((length, batch, inputs, hidden)) >= own:
            continue
        spec = sized(record.spec, inputs, hidden)
        cut = min(record.split, length - 1)
        small = replace(record, spec=spec, steps=length, batch=batch, lengths=(), split=cut)
        if not record.lengths:
            yield small
        elif length > 1:  # the rows end at different steps, the last one before the end
            yield replace(small, lengths=tuple(range(length - 1, length - 1 - batch, -1)))


def _numbers(size: tuple[int, int, int, int]) -> int:
    steps, batch, inputs, hidden = size
    return steps * batch * inputs + hidden * (inputs + hidden)


def plainest(case: Case, error: Callable[[Case], float], *, seconds: float = 1.0) -> Case:
    """Return the case with arrays zero or rounded where the error stays visible.

    Args:
        case: on which something is wrong.
        error: how far off the worst number is, 0 where none is.
        seconds: when to stop looking.
    """
    end, least = time.monotonic() + seconds, min(VISIBLE, error(case) / 2)
    for group, name in _arrays(case):
        for change in PLAINER:
            if time.monotonic() > end:
                return case
            plainer = _changed(case, group, name, change)
            if error(plainer) >= least:
                case = plainer
                break
    return case


def _arrays(case: Case) -> Iterator[tuple[str, str]]:
    """Yield the arrays of a case as a field and, in a dict, a name."""
    for field in ("d_outputs", "d_state", "params", "state", "x"):
        held = getattr(case, field)
        for name in held if isinstance(held, dict) else () if held is None else ("",):
            yield field, name


def _changed(case: Case, field: str, name: str, change: Callable[[Array], Array]) -> Case:
    held = getattr(case, field)
    new = {**held, name: change(held[name])} if name else change(held)
    changes: dict[str, Any] = {field: new}
    return replace(case, **changes)
