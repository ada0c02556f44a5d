"""What a soak found: as a table, as JSON, as a histogram."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from rnncheck.grading.errors import UsageError
from rnncheck.grading.soak import Row
from rnncheck.suites.tally import BINS, Tally

FORMAT = 1
MISSING = "No plot was drawn, as matplotlib is not installed: pip install 'rnncheck[plot]'"
HEADS = ("pairs", "comparisons", "failures", "largest share", "past 6 sigma", "not judged")


def together(rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Return one row for each world and dtype."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = row.world, row.dtype
        whole = found.setdefault(key, Row(row.world, "", row.dtype))
        whole.tally.add(row.tally)
        whole.told += row.told
        for status, count in row.pairs.items():
            whole.pairs[status] = whole.pairs.get(status, 0) + count
    return found


def table(rows: Sequence[Row]) -> Table:
    """Return a row for each world and dtype; comparisons and what is not judged by element."""
    made = Table()
    for head in ("implementations", "dtype"):
        made.add_column(head)
    for head in HEADS:
        made.add_column(head, justify="right")
    for (world, dtype), row in together(rows).items():
        made.add_row(world, dtype, *_cells(row))
    return made


def markdown(rows: Sequence[Row]) -> str:
    """Return the same as a table in Markdown."""
    lines = [
        f"| implementations | dtype | {' | '.join(HEADS)} |",
        f"|---|---|{'---:|' * len(HEADS)}",
    ]
    for (world, dtype), row in together(rows).items():
        lines.append(f"| {world} | {dtype} | {' | '.join(_cells(row))} |")
    return "\n".join(lines)


def _cells(row: Row) -> list[str]:
    share, tally = row.tally.share, row.tally
    return [
        f"{sum(row.pairs.values()):,}",
        f"{tally.elements:,}",
        f"{row.failures:,}",
        "" if share is None else f"{share:.2f}",
        f"{tally.small + tally.failures:,}",
        f"{tally.not_judged:,}",
    ]


def as_json(rows: Sequence[Row], seed: int) -> dict[str, Any]:
    """Return every row with the counts of its histogram, shares from 0 to 2 in steps of 0.05."""
    return {"format": FORMAT, "seed": seed, "rows": [_row(row) for row in rows]}


def _row(row: Row) -> dict[str, Any]:
    tally: Tally = row.tally
    share = tally.share
    return {
        "world": row.world,
        "implementation": row.name,
        "dtype": row.dtype,
        "pairs": row.pairs,
        "comparisons": tally.elements,
        "failures": row.failures,
        "share": share if share is None or np.isfinite(share) else str(share),
        "past_6_sigma": tally.small + tally.failures,
        "not_judged": tally.not_judged,
        "histogram": tally.counts.tolist(),
        "told": row.told,
        "skipped": row.skipped,
    }


def draw(path: Path, rows: Sequence[Row]) -> str:
    """Write a histogram of the shares, a line for each world and dtype, on a logarithmic scale.

    Returns:
        A sentence: what was written, or why nothing was.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        return MISSING
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for (world, dtype), row in together(rows).items():
        counts = row.tally.counts
        part = np.where(counts, counts / max(int(counts.sum()), 1), np.nan)
        axes.stairs(part, np.linspace(0, 2, BINS + 1), label=f"{world} {dtype}")
    axes.axvline(1.0, color="gray", linestyle=":")
    axes.set_yscale("log")
    axes.set_xlabel("share of the allowance that an error used")
    axes.set_ylabel("part of all comparisons")
    axes.legend(fontsize="small")
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "rnncheck"}):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                figure.savefig(path, dpi=100)
            except (OSError, ValueError) as error:
                raise UsageError(f"{path} cannot be written: {error}") from error
    return f"Wrote {path}."
