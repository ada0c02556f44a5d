"""The comparison of shapes, with named axes in its message."""

from __future__ import annotations

from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.operation_subject import OperationSubject
from rnncheck.suites.sentences import say
from rnncheck.suites.subject import Subject


def require_shapes(claim: str, subject: Subject | OperationSubject) -> None:
    """Raise CheckFailure where a result came back in another shape than asked for.

    A shape that could be put right (the same numbers, other axes) counts as wrong here; the other
    checks judge the numbers. One that could not has ended the call already.
    """
    for name, (got, expected) in subject.shapes.items():
        raise CheckFailure(claim, say("shape", name=name, got=tuple(got), expected=tuple(expected)))
