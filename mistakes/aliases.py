"""Caches that hold an array which a later step overwrites: the forward is right, the backward not."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.cells import Celled
from rnncheck.mistakes.lstm_backward import bare
from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.cells import Cell
from rnncheck.reference.loop import Loop, Run


class AliasedLoop(Loop):
    """BPTT over a cache that was changed after it was written."""

    def changed(self, run: Run) -> Run:
        """Return what the cache holds in the end."""
        return run

    def backward(
        self, spec: Spec, params: Given, run: Run, d_h: Numbers, d_final: Given
    ) -> tuple[Named, Numbers, Named]:
        """Go back through time; see Loop."""
        return super().backward(spec, params, self.changed(run), d_h, d_final)


class FirstCellAliased(AliasedLoop):
    """The initial c is a view of the place where the first step writes its own."""

    def changed(self, run: Run) -> Run:
        """Put the first step's new c in the place of its old one."""
        first = {t: {**run.before[t], "c": run.after[t]["c"]} for t in run.order[:1]}
        return replace(run, before={**run.before, **first})


class OldCellsAliased(AliasedLoop):
    """Every step's old c is one array, which ends as the last c."""

    def changed(self, run: Run) -> Run:
        """Put the last c in the place of each old one."""
        return replace(run, before={t: {**s, "c": run.final["c"]} for t, s in run.before.items()})


class CellsAliased(OldCellsAliased):
    """Every step's old and new c are one array, which ends as the last c."""

    def changed(self, run: Run) -> Run:
        """Put the last c in the place of each old and each new one."""
        traces = {t: {**trace, "c": run.final["c"]} for t, trace in run.traces.items()}
        return replace(super().changed(run), traces=traces)


class Aliased(Celled):
    """The reference over such a loop."""

    kind: ClassVar[type[AliasedLoop]] = AliasedLoop

    def _loop(self, right: Cell) -> Loop:
        return self.kind(right)


def _aliased(kind: type[AliasedLoop]) -> type[Aliased]:
    return type("Wrong", (Aliased,), {"kind": kind})


_HINT = "Print the c that the backward pass reads at each step. Which arrays share their memory?"
_COURSE = "published course work"

MISTAKES = (
    Mistake(
        "first_cell_is_a_view",
        "at the first step the gradient of the forget gate reads the new c: the old one was a view "
        "of the place where the new one was written",
        _HINT,
        _aliased(FirstCellAliased),
        bare,
        _COURSE,
    ),
    Mistake(
        "cache_of_last_old_cell",
        "at every step the gradient of the forget gate reads the last c, which overwrote the old one",
        _HINT,
        _aliased(OldCellsAliased),
        bare,
        _COURSE,
    ),
    Mistake(
        "cache_of_last_cell",
        "at every step the gradient reads the last c, which overwrote the old and the new one",
        _HINT,
        _aliased(CellsAliased),
        bare,
        _COURSE,
    ),
)
