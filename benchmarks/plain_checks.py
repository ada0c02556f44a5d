"""The checks of an assignment as plain pytest runs them: in one process with the file, not shut in.

Grading compares itself with it: `benchmarks/grading.py` runs it on each file of a sample, as
`pytest benchmarks/plain_checks.py` with the file's path and the assignment in the environment.
"""

from __future__ import annotations

import importlib.util
import os
from functools import partial
from pathlib import Path

import pytest

from rnncheck import adapters
from rnncheck.adapters.base_local import bind
from rnncheck.grading.assignment import load
from rnncheck.grading.find import find_contract, read_submission
from rnncheck.grading.opened import spec_of
from rnncheck.protocol.implementation import Bind
from rnncheck.suites.case import CaseSpec, make_case
from rnncheck.suites.check import Check
from rnncheck.suites.driver import plan
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth
from rnncheck.worker.worlds import set_dtype

FILE = Path(os.environ["RNNCHECK_FILE"])
CONTRACT = find_contract(load(os.environ["RNNCHECK_ASSIGNMENT"]), read_submission(FILE))
ADAPTER = adapters.load(CONTRACT.adapter)
SPEC = spec_of(CONTRACT.options)
PAIRS = [
    pytest.param(check, record, id=f"{check.name}-{number}")
    for check, cases in plan(SPEC, ADAPTER.claims(SPEC) & CONTRACT.claims)
    for number, record in enumerate(cases)
]


@pytest.fixture(scope="module")
def loaded() -> Bind:
    """Import the file as any test does, and return how it is bound."""
    set_dtype(CONTRACT.world, "float64")
    spec = importlib.util.spec_from_file_location("submission", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return partial(bind, ADAPTER, vars(module), CONTRACT.names[0])


@pytest.mark.parametrize(("check", "record"), PAIRS)
def test_check(check: Check, record: CaseSpec, loaded: Bind) -> None:
    """Run one check on one case."""
    case = make_case(record)
    check.run(Subject(loaded, case, "float64", "cpu"), case, Truth(case, "float64"))
