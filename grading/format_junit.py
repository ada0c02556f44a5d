"""Results as JUnit XML: a suite for each submission, a case for each check that applies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from rnncheck.grading.results import Result

_KINDS = {
    "failed": "failure",
    "not implemented": "failure",
    "not judged": "skipped",
    "skipped": "skipped",
}
_WHOLE = {"absent": "skipped", "no assignment": "error", "not graded": "error"}


def junit(results: Sequence[Result]) -> str:
    """Return a document; no text in it holds a character that XML 1.0 forbids."""
    root = ElementTree.Element("testsuites", name="rnncheck")
    for result in results:
        _suite(root, result)
    ElementTree.indent(root)
    return ElementTree.tostring(root, "unicode", xml_declaration=True) + "\n"


def _suite(root: ElementTree.Element, result: Result) -> None:
    checks = [check for check in result["checks"] if check["status"] != "not claimed"]
    suite = ElementTree.SubElement(
        root, "testsuite", name=result["file"], time=f"{result['seconds']:.3f}"
    )
    if not checks:
        case = ElementTree.SubElement(suite, "testcase", name="graded", classname=result["file"])
        kind = _WHOLE.get(result["status"], "error")
        ElementTree.SubElement(case, kind, message=result["problem"])
        _count(suite, [kind])
        return
    _count(suite, [_case(suite, result["file"], check) for check in checks])


def _case(suite: ElementTree.Element, file: str, check: dict[str, Any]) -> str:
    """Add a check, and return as what it counts."""
    case = ElementTree.SubElement(suite, "testcase", name=check["name"], classname=file)
    if check["status"] == "passed":
        return "passed"
    if not check["worth"]:  # advice costs nothing, and is to fail no build
        ElementTree.SubElement(case, "system-out").text = check["message"]
        return "passed"
    kind = _KINDS.get(check["status"], "error")
    found = ElementTree.SubElement(case, kind, message=check["message"])
    lines = check["evidence"]["lines"] if check["evidence"] else {}
    found.text = "\n".join([*(f"{k}: {v}" for k, v in lines.items()), check["detail"]])
    return kind


def _count(suite: ElementTree.Element, kinds: Sequence[str]) -> None:
    suite.set("tests", str(len(kinds)))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(kinds.count(kind)))
