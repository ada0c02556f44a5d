"""What a soak found: as a table, as Markdown, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.table import Table

from rnncheck.grading.soak import Row
from rnncheck.suites.tally import Tally

FORMAT = 1
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


def from_json(data: dict[str, Any]) -> list[Row]:
    """Return the rows that `as_json` gave.

    Raises:
        ValueError: the data is of another format.
    """
    if data.get("format") != FORMAT:
        raise ValueError(f"its format is {data.get('format')}; this version reads {FORMAT}")
    return [_row_of(row) for row in data["rows"]]


def _row_of(data: dict[str, Any]) -> Row:
    tally = Tally(
        every=True,
        elements=data["comparisons"],
        failures=0,  # of elements; what failed is in the pairs
        not_judged=data["not_judged"],
        small=data["past_6_sigma"],
        share=None if data["share"] is None else float(data["share"]),
        counts=np.array(data["histogram"], np.int64),
    )
    named = data["world"], data["implementation"], data["dtype"]
    return Row(*named, data["pairs"], tally, data["told"], data["skipped"])
