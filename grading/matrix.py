"""The kill matrix: which mistake fails which check on which case, for each contract."""

from __future__ import annotations

import json
import os
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rnncheck.grading.asked import Asked, within
from rnncheck.grading.assignment import load
from rnncheck.grading.operation_matrix import AskedOperations, contracts, ended
from rnncheck.mistakes import every_mistake
from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.claims import CALLS
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.implementation import Bind
from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure, NotJudgedError
from rnncheck.suites.driver import plan, run_pair
from rnncheck.suites.prepared import Kept, Prepared
from rnncheck.suites.trial import trial

FORMAT = 1
KILLED, LIVES, UNCLAIMED = "x", ".", "-"
OWN_STEP = ("gradient_differences",)  # other steps in float32: its two verdicts are both needed


@dataclass(frozen=True)
class Rows:
    """The matrix of one contract.

    Attributes:
        pairs: (check, number of its case), the columns.
        kills: by mistake a letter for each pair: KILLED, LIVES, or UNCLAIMED where the mistake
            does not offer what the check needs.
    """

    pairs: tuple[tuple[str, int], ...]
    kills: Mapping[str, str]

    def killed_by(self, mistake: str) -> list[tuple[str, int]]:
        """Return the pairs that a mistake fails."""
        letters = self.kills[mistake]
        return [p for p, letter in zip(self.pairs, letters, strict=True) if letter == KILLED]


Matrix = dict[str, Rows]


class Letters(Kept):
    """Cases and truths, and the letters of what was run: contracts share most of their pairs."""

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self.known: dict[object, str] = {}


def rows(contract: Asked, only: Sequence[str] = (), kept: Letters | None = None) -> Rows:
    """Run every mistake through every check of a contract.

    Args:
        contract: the contract.
        only: ids of mistakes, () for all.
        kept: from other contracts of the same spec.
    """
    pairs = tuple((check.name, number) for check, _, number in contract.pairs())
    kept = kept or Letters()
    chosen = [m for m in contract.mistakes() if not only or m.id in only]
    return Rows(pairs, {m.id: _row(contract, m, pairs, kept) for m in chosen})


def _row(contract: Asked, mistake: Mistake, pairs: Sequence[tuple[str, int]], kept: Letters) -> str:
    found = kills(contract, mistake, kept)
    return "".join(found.get(pair, UNCLAIMED) for pair in pairs)


