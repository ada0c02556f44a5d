"""Gradients by differences earn nothing: which checks that passed do not count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from rnncheck.suites import check_gradient_time
from rnncheck.suites.driver import Outcome
from rnncheck.suites.sentences import say

CHECK = check_gradient_time.CHECK


def settled(
    outcomes: Iterable[Outcome], again: Callable[[Outcome], Outcome], planned: Iterable[str]
) -> Iterator[Outcome]:
    """Yield outcomes; where gradient_time times out twice, no other of its family has passed.

    The family's outcomes wait for it, so that none is told as passed before.

    Args:
        outcomes: of one submission, in order.
        again: runs a check once more: a machine may have stood still.
        planned: names of the checks.
    """
    waits, held = CHECK.name in planned, list[Outcome]()
    for outcome in outcomes:
        if outcome.check == CHECK.name:
            ended = again(outcome) if outcome.status == "timeout" else outcome
            held = [_void(o) for o in held] if ended.status == "timeout" else held
            waits = False
            yield from (*held, ended)
        elif waits and outcome.family == CHECK.family:
            held.append(outcome)
        else:
            yield outcome


def _void(outcome: Outcome) -> Outcome:
    if outcome.status != "passed":
        return outcome
    return replace(outcome, status="timeout", message=say("by_differences", check=CHECK.name))
