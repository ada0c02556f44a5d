"""Outputs before a step do not see inputs after it, in the order of processing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a change of later inputs changes an earlier output."""
    at, ways = case.record.split, case.spec.directions
    before = np.split(floats(subject.run_case()["outputs"]), len(ways), axis=-1)
    tensors = []
    for index, direction in enumerate(ways):
        seen, unseen = slice(0, at), slice(at, None)
        if direction == "reverse":
            seen, unseen = unseen, seen
        changed = case.x.copy()
        changed[unseen] = 1.5 - changed[unseen]
        after = np.split(subject.sequence(changed, case.state)["outputs"], len(ways), axis=-1)
        right = before[index][seen]  # (t, B, R), what this direction gives out
        spread = truth.spread("outputs", of=_part(ways, index, seen), factor=TWO_RUNS)
        first = seen.start or 0
        tensors.append(truth.values("outputs", after[index][seen], right, first, spread=spread))
    truth.compare("an output changes when only later inputs change", tensors)


def _part(ways: tuple[str, ...], index: int, seen: slice) -> Callable[[Array], Array]:
    return lambda sigma: np.split(sigma, len(ways), axis=-1)[index][seen]


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    if len(spec.directions) == 2 and (len(spec.hidden_sizes) > 1 or spec.output_size):
        return ()  # all outputs see all inputs
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
