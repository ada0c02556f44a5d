"""A call prints nothing and warns of nothing."""

from __future__ import annotations

from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case
from rnncheck.suites.cases import simple
from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth

CLAIM = "a call prints or warns"


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where the implementation says that a call printed or warned."""
    del truth
    forward(subject, case)
    said = []
    if subject.facts.get("prints"):
        said.append("it printed something")
    said += [str(warning) for warning in subject.facts.get("warnings", ())]
    if said:
        raise CheckFailure(CLAIM, "; ".join(said))


CHECK = Check(
    name="advice_quiet",
    family="advice",
    reason="A print in a training loop is printed at every step; a warning often has a cause.",
    hint="Remove prints; look at what overflows.",
    needs=frozenset(),
    catches="prints",
    run=run,
    shares=True,
    cases=lambda spec: (simple(spec),),
)
