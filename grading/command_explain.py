"""`rnncheck explain gradient-flow FILE`: how much gradient reaches each earlier state."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from rnncheck.grading.assignment import load
from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import line, lines
from rnncheck.grading.find import find_assignment, find_contract, read_submission
from rnncheck.grading.flow_plot import draw
from rnncheck.grading.gradient_flow import Measured, measure
from rnncheck.grading.opened import open_submission
from rnncheck.grading.settled import Settled, settled
from rnncheck.grading.submission import as_asked
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Spec, SpecError
from rnncheck.reference.flow import EXPLODED, VANISHED

TOPICS = ("gradient-flow",)
MOST_STEPS = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("topic", choices=TOPICS, help="what to explain")
    parser.add_argument("file", type=Path, help="the Python file to look at")
    parser.add_argument("--assignment", metavar="NAME", help="found from the file where it can be")
    parser.add_argument(
        "--steps", type=_steps, default=20, metavar="N", help="length of the sequence, default: 20"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write a plot (SVG) into this folder"
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the flow; 0 if it is the reference's, 1 if not or if the file gave no numbers.

    Raises:
        UsageError: the file, its assignment or its framework is not there, or has no step.
    """
    submission = read_submission(arguments.file)
    if submission.fault:
        raise UsageError(f"{submission.fault}. Nothing was explained.")
    assignment = load(arguments.assignment or find_assignment(submission))
    contract = find_contract(assignment, submission)
    submission = as_asked(submission, lenient=contract.lenient)
    if submission.fault:
        raise UsageError(f"{submission.fault}. Nothing was explained.")
    print(f"{line(arguments.file)}  {assignment.name}: {assignment.title} ({contract.framework})")
    seen = _network(settled(submission, assignment, contract))
    if seen.part:
        print(f"seen through {seen.part}")
    try:
        with (
            open_submission(submission, seen.contract, assignment.limits) as opened,
            np.errstate(all="ignore"),
        ):
            measured = measure(opened, arguments.steps)
    except SpecError as error:
        raise UsageError(str(error)) from error
    except Fault as fault:
        return _no_numbers(fault)
    print(_table(measured, arguments.steps))
    if arguments.out is not None:
        path = arguments.out / f"{arguments.file.stem}-gradient-flow.svg"
        norms = {"submission": measured.mine.largest, "reference": measured.right.largest}
        print(draw(path, f"{arguments.file.name}: {assignment.title}", norms))
    return 1 if measured.differs else 0


def _network(found: list[Settled]) -> Settled:
    """Return the part that shows the flow best: whole gradients, then those of a step."""
    shown = [s for s in found if isinstance(s.contract.spec, Operations) or _shows(s.contract.spec)]
    ranks = ("sequence_vjp", "step_vjp", "step", "sequence")
    return min(
        shown or found,
        key=lambda s: next((k for k, call in enumerate(ranks) if call in s.contract.claims), 9),
    )


def _shows(spec: Spec) -> bool:
    return spec.cell_state == "shown" and not spec.output_size


def _steps(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_STEPS:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {MOST_STEPS}")


def _no_numbers(fault: Fault) -> int:
    if fault.kind == "absent":
        raise UsageError(f"{fault} Nothing was explained.")
    print(f"no numbers: {lines(fault)}")
    for text in fault.detail.splitlines():
        print(f"  {line(text)}")
    return 1


def _table(measured: Measured, steps: int) -> str:
    mine, right = measured.mine, measured.right
    rows = [f"\nnorm of d state_{steps} / d state_t\n", f"  {'t':>3}  submission   reference"]
    for t, word in enumerate(mine.verdicts()):
        mark = "  differs" if t in measured.differs else ""
        rows.append(f"  {t:>3}  {mine.largest[t]:10.3e}  {right.largest[t]:10.3e}  {word}{mark}")
    rows.append(
        f"\nThe largest spectral norm over {mine.norms.shape[1]} rows, by {measured.way}.\n"
        f"Below {VANISHED:g} the gradient is called vanishing, above {EXPLODED:g} exploding."
    )
    if measured.differs:
        rows.append(f"Going back from t={steps}, it first differs at t={measured.differs[0]}.")
    return "\n".join(rows)
