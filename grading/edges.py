"""Gradients at a case of one row, one step or one unit that the forward pass already gets wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rnncheck.grading.report import Judged
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.implementation import Bind
from rnncheck.suites import check_reference_sequence as reference_sequence
from rnncheck.suites.answered import Logs
from rnncheck.suites.calls import call_of
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.check import Check, checks
from rnncheck.suites.driver import run_pair
from rnncheck.suites.prepared import Prepared

_RIGHT = ("passed", "not judged")


class Edges:
    """Says which checks of gradients fail only where the forward pass is wrong, at an edge."""

    def __init__(
        self,
        cases: Mapping[str, tuple[CaseSpec, ...]],
        bind: Bind,
        prepared: Prepared,
        device: str,
        logs: Logs,
    ) -> None:
        """Hold the cases of every check, and what is judged by them."""
        self.cases, self.bind, self.prepared = cases, bind, prepared
        self.device, self.logs = device, logs
        self._wrong: dict[CaseSpec, bool] = {}

    def of(self, judged: Sequence[Judged]) -> set[str]:
        """Return the checks that pass on all other cases, if some check has others."""
        asked = [j for j in judged if j.worth and checks()[j.outcome.check].vjp]
        open_ones = [j for j in asked if not j.follows]
        failed = [j.outcome.check for j in open_ones if j.outcome.status in ("failed", "error")]
        passed = [j.outcome.check for j in asked if j.outcome.status == "passed"]
        others = {name: self._others(name) for name in failed}
        found = {name for name in failed if len(others[name]) < len(self.cases[name])}
        found = {
            name for name in found if all(self._passes(checks()[name], r) for r in others[name])
        }
        inner = [r for n in found for r in others[n]] + [r for n in passed for r in self.cases[n]]
        return found if any(not is_edge(record) for record in inner) else set()

    def _others(self, name: str) -> list[CaseSpec]:
        return [r for r in self.cases[name] if not any(map(self._is_wrong, _edges(r)))]

    def _is_wrong(self, record: CaseSpec) -> bool:
        """Say whether the forward pass alone fails on a case, in its shapes or its numbers."""
        if record not in self._wrong:
            try:
                claims = self.bind(record.spec, self.prepared.case(record).params).claims
            except Fault:  # it was lost too often; that excuses nothing
                return False
            forward = checks()[f"reference_{call_of(claims)}"]
            if forward.name == reference_sequence.CHECK.name:
                forward = replace(forward, run=reference_sequence.from_afar)
            asked = (checks()["shape_forward"], forward)
            self._wrong[record] = not all(self._passes(check, record) for check in asked)
        return self._wrong[record]

    def _passes(self, check: Check, record: CaseSpec) -> bool:
        ended = run_pair(
            self.bind,
            check,
            record,
            device=self.device,
            prepared=self.prepared,
            logs=self.logs,
        )
        return ended.status in _RIGHT


def _edges(record: CaseSpec) -> list[CaseSpec]:
    """Return a case that is an edge, and the pieces that are, of one that is cut in two."""
    sizes = (record.split, record.steps - record.split) if record.split else ()
    cut = [replace(record, steps=steps, split=0, lengths=()) for steps in sizes]
    return [each for each in (record, *cut) if is_edge(each)]


def is_edge(record: CaseSpec) -> bool:
    """Say whether a case has one row, one step, one input or one unit."""
    return 1 in (record.batch, record.steps, record.spec.input_size, *record.spec.hidden_sizes)
