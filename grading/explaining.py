"""On which cases a failure is explained: its own, and others on which an implementation was asked.

Where a framework builds a graph for each network of other sizes, a further call takes longer than all
of the diagnosis: there the others are those of the bank that were answered anyhow.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rnncheck.grading.matching import gather
from rnncheck.protocol.claims import CALLS
from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec
from rnncheck.suites import check_dropout_off as dropout_off
from rnncheck.suites.answered import Logs
from rnncheck.suites.calls import call_of
from rnncheck.suites.case import Case, CaseSpec, make_case
from rnncheck.suites.cases import general, long, padded
from rnncheck.suites.check import Check

BUILD = ("keras", "tf1")  # frameworks whose first call of a network of other sizes takes long
ENOUGH = 3  # cases


def asked_of(
    check: Check, record: CaseSpec, spec: Spec, claims: Collection[str]
) -> tuple[str, list[Case]]:
    """Return the call and the cases that explain a failure: its own, and some general ones."""
    call = call_of(claims, vjp=check.vjp)
    training = record.training and check.name != dropout_off.CHECK.name
    records = [replace(record, training=training), *general(spec, training=training)]
    if _padded(record):
        records += [r for r in padded(spec)[:2] if r.masked == record.masked]
    if call == "sequence_vjp":
        records += long(spec)[:1]
    return call, _varied(check, records)


def asked_before(
    check: Check, record: CaseSpec, spec: Spec, claims: Collection[str], records: Iterable[CaseSpec]
) -> tuple[str, list[Case]]:
    """Return the call, and the cases of a bank that explain a failure: its own is the first.

    The last is a general one, for a failure that few others go with.

    Args:
        check: the check that failed.
        record: of the case.
        spec: of the contract.
        claims: of the implementation.
        records: of the bank.
    """
    plain = _plain(spec, record)
    others = [r for r in records if r not in (record, plain) and _asks_no_more(r, record)]
    return call_of(claims, vjp=check.vjp), [*_varied(check, [record, *others]), _case(plain)]


def _plain(spec: Spec, record: CaseSpec) -> CaseSpec:
    """Return a general record, with lengths like another, but nothing in the padding."""
    if not _padded(record):
        return general(spec)[1]
    return next(r for r in padded(spec)[1:] if r.masked == record.masked and not r.poisoned)


def plain_cases(spec: Spec, records: Iterable[CaseSpec] | None) -> list[Case]:
    """Return those of some cases, None for general ones, on which nearly everything answers."""
    plain = general(spec)[1]
    every = general(spec) if records is None else records
    return [_case(record) for record in every if _asks_no_more(record, plain)]


def _asks_no_more(other: CaseSpec, record: CaseSpec) -> bool:
    """Say whether a mistake that shows on a record has an answer on another for no other reason."""
    padding = not _padded(other) or (_padded(record) and other.masked == record.masked)
    started = other.state != "none" or record.state == "none"
    return padding and started and (other.upstream != "large" or record.upstream == "large")


def _padded(record: CaseSpec) -> bool:
    return bool(record.lengths) or record.masked


def _varied(check: Check, records: Sequence[CaseSpec]) -> list[Case]:
    cases = [_case(record) for record in dict.fromkeys(records)]
    return [*map(check.varies, cases), *cases] if check.varies else cases


@functools.lru_cache(256)
def _case(record: CaseSpec) -> Case:
    return make_case(record)


def heard(
    logs: Logs, offered: frozenset[str], cases: Sequence[Case], call: str, device: str = "cpu"
) -> list[Case]:
    """Return the cases on which a call was answered before; nothing is asked."""

    def silent(
        spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        made: Any = _Silent(spec, offered)
        implementation: Implementation = made
        return implementation

    def known(case: Case) -> bool:
        try:
            gather(logs.known(silent), [case], call, device)
        except _UnaskedError:
            return False
        return True

    return [case for case in cases if known(case)]


def enough(
    logs: Logs, offered: frozenset[str], cases: Sequence[Case], call: str, device: str = "cpu"
) -> list[Case]:
    """Return of the cases of asked_before the first, those that were answered, or also the last."""
    own, *others = cases
    found = [own, *heard(logs, offered, others, call, device)]
    few = len(found) < ENOUGH or own.record.poisoned  # what is no number tells little
    there = not few or any(case is cases[-1] for case in found)
    return found if there else [*found, cases[-1]]


class _UnaskedError(Exception):
    """A call that was not made before."""


@dataclass
class _Silent:
    """An implementation that answers nothing."""

    spec: Spec
    claims: frozenset[str]

    def __getattr__(self, name: str) -> Any:
        if name not in CALLS:
            raise AttributeError(name)
        raise _UnaskedError(name)
