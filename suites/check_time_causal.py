"""Outputs before a step do not see inputs after it."""

from __future__ import annotations

from dataclasses import replace

from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a change of later inputs changes an earlier output."""
    cut = case.record.split
    forward = case.spec.directions == ("forward",)
    seen, unseen = (slice(0, cut), slice(cut, None)) if forward else (slice(cut, None), slice(cut))
    changed = case.x.copy()
    changed[unseen] = 1.5 - changed[unseen]
    before = floats(subject.run_case()["outputs"])[seen]
    after = subject.sequence(changed, case.state)["outputs"][seen]
    claim = "an output changes when only later inputs change"
    truth.compare(claim, [truth.values("outputs", after, before, seen.start or 0)])


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    if len(spec.directions) == 2:
        return ()
    first = general(spec, split=1, seed=142)
    return (*first, replace(general(spec, seed=143)[2], split=3))


CHECK = Check(
    name="time_causal",
    family="time",
    reason="A recurrent network reads its input step by step.",
    hint="Look at which x and which h the loop uses at step t.",
    needs=frozenset({"sequence", "all_outputs"}),
    catches="look_ahead",
    run=run,
    cases=_cases,
)
