"""Golden traces, each read once."""

from __future__ import annotations

import functools

from rnncheck.fixtures.files import read
from rnncheck.fixtures.golden import Golden
from rnncheck.fixtures.operation_files import read_operation
from rnncheck.fixtures.operation_golden import OperationGolden


@functools.cache
def golden(name: str) -> Golden:
    """Return a golden trace by its name."""
    return read(name)


@functools.cache
def operation_golden(name: str) -> OperationGolden:
    """Return a golden of an operation by its name."""
    return read_operation(name)
