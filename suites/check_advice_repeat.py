"""A second call gives the same numbers as the first."""

from __future__ import annotations

from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case
from rnncheck.suites.cases import simple
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where the same call gives other numbers the second time."""
    call, first = forward(subject, case)
    _, second = forward(subject, case)
    tensors = [
        truth.values(
            name,
            second[name],
            floats(first[name]),
            spread=truth.spread(name, call, factor=TWO_RUNS),
        )
        for name in first
    ]
    truth.compare("a second call with the same arguments gives other numbers", tensors)


CHECK = Check(
    name="advice_repeat",
    family="advice",
    reason="A network that keeps something between calls depends on who called before.",
    hint="Look for globals, attributes and default arguments that a call changes.",
    needs=frozenset(),
    catches="state_kept_between_calls",
    run=run,
    cases=lambda spec: (simple(spec),),
)
