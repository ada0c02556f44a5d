"""Dropout of the outputs stays off the recurrent path: the state is what it is without."""

from __future__ import annotations

from rnncheck.protocol.names import prefixes
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.check import Check
from rnncheck.suites.dropping import training
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where the first layer's final state is another in training than outside it."""
    trained, plain = subject.run_case(), subject.sequence(case.x, case.state)
    first = tuple(f"state.{prefix}" for prefix in _first_layer(case.spec))
    names = [name for name in plain if name.rpartition(".")[0] + "." in first]
    tensors = [
        truth.values(name, trained[name], plain[name], spread=truth.spread(name, factor=TWO_RUNS))
        for name in names
    ]
    truth.compare("dropout of the outputs changes the state that is carried", tensors)


def _first_layer(spec: Spec) -> list[str]:
    return prefixes(spec)[: len(spec.directions)]


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    keep = spec.dropout
    return () if keep.input_keep < 1 or keep.state_keep < 1 else training(spec)[:2]


CHECK = Check(
    name="dropout_recurrent",
    family="wrappers",
    reason="What is dropped on the recurrent path is forgotten a little more at every step.",
    hint="The next step reads the state, the next layer the output: which of them is dropped?",
    needs=frozenset({"sequence", "final_state", "dropout"}),
    catches="dropout_on_recurrent",
    run=run,
    cases=_cases,
)
