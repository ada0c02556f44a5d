"""Values that carry their sensitivities to every variable, for real-time recurrent learning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnncheck.reference.arrays import Given, Named, Numbers, choose_rows
from rnncheck.reference.differences import STEP, nudged


@dataclass(frozen=True)
class Columns:
    """Where each variable lies on the last axis V of the sensitivities of a row.

    Attributes:
        shapes: of each variable, for one row: a parameter's own, (T, D) of "x", (R,) of "state.h".
    """

    shapes: dict[str, tuple[int, ...]]

    def total(self) -> int:
        """Return V."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def of(self, name: str) -> slice:
        """Return the columns of a variable."""
        names = list(self.shapes)
        sizes = [int(np.prod(self.shapes[n])) for n in names]
        at = names.index(name)
        return slice(sum(sizes[:at]), sum(sizes[: at + 1]))


@dataclass(frozen=True)
class Tracked:
    """A value over rows with its sensitivities.

    Attributes:
        value: (B, W).
        by: d value / d variables, (B, W, V).
    """

    value: Numbers
    by: Numbers


def push(
    function: Callable[[Named, Named], Numbers],
    shared: Given,
    prefix: str,
    rows: dict[str, Tracked],
    columns: Columns,
) -> Tracked:
    """Push sensitivities through a function by its complex-step Jacobian.

    Args:
        function: of the parameters and of values by row (B, ...), giving (B, W) by row.
        shared: the parameters, under their names without the prefix.
        prefix: of their names in columns.
        rows: the values by row, with their own sensitivities.
        columns: where the variables lie.
    """
    values = {name: tracked.value for name, tracked in rows.items()}
    value = np.real(function(dict(shared), values))
    by = np.zeros((*value.shape, columns.total()))
    for name in shared:
        slopes = [np.imag(function(m, values)) / STEP for _, m in nudged(shared, name)]
        by[:, :, columns.of(prefix + name)] = np.stack(slopes, axis=-1).reshape(*value.shape, -1)
    for name, tracked in rows.items():
        for j in range(tracked.value.shape[1]):
            moved = {k: v.astype(np.complex128) for k, v in values.items()}
            moved[name][:, j] += 1j * STEP
            slope = np.imag(function(dict(shared), moved)) / STEP  # (B, W)
            by += slope[:, :, None] * tracked.by[:, None, j, :]
    return Tracked(value, by)


def chosen(valid: Numbers, new: Tracked, old: Tracked) -> Tracked:
    """Return new where valid (B,) is True, old elsewhere."""
    return Tracked(choose_rows(valid, new.value, old.value), choose_rows(valid, new.by, old.by))


def scaled(tracked: Tracked, factor: Numbers) -> Tracked:
    """Return a value times a constant (B, W)."""
    return Tracked(tracked.value * factor, tracked.by * factor[:, :, None])


def beside(parts: list[Tracked]) -> Tracked:
    """Return values side by side on the axis W."""
    return Tracked(
        np.concatenate([part.value for part in parts], axis=1),
        np.concatenate([part.by for part in parts], axis=1),
    )
