"""All that the suites can be run on: the reference, the frameworks' own classes, a submission."""

from __future__ import annotations

from pathlib import Path

from rnncheck import adapters
from rnncheck.adapters.base import Adapter, Target
from rnncheck.fixtures.operation_records import operation_records
from rnncheck.grading.assignment import Assignment, load
from rnncheck.grading.diagnose import Diagnostician
from rnncheck.grading.errors import UsageError
from rnncheck.grading.find import find_assignment, find_contract, read_submission
from rnncheck.grading.opened import Opened, open_operations, open_submission, open_target
from rnncheck.grading.render import verdict
from rnncheck.grading.report import Judged
from rnncheck.grading.settled import Settled, settled
from rnncheck.grading.submission import Submission, as_asked
from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Dropout, Padding, Spec
from rnncheck.reference import operations
from rnncheck.reference.implementation import bind, claims_of
from rnncheck.suites.check import FAMILIES, Check
from rnncheck.suites.driver import Outcome
from rnncheck.suites.handle import Handle

DTYPES = ("float64", "float32")
EXAMPLES = {"numpy": 20, "torch": 5, "keras3": 2, "tf1": 2}
REFERENCE = {
    "elman": Spec("elman", 2, (3,)),
    "elman relu": Spec("elman", 2, (3,), activation="relu", biases="single"),
    "elman dense": Spec("elman", 2, (3,), output_size=2, output_activation="tanh"),
    "elman reverse": Spec("elman", 2, (3,), directions=("reverse",)),
    "jordan": Spec("jordan", 2, (3,), output_size=2, output_activation="tanh"),
    "lstm": Spec("lstm", 2, (3,)),
    "lstm all options": Spec(
        "lstm",
        2,
        (3,),
        forget_bias=1.0,
        peepholes=True,
        cell_clip=3.0,
        projection=2,
        biases="single",
    ),
    "lstm any mask": Spec("lstm", 2, (3,), padding=Padding("repeat", "initial", "any")),
    "gru": Spec("gru", 2, (3,)),
    "gru reset before": Spec("gru", 2, (3,), reset="before", biases="single"),
    "lstm stacked": Spec("lstm", 2, (3, 4)),
    "lstm stacked bidirectional": Spec("lstm", 2, (3, 4), directions=("forward", "reverse")),
    "gru bidirectional": Spec("gru", 2, (3,), directions=("forward", "reverse")),
    "lstm dropout": Spec("lstm", 2, (3,), dropout=Dropout(0.5, 0.75, 0.5)),
    "gru dropout once": Spec("gru", 2, (3,), dropout=Dropout(output_keep=0.75, draw="once")),
    "elman stacked dropout": Spec("elman", 2, (3, 4), dropout=Dropout(between_keep=0.75)),
    "gru z takes": Spec("gru", 2, (3,), update="z_takes", time_major=False),
}


def reference_handles() -> list[Handle]:
    """Return the reference under each of some specs, and its operations."""
    every = Operations(tuple(dict.fromkeys(r.spec for r in operation_records().values())))
    offered = frozenset[str]().union(*map(operations.claims_of, every.specs))
    return [
        *(Handle(f"reference[{n}]", spec, claims_of(spec), bind) for n, spec in REFERENCE.items()),
        Handle("reference[operations]", every, offered, operations.bind),
    ]


def target_handles(world: str, device: str = "cpu") -> list[Handle]:
    """Return the frameworks' own classes of a world, each in a worker of its own.

    Their operations are one handle, and share a worker.
    """
    own = [adapters.load_operations(name) for name in adapters.operation_names()]
    opened = [open_operations(a, device) for a in own if a.world == world and a.targets]
    return _class_handles(world, device) + [_own_handle(o, world, device) for o in opened]


def _class_handles(world: str, device: str) -> list[Handle]:
    found = [(adapters.load(name)) for name in adapters.names()]
    return [
        _target_handle(adapter, target, device)
        for adapter in found
        if adapter.world == world
        for target in adapter.targets
    ]


def _target_handle(adapter: Adapter, target: Target, device: str) -> Handle:
    return _own_handle(open_target(adapter, target, device), adapter.world, device)


def _own_handle(opened: Opened, world: str, device: str) -> Handle:
    spec = opened.spec  # a network with dropout is there without too, where all is checked
    whole = isinstance(spec, Spec) and spec.dropout == Dropout()
    return Handle(
        name=opened.name,
        spec=opened.spec,
        claims=opened.claims,
        bind=opened.binds,
        device=device,
        dtypes=DTYPES if whole else DTYPES[:1],
        examples=1 if isinstance(spec, Operations) else EXAMPLES[world],
        close=opened.close,
        slow=world in ("keras3", "tf1"),
        families=FAMILIES if whole or isinstance(spec, Operations) else ("wrappers",),
    )


def submission_handles(
    file: Path, assignment_name: str | None, device: str = "cpu"
) -> list[Handle]:
    """Return a submission: one handle, or one for each part of a homework.

    Raises:
        UsageError: there is no such file, assignment, contract or device, or it is no Python.
    """
    submission = read_submission(file)
    if submission.fault:
        raise UsageError(submission.fault)
    assignment = load(assignment_name or find_assignment(submission))
    contract = find_contract(assignment, submission)
    submission = as_asked(submission, lenient=contract.lenient)
    if submission.fault:
        raise UsageError(submission.fault)
    return [
        _submitted(submission, assignment, seen, device)
        for seen in settled(submission, assignment, contract, device)
    ]


def _submitted(
    submission: Submission, assignment: Assignment, seen: Settled, device: str
) -> Handle:
    contract, name = seen.contract, submission.path.name
    opened = open_submission(submission, contract, assignment.limits, device, supply=seen.supply)
    diagnose = Diagnostician(opened, device)

    def explain(outcome: Outcome) -> str:
        hidden = assignment.hides(outcome.check, outcome.family)
        found = None if hidden else diagnose(outcome)
        judged = Judged(outcome, 0.0, found, hidden, part=seen.part)
        return verdict(judged, str(submission.path), assignment.name)

    def asks(check: Check) -> bool:
        advised = assignment.points.get(check.name, 1) == 0  # a part shows no advice
        return not advised and (check.vjp or not contract.backward)

    return Handle(
        name=f"{name}-{seen.part}" if seen.part else name,
        spec=opened.spec,
        claims=opened.claims,
        bind=opened.binds,
        dtypes=("float64",),
        device=device,
        examples=EXAMPLES[contract.world],
        graded=True,
        explain=explain,
        close=opened.close,
        hides=lambda check: assignment.hides(check.name, check.family),
        asks=asks,
    )
