"""A bank: stored checks and cases with their arrays and right answers, replayed and never redrawn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rnncheck.grading.sketches import Sketches
from rnncheck.protocol.names import Arrays, parameter_shapes, state_shapes
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.check import Check, checks
from rnncheck.suites.prepared import Kept
from rnncheck.suites.truth import Truth

Groups = dict[str, Arrays]
TRUTHS = (
    "forward",
    "gradients",
    "first_step",
    "first_step_gradients",
    "large_forward",
    "large_first_step",
)


@dataclass(frozen=True)
class Pair:
    """A check on a case.

    Attributes:
        check: its name.
        number: of the case among those that the check lists.
        record: of the case.
        calls: of a submission that it takes.
    """

    check: str
    number: int
    record: CaseSpec
    calls: int


@dataclass(frozen=True)
class Bank:
    """What a contract is judged by; a suites.prepared.Prepared.

    Attributes:
        assignment, framework: the contract.
        practice: whether it comes with rnncheck, for all to see.
        pairs: the checks and cases.
        cases: the arrays of each record.
        truths: by record and by name of TRUTHS the right answers.
        sigmas: by record and by call what allowances are made of, see Truth.known.
        sketches: what rules out mistakes when a failure is explained; it changes no verdict and is
            no part of the digest.
        versions: of what made it; they are no part of the digest.
    """

    assignment: str
    framework: str
    practice: bool
    pairs: tuple[Pair, ...]
    cases: Mapping[CaseSpec, Case]
    truths: Mapping[CaseSpec, Mapping[str, Arrays]]
    sigmas: Mapping[CaseSpec, Mapping[str, Arrays]] = field(default_factory=dict)
    sketches: Sketches = field(default_factory=Sketches)
    versions: Mapping[str, str] = field(default_factory=dict)
    _ready: dict[tuple[CaseSpec, str], Truth] = field(default_factory=dict, repr=False)
    _others: Kept = field(default_factory=Kept, repr=False)

    @property
    def calls(self) -> int:
        """How many calls of a submission a replay takes."""
        return sum(pair.calls for pair in self.pairs)

    def plan(self) -> list[tuple[Check, tuple[CaseSpec, ...]]]:
        """Return every check with its cases, none where the bank does not ask it."""
        found: dict[str, list[CaseSpec]] = {name: [] for name in checks()}
        for pair in self.pairs:
            found[pair.check].append(pair.record)
        return [(checks()[name], tuple(records)) for name, records in found.items()]

    def number(self, check: str, index: int) -> int:
        """Return the number among the check's own cases of the bank's case at an index."""
        return [pair.number for pair in self.pairs if pair.check == check][index]

    def case(self, record: CaseSpec) -> Case:
        """Return the stored case; one that is not stored is made."""
        found = self.cases.get(record)
        return found if found is not None else self._others.case(record)

    def truth(self, record: CaseSpec, dtype: str) -> Truth:
        """Return the stored answers; what is not stored is computed when it is asked for."""
        if record not in self.cases:
            return self._others.truth(record, dtype)
        key = record, dtype
        if key not in self._ready:
            self._ready[key] = Truth(self.cases[record], dtype)
            vars(self._ready[key]).update(self.truths.get(record, {}))
            self._ready[key].known = self.sigmas.get(record, {})
        return self._ready[key]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all that a verdict can depend on."""
        found = hashlib.sha256()
        found.update(json.dumps(self.head(), sort_keys=True).encode())
        for record in self.cases:
            for group, arrays in sorted(stored(self, record).items()):
                for name, array in sorted(arrays.items()):
                    shape = f"{group} {name} {array.dtype.kind} {array.shape}"
                    found.update(shape.encode() + array.astype("<f8").tobytes())
        return found.hexdigest()

    def head(self) -> dict[str, Any]:
        """Return all but arrays and versions, as JSON values."""
        records = list(self.cases)
        pairs = [[p.check, p.number, records.index(p.record), p.calls] for p in self.pairs]
        return {
            "assignment": self.assignment,
            "framework": self.framework,
            "practice": self.practice,
            "pairs": pairs,
            "records": [record.to_json() for record in records],
        }


def stored(bank: Bank, record: CaseSpec) -> dict[str, Arrays]:
    """Return every array of a record, by what it belongs to."""
    case = bank.cases[record]
    found: dict[str, Arrays] = {"params": case.params, "d_state": case.d_state}
    found["given"] = {"x": case.x, "d_outputs": case.d_outputs}
    for name in ("lengths", "mask"):
        array = getattr(case, name)
        if array is not None:
            found["given"][name] = array
    for name in ("state", "dropout"):
        arrays = getattr(case, name)
        if arrays is not None:
            found[name] = arrays
    found |= {f"truth {name}": a for name, a in bank.truths.get(record, {}).items()}
    return found | {f"sigmas {call}": a for call, a in bank.sigmas.get(record, {}).items()}


def restored(
    records: Sequence[CaseSpec], arrays: Sequence[Mapping[str, Arrays]]
) -> tuple[dict[CaseSpec, Case], dict[CaseSpec, Groups], dict[CaseSpec, Groups]]:
    """Return cases, truths and sigmas of what `stored` gave."""
    cases, truths, sigmas = {}, {}, {}
    for record, held in zip(records, arrays, strict=True):
        given, states = held["given"], state_shapes(record.spec, record.batch)
        lengths, mask = given.get("lengths"), given.get("mask")
        cases[record] = Case(
            record=record,
            params=_ordered(held["params"], parameter_shapes(record.spec)),
            x=given["x"],
            state=_ordered(held["state"], states) if "state" in held else None,
            lengths=lengths,
            mask=mask,
            d_outputs=given["d_outputs"],
            d_state=_ordered(held["d_state"], states),
            dropout=held.get("dropout"),
        )
        truths[record], sigmas[record] = _marked(held, "truth "), _marked(held, "sigmas ")
    return cases, truths, sigmas


def _ordered(arrays: Arrays, names: Iterable[str]) -> Arrays:
    """Return arrays in the order in which a case is made: sigma's random numbers follow it."""
    return {name: arrays[name] for name in names}


def _marked(held: Mapping[str, Arrays], word: str) -> Groups:
    return {n.removeprefix(word): a for n, a in held.items() if n.startswith(word)}