def kills(contract: Asked, mistake: Mistake, kept: Letters) -> dict[tuple[str, int], str]:
    """Return a letter for each pair that a mistake claims."""
    claims = contract.offered(mistake)
    bind, found = within(mistake.bind, claims), {}
    numbered = {(c.name, case): k for c, case, k in contract.pairs()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a wrong cell may overflow
        for check, cases in plan(contract.spec, claims):
            for case in (case for case in cases if (check.name, case) in numbered):
                key = (mistake.id, check.name, case, _seen(check, claims))
                if key not in kept.known:
                    kept.known[key] = _letter(bind, check, case, kept)
                found[check.name, numbered[check.name, case]] = kept.known[key]
    return found


def _seen(check: Check, claims: frozenset[str]) -> frozenset[str]:
    """Return the claims that may change what a check calls."""
    return claims & (frozenset(CALLS) if check.family in ("advice", "shape") else {"sequence"})


def _letter(bind: Bind, check: Check, case: CaseSpec, kept: Prepared) -> str:
    """Run a pair; what is right by float32's allowance passes, so that is asked first."""
    if check.name not in OWN_STEP:
        try:
            check.run(*trial(bind, case, "float64", "cpu", "float32", kept))
        except CheckFailure:
            return KILLED
        except (Fault, NotJudgedError):
            pass
        except (
            LookupError,
            ValueError,
            AttributeError,
        ):  # it cannot be made of what this contract shows
            return UNCLAIMED
        else:
            return LIVES
    outcome = run_pair(bind, check, case, prepared=kept)
    return LIVES if outcome.status in ("passed", "not judged") else KILLED


def matrix(
    assignments: Iterable[str],
    only: Sequence[str] = (),
    jobs: int = 1,
    tell: Callable[[Matrix], None] = lambda part: None,
) -> Matrix:
    """Return the matrix of each contract of some assignments, by "assignment/framework".

    Args:
        assignments: names.
        only: ids of mistakes, () for all.
        jobs: processes.
        tell: called with each part as it is done.
    """
    every = [one for name in assignments for one in contracts(load(name))]
    groups: dict[Spec | Operations, list[Asked | AskedOperations]] = defaultdict(list)
    for contract in every:
        groups[contract.spec].append(contract)
    found: Matrix = {}
    for part in _mapped(list(groups.values()), only, jobs):
        found |= part
        tell(part)
    return {contract.name: found[contract.name] for contract in every}


def _mapped(
    groups: list[list[Asked | AskedOperations]], only: Sequence[str], jobs: int
) -> Iterator[Matrix]:
    if jobs <= 1:
        yield from (_rows_of(group, tuple(only)) for group in groups)
        return
    context = get_context("spawn")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        running = [pool.submit(_rows_of, group, tuple(only)) for group in groups]
        yield from (one.result() for one in as_completed(running))


def _rows_of(group: list[Asked | AskedOperations], only: tuple[str, ...]) -> Matrix:
    kept, found = Letters(), Matrix()
    for contract in group:
        if isinstance(contract, AskedOperations):
            found[contract.name] = operation_rows(contract, only)
        else:
            found[contract.name] = rows(contract, only, kept)
    return found


def operation_rows(contract: AskedOperations, only: Sequence[str] = ()) -> Rows:
    """Run every mistake through every check of a contract of operations."""
    pairs = tuple((check.name, number) for check, _, number in contract.pairs())
    kills = {}
    for mistake in (m for m in contract.mistakes() if not only or m.id in only):
        found = {
            (name, number): LIVES if outcome.status in ("passed", "not judged") else KILLED
            for name, number, outcome in ended(contract, mistake)
        }
        kills[mistake.id] = "".join(found.get(pair, UNCLAIMED) for pair in pairs)
    return Rows(pairs, kills)


def as_json(found: Matrix) -> str:
    """Return a matrix as JSON, a line for each mistake of each contract."""
    contracts = []
    for name, part in found.items():
        pairs = json.dumps([f"{check} {number}" for check, number in part.pairs])
        lines = [f"      {json.dumps(m)}: {json.dumps(k)}" for m, k in part.kills.items()]
        body = ",\n".join(lines)
        contracts.append(
            f'  {json.dumps(name)}: {{\n    "pairs": {pairs},\n    "mistakes": {{\n{body}\n    }}\n  }}'
        )
    joined = ",\n".join(contracts)
    return f'{{\n  "format": {FORMAT},\n  "contracts": {{\n{joined}\n  }}\n}}\n'


def read(path: Path) -> Matrix:
    """Read what as_json wrote.

    Raises:
        ValueError: the file has another format.
    """
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if data.get("format") != FORMAT:
        raise ValueError(f"{path} has the format {data.get('format')}; this version reads {FORMAT}")
    return {
        name: Rows(tuple(_pair(text) for text in part["pairs"]), part["mistakes"])
        for name, part in data["contracts"].items()
    }


def _pair(text: str) -> tuple[str, int]:
    check, _, number = text.rpartition(" ")
    return check, int(number)


def merged(old: Matrix, new: Matrix) -> Matrix:
    """Return a matrix with new rows in place of the old ones of the same contract and mistake.

    Rows of mistakes that are gone, and of contracts whose pairs are other ones now, are left out.
    """
    found = {}
    for name in {**old, **new}:
        before, after = old.get(name), new.get(name)
        if after is None and before is not None:
            found[name] = before
        elif after is not None:
            same = before is not None and before.pairs == after.pairs
            kept = dict(before.kills) if before is not None and same else {}
            both = kept | dict(after.kills)
            found[name] = Rows(after.pairs, {m: both[m] for m in every_mistake() if m in both})
    return found
