"""The state of an LSTM is handed back in the right order."""

from __future__ import annotations

from rnncheck.protocol.names import prefixes
from rnncheck.protocol.spec import Spec
from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.ends import last_outputs
from rnncheck.suites.sentences import say
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where c, and not h, is what the last output of a direction shows.

    Whether the numbers are right is not asked here, so a wrong gate is not charged twice.
    """
    call, result = forward(subject, case)
    if call == "sequence":
        ends = last_outputs(case, result["outputs"])
    else:
        ends = {f"{prefixes(case.spec)[-1]}h": floats(result["outputs"])}
    for part, last in ends.items():
        h, c = floats(result[f"state.{part}"]), floats(result[f"state.{part[:-1]}c"])
        spread = truth.spread(f"state.{part}", call)
        swapped = truth.values(f"state.{part}", c, last, spread=spread)
        right = truth.values(f"state.{part}", h, last, spread=spread)
        if truth.within(swapped) and not truth.within(right):
            raise CheckFailure("h and c are swapped in the state", say("state_order"))


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    fits = spec.cell == "lstm" and not spec.projection and not spec.output_size
    fits = fits and spec.cell_state == "shown"
    return general(spec) if fits else ()


CHECK = Check(
    name="state_order",
    family="state",
    reason="(h, c) and (c, h) have the same shapes; only the numbers tell them apart.",
    hint="Look at the order in which the state is taken and given back.",
    needs=frozenset({"final_state"}),
    catches="state_swapped",
    run=run,
    shares=True,
    cases=_cases,
)
