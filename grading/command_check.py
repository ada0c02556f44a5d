"""`rnncheck check FILE`: the checks one by one, then the mark, then how to see it oneself."""

from __future__ import annotations

import argparse
from pathlib import Path

from rnncheck.grading.assignment import Assignment, load
from rnncheck.grading.by_default import by_default
from rnncheck.grading.contract import Contract
from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import line
from rnncheck.grading.find import find_assignment, find_contract, read_submission
from rnncheck.grading.judge import judge, planned
from rnncheck.grading.opened import open_submission
from rnncheck.grading.render import ledger
from rnncheck.grading.report import Report
from rnncheck.grading.submission import Submission, as_asked
from rnncheck.grading.telling import Telling
from rnncheck.suites.check import checks, operation_checks
from rnncheck.suites.sentences import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("file", type=Path, help="the Python file to check")
    parser.add_argument("--assignment", metavar="NAME", help="found from the file where it can be")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument(
        "-k",
        dest="only",
        metavar="WORD",
        action="append",
        default=[],
        help="only checks with this word in their name; may be repeated",
    )
    parser.add_argument("--case", type=int, metavar="N", help="only case N of each check")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="also what part of its allowance each used"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="only what did not pass")
    parser.add_argument("--no-snippet", action="store_true", help="no script that shows it")


def run(arguments: argparse.Namespace) -> int:
    """Check a file; 0 if every check passed, 1 if not, 2 if it could not be checked here."""
    submission = read_submission(arguments.file)
    if submission.fault:
        raise UsageError(f"{submission.fault}. Nothing was checked.")
    name = arguments.assignment or find_assignment(submission)
    assignment = load(name)
    contract = find_contract(assignment, submission)
    submission = as_asked(submission, lenient=contract.lenient)
    if submission.fault:
        raise UsageError(f"{submission.fault}. Nothing was checked.")
    claimed = _claimed(submission, contract, assignment, arguments.device)
    _require_some(arguments.only, arguments.case, claimed, assignment)
    print(f"{line(arguments.file)}  {assignment.name}: {assignment.title} ({contract.framework})")
    telling = Telling(str(arguments.file), name, quiet=arguments.quiet)
    report = judge(
        submission,
        assignment,
        contract,
        device=arguments.device,
        only=arguments.only,
        case=arguments.case,
        tell=telling,
        with_snippet=not arguments.no_snippet,
        shares=arguments.verbose,
    )
    telling.close()
    code = _close(report)
    if arguments.device != "cpu" and not report.fault:
        if said := by_default(submission, assignment, contract, arguments.device):
            print(f"note: {line(said)}")
    return code


def _claimed(
    submission: Submission, contract: Contract, assignment: Assignment, device: str
) -> dict[str, int]:
    """Return how many cases each check has, by its name; a part's behind the part's name."""
    claimed: dict[str, int] = {}
    alone = {f"{part.name}.": part.contract for part in contract.parts} or {"": contract}
    for start, one in alone.items():
        opened = open_submission(submission, one, assignment.limits, device)
        claimed |= {start + c.name: len(cases) for c, cases in planned(opened, one) if cases}
    return claimed


def _require_some(
    words: list[str], case: int | None, claimed: dict[str, int], assignment: Assignment
) -> None:
    """Refuse words and a case that leave nothing to check."""
    for word in words:
        known = [*checks(), *operation_checks(), *claimed]
        if not any(word in name for name in known):
            raise UsageError(f"no check has {word!r} in its name; there are: {', '.join(checks())}")
    chosen = {n: size for n, size in claimed.items() if not words or any(w in n for w in words)}
    if not chosen:
        raise UsageError(
            f"{', '.join(words)} is no check of {assignment.name} in this framework; "
            f"there are: {', '.join(claimed)}"
        )
    if case is not None and not any(0 <= case < size for size in chosen.values()):
        sizes = ", ".join(f"{name} 0 to {size - 1}" for name, size in chosen.items())
        raise UsageError(f"there is no case {case}; there are: {sizes}")


def _close(report: Report) -> int:
    if report.absent:
        raise UsageError(f"{report.absent}. Nothing was checked.")
    failed = [j for j in report.judged if j.outcome.status not in ("passed", "not claimed")]
    counted = [j for j in failed if j.worth]
    if report.snippet:
        print(f"\nsee it without rnncheck:\n\n{report.snippet}")
    _tell_parts(report)
    for payer in dict.fromkeys(j.follows for j in report.judged if j.follows):
        names = ", ".join(j.name for j in report.judged if j.follows == payer)
        print("\n" + say("charged_once", payer=payer, checks=names))
    print(f"\n{ledger(report)}. Mark {report.mark:g} of 100 ({say('practice')}).")
    if failed and not counted:
        print("What did not pass is advice and costs nothing.")
    return 1 if counted else 0


def _tell_parts(report: Report) -> None:
    """Print the points of each part, and what is noted of the whole."""
    rows = {judged.part: [0.0, 0.0] for judged in report.judged if judged.part}
    for judged in report.judged:
        if judged.part:
            rows[judged.part][0] += judged.points
            rows[judged.part][1] += judged.worth
    if rows:
        print("".join(f"\n{p:<28} {got:.4g} of {worth:.4g}" for p, (got, worth) in rows.items()))
    for note in report.notes:
        print(f"note: {line(note)}")
