"""By which contracts a file is seen: its parts, in the conventions that are found to fit it."""

from __future__ import annotations

from dataclasses import dataclass

from rnncheck.grading.assignment import Assignment
from rnncheck.grading.contract import Contract
from rnncheck.grading.infer import inferred
from rnncheck.grading.judge import judge
from rnncheck.grading.opened import Opened, Supply, open_submission
from rnncheck.grading.submission import Submission


@dataclass(frozen=True)
class Settled:
    """A file, or a part of it, seen by one contract.

    Attributes:
        part: its name; "" where the file is one thing.
        contract: without parts and open conventions.
        supply: right steps in the place of wrong ones, see Opened.
    """

    part: str
    contract: Contract
    supply: Supply | None = None


def settled(
    submission: Submission, assignment: Assignment, contract: Contract, device: str = "cpu"
) -> list[Settled]:
    """Return how a submission is seen; conventions are found out and wrong steps replaced."""
    if contract.parts:
        found: list[Settled] = []

        def settle(part: str, seen: Contract, supply: Supply | None) -> None:
            found.append(Settled(part, seen, supply))

        judge(submission, assignment, contract, with_diagnosis=False, settle=settle)
        return found
    if not contract.any_convention:
        return [Settled("", contract)]

    def opened(asked: Contract) -> Opened:
        return open_submission(submission, asked, assignment.limits, device)

    return [Settled("", inferred(contract, opened)[0])]
