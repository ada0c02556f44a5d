"""An implementation that is handed to the suites, with what they need to know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Spec
from rnncheck.suites.check import FAMILIES, Check
from rnncheck.suites.driver import Outcome, Plan, plan
from rnncheck.suites.trial import AnyBind


def _in_words(outcome: Outcome) -> str:
    return str(outcome.failure or outcome.message)


@dataclass(frozen=True)
class Handle:
    """An implementation under test.

    Attributes:
        name: in test ids and in the ledger.
        spec: what it computes, a network or operations; the sizes in it mean nothing.
        claims: what it offers.
        bind: binds it.
        dtypes: in which it is run.
        device: on which it is run.
        examples: how many cases Hypothesis draws for each check.
        graded: a submission, for which advice costs nothing.
        explain: turns an outcome into the lines that a person reads.
        close: frees what it holds.
        hides: says of which checks no more is told than how they ended.
        families: of the checks that are run on it.
        asks: says which checks are run; all by default.
        slow: its calls take long: cases are drawn in its first dtype alone, unless asked for.
    """

    name: str
    spec: Spec | Operations
    claims: frozenset[str]
    bind: AnyBind
    dtypes: tuple[str, ...] = ("float64", "float32")
    device: str = "cpu"
    examples: int = 20
    graded: bool = False
    explain: Callable[[Outcome], str] = field(default=_in_words, compare=False)
    close: Callable[[], None] = field(default=lambda: None, compare=False)
    hides: Callable[[Check], bool] = field(default=lambda check: False, compare=False)
    families: tuple[str, ...] = FAMILIES
    asks: Callable[[Check], bool] = field(default=lambda check: True, compare=False)
    slow: bool = False

    def drawn(self, dtype: str) -> int:
        """Return how many cases to draw for a check in a dtype."""
        return 0 if self.slow and dtype != self.dtypes[0] else self.examples

    def plan(self) -> Plan:
        """Return every check with its cases; none where it is not run or not claimed."""
        pairs = plan(self.spec, self.claims)
        asked = [check.family in self.families and self.asks(check) for check, _ in pairs]
        return [
            (check, cases if ask else ()) for (check, cases), ask in zip(pairs, asked, strict=True)
        ]
