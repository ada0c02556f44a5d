"""`rnncheck check FILE`: the checks one by one, then the mark, then how to see it oneself."""

from __future__ import annotations

import argparse
from pathlib import Path

from rnncheck.grading.assignment import load
from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import line
from rnncheck.grading.find import find_assignment, find_contract, read_submission
from rnncheck.grading.judge import Judged, Report, judge
from rnncheck.grading.render import ledger, verdict
from rnncheck.suites.check import checks
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
    parser.add_argument("-q", "--quiet", action="store_true", help="only what did not pass")
    parser.add_argument("--no-snippet", action="store_true", help="no script that shows it")


def run(arguments: argparse.Namespace) -> int:
    """Check a file; 0 if every check passed, 1 if not, 2 if it could not be checked here."""
    submission = read_submission(arguments.file)
    assignment = load(arguments.assignment or find_assignment(submission))
    contract = find_contract(assignment, submission)
    _require_known(arguments.only)
    print(f"{line(arguments.file)}  {assignment.name}: {assignment.title} ({contract.framework})")
    told: set[str] = set()

    def tell(judged: Judged) -> None:
        hidden = ("not claimed", "passed") if arguments.quiet else ("not claimed",)
        if judged.outcome.status in hidden:
            return
        print(verdict(judged, str(arguments.file), assignment.name, told), flush=True)

    report = judge(
        submission,
        assignment,
        contract,
        device=arguments.device,
        only=arguments.only,
        case=arguments.case,
        tell=tell,
        with_snippet=not arguments.no_snippet,
    )
    return _close(report)


def _require_known(words: list[str]) -> None:
    for word in words:
        if not any(word in name for name in checks()):
            raise UsageError(f"no check has {word!r} in its name; there are: {', '.join(checks())}")


def _close(report: Report) -> int:
    if report.absent:
        raise UsageError(f"{report.absent} Nothing was checked.")
    failed = [j for j in report.judged if j.outcome.status not in ("passed", "not claimed")]
    counted = [j for j in failed if j.worth]
    if report.snippet:
        print(f"\nsee it without rnncheck:\n\n{report.snippet}")
    print(f"\n{ledger(report)}. Mark {report.mark:g} of 100 ({say('practice')}).")
    if failed and not counted:
        print("What did not pass is advice and costs nothing.")
    return 1 if counted else 0
