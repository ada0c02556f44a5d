"""What a framework's own arithmetic does on CUDA: reported beside the verdict, never marked."""

from __future__ import annotations

from collections.abc import Iterable

from rnncheck.grading.assignment import Assignment
from rnncheck.grading.contract import Contract
from rnncheck.grading.judge import planned
from rnncheck.grading.opened import open_submission
from rnncheck.grading.submission import Submission
from rnncheck.protocol.faults import Fault
from rnncheck.suites.driver import Outcome, run_plan
from rnncheck.suites.sentences import say
from rnncheck.worker.servers import Servers

DTYPE = "float32"  # TF32 takes the place of no other


def by_default(
    submission: Submission, assignment: Assignment, contract: Contract, device: str
) -> str:
    """Return a sentence: how far float32 results are off where nothing forces IEEE arithmetic.

    A contract with parts has none: its homework computes with NumPy.
    """
    if contract.parts:
        return ""
    with (
        Servers(default_arithmetic=True) as servers,
        open_submission(submission, contract, assignment.limits, device, servers) as opened,
    ):
        pairs = [
            (c, cases) for c, cases in planned(opened, contract) if assignment.points[c.family]
        ]
        try:
            opened.open()
            return told(run_plan(opened.binds, pairs, DTYPE, device, shares=True), device)
        except Fault as fault:
            return say("no_default", device=device, why=fault)


def told(outcomes: Iterable[Outcome], device: str) -> str:
    """Return what outcomes in float32 come to, in one sentence."""
    ended = [one for one in outcomes if one.status != "not claimed"]
    shares = [one.share for one in ended if one.share is not None]
    beyond = sum(one.status != "passed" for one in ended)
    share = f"{max(shares, default=0.0):.2g}"
    return say("by_default", device=device, share=share, beyond=beyond, count=len(ended))
