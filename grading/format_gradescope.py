"""A result as the results.json of Gradescope; every text in it is plain text there."""

from __future__ import annotations

from typing import Any

from rnncheck.grading.results import Result


def gradescope(result: Result, *, staff: bool) -> dict[str, Any]:
    """Return what Gradescope reads, with the mark as the score of 100.

    Source: Gradescope, "Autograder Specifications" (2025).

    Args:
        result: one that has a mark; as a student may see it, unless it is for staff.
        staff: hidden checks are shown to staff alone; Gradescope then hides the total too.
    """
    worth = sum(check["worth"] for check in result["checks"])
    scale = 100 / worth if worth else 0.0
    counted = [check for check in result["checks"] if check["status"] != "not claimed"]
    return {
        "score": result["mark"],
        "execution_time": result["seconds"],
        "output": _said(result["problem"], result["bank_note"]),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "tests": [
            {
                "name": check["name"],
                "score": round(check["points"] * scale, 4),
                "max_score": round(check["worth"] * scale, 4),
                "status": "passed" if check["points"] == check["worth"] else "failed",
                "output": _output(check),
                "visibility": "hidden" if staff and check["hidden"] else "visible",
                "tags": [check["family"]],
            }
            for check in counted
        ],
        "extra_data": {name: result[name] for name in ("sha256", "key", "assignment", "tier")},
    }


def _output(check: dict[str, Any]) -> str:
    found, evidence = check["diagnosis"], check["evidence"]
    told = [f"{label}: {text}" for label, text in evidence["lines"].items()] if evidence else []
    mistake = [f"mistake: {found['what']}", f"hint: {found['hint']}"] if found else []
    return _said(check["message"], *told, *mistake, check["detail"])


def _said(*texts: str) -> str:
    return "\n".join(text for text in texts if text)
