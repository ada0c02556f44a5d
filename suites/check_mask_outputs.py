"""Outputs past the length follow the declared rule."""

from __future__ import annotations

from rnncheck.suites.case import Case
from rnncheck.suites.cases import padded
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where an output of a padded step is not what the rule says."""
    result = subject.run_case()
    tensor = truth.values("outputs", result["outputs"], truth.forward["outputs"])
    rule = case.spec.padding.outputs
    truth.compare(f"outputs past the length do not follow the rule ({rule})", [tensor])


CHECK = Check(
    name="mask_outputs",
    family="mask",
    reason="Padded outputs are zero or repeat the last valid one; what reads them relies on it.",
    hint="Look at what the loop writes for a step past the end of a row.",
    needs=frozenset({"sequence", "all_outputs"}),
    catches="padding_rule_swapped",
    run=run,
    cases=padded,
)
