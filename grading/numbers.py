"""A mistake's numbers on the cases of a contract, and which mistakes give the same ones."""

from __future__ import annotations

import hashlib
import warnings
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from rnncheck.grading.asked import Asked
from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.claims import CALLS
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays
from rnncheck.suites.calls import answers
from rnncheck.suites.case import Case
from rnncheck.suites.prepared import Prepared
from rnncheck.suites.subject import Subject

DIGITS = 9
LARGE = 2000  # parameters


def classes(contract: Asked, known: Iterable[Mistake], kept: Prepared) -> list[list[str]]:
    """Return the mistakes that give equal numbers on every case of a contract, in groups.

    What a check computes beside its case is a case too; of large networks nothing is asked.
    """
    pairs = contract.pairs()
    cases = [kept.case(record) for record in dict.fromkeys(record for _, record, _ in pairs)]
    cases += [check.varies(kept.case(record)) for check, record, _ in pairs if check.varies]
    cases = [case for case in cases if sum(a.size for a in case.params.values()) < LARGE]
    found: dict[str, list[str]] = defaultdict(list)
    for mistake in known:
        digest, claims = hashlib.sha256(), contract.offered(mistake)
        for case in cases:
            for name, array in sorted(numbers(claims, mistake, case).items()):
                digest.update(name.encode() + rounded(array))
        found[digest.hexdigest()].append(mistake.id)
    return list(found.values())


def numbers(claims: frozenset[str], mistake: Mistake, case: Case) -> Arrays:
    """Return what a mistake answers to every call among some claims.

    A call that ends in a fault answers nothing.
    """
    found: Arrays = {}
    if case.dropout is not None and "dropout" not in claims:
        return found
    for call in CALLS:
        if call not in claims or (case.spec.directions != ("forward",) and "step" in call):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                result = answers(Subject(mistake.bind, case), case, call)
            except (Fault, ValueError):
                continue
        found |= {f"{call} {name}": array for name, array in result.items()}
    return found


def rounded(array: Array) -> bytes:
    """Return bytes that are equal for numbers equal to DIGITS digits of the largest."""
    with np.errstate(all="ignore"):
        size = np.max(np.abs(array), initial=0.0)
        scaled = array / size if size else array
    return bytes(np.round(np.nan_to_num(scaled), DIGITS) + 0.0) + f"{size:.6g}".encode()
