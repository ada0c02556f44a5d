"""What a student may see of a result: of a hidden check no more than how it ended."""

from __future__ import annotations

from typing import Any

from rnncheck.grading.results import Result
from rnncheck.suites.sentences import say


def for_student(result: Result) -> Result:
    """Return a result in which hidden checks have no case, number, place or text of the file.

    The texts of other checks are safe to show, as hidden checks run after them.
    """
    checks = [_check(check) if check["hidden"] else check for check in result["checks"]]
    hidden = {check["name"] for check in checks if check["hidden"]}
    if result["problem_check"] not in hidden:
        return {**result, "checks": checks}
    problem = f"{result['problem_check']}: {say('hidden')}"
    return {**result, "checks": checks, "problem": problem}


def _check(check: dict[str, Any]) -> dict[str, Any]:
    told = {name: check[name] for name in ("name", "family", "hidden", "status", "points", "worth")}
    fine = check["status"] in ("passed", "not claimed", "not judged")
    return {
        **told,
        "case": None,
        "message": "" if fine else say("hidden"),
        "place": None,
        "share": None,
        "diagnosis": None,
        "follows": "",
        "evidence": None,
        "detail": "",
        "notes": [],
    }
