"""Time-major and batch-major give the same numbers."""

from __future__ import annotations

from rnncheck.suites.case import Case
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where the other order of the time and batch axes gives other numbers."""
    flipped = subject.rebind(spec=case.spec.with_(time_major=not case.spec.time_major))
    result, usual = flipped.run_case(), subject.run_case()
    tensors = [
        truth.values(name, result[name], floats(array), spread=truth.spread(name, factor=TWO_RUNS))
        for name, array in usual.items()
    ]
    truth.compare("time-major and batch-major differ", tensors)


CHECK = Check(
    name="time_major",
    family="time",
    reason="The order of the axes is bookkeeping; the numbers stay.",
    hint="Look at what the option for the order of axes changes, and at the states.",
    needs=frozenset({"sequence", "all_outputs", "final_state", "time_major", "batch_major"}),
    catches="time_major_ignored",
    run=run,
    cases=general,
)
