"""Every check on every implementation that is handed in: the bank's cases, then drawn ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Verbosity, given, reject, settings

from rnncheck.suites.check import Check
from rnncheck.suites.driver import DRAWN, Outcome, run_pair
from rnncheck.suites.handle import Handle
from rnncheck.suites.ledger import NOT_JUDGED
from rnncheck.suites.sentences import say
from rnncheck.suites.strategies import like
from rnncheck.suites.trial import AnyRecord


def test_check(
    handle: Handle,
    check: Check,
    dtype: str,
    explore: int,
    record_property: Callable[[str, object], None],
) -> None:
    """A check holds on its own cases, and on others like them."""
    __tracebackhide__ = True
    cases = dict((c.name, r) for c, r in handle.plan())[check.name]
    for index, record in enumerate(cases):
        outcome = run_pair(handle.bind, check, record, dtype, handle.device)
        _require(handle, replace(outcome, case_index=index))
    record_property(NOT_JUDGED, _explore(handle, check, cases, dtype, explore))


def _explore(
    handle: Handle, check: Check, cases: tuple[AnyRecord, ...], dtype: str, explore: int
) -> int:
    """Draw cases, and return how many were put aside as they are not judged."""
    __tracebackhide__ = True
    aside: list[AnyRecord] = []
    most = explore or handle.drawn(dtype)
    if not most:
        return 0

    @settings(
        max_examples=most,
        derandomize=not explore,
        database=None,
        verbosity=Verbosity.quiet if handle.hides(check) else Verbosity.normal,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(like(cases))
    def drawn(record: AnyRecord) -> None:
        __tracebackhide__ = True
        outcome = run_pair(handle.bind, check, record, dtype, handle.device)
        if outcome.status == "not judged":
            aside.append(record)
            reject()
        _require(handle, replace(outcome, case_index=DRAWN))

    try:
        drawn()
    except (Exception, pytest.fail.Exception) as error:
        if not handle.hides(check):
            raise
        said = getattr(error, "msg", say("hidden"))  # without the case that Hypothesis notes
        pytest.fail(said, pytrace=False)
    return len(aside)


def _require(handle: Handle, outcome: Outcome) -> None:
    """End the test as the check ended."""
    __tracebackhide__ = True
    if outcome.status == "passed":
        return
    if outcome.status == "skipped" and not handle.graded:
        pytest.skip(outcome.message)
    if handle.graded and outcome.family == "advice":
        pytest.xfail(f"advice, costs nothing: {handle.explain(outcome)}")
    pytest.fail(handle.explain(outcome), pytrace=False)
