"""Draws what a soak found with matplotlib, which is imported when it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnncheck.grading.flow_plot import MISSING, saved
from rnncheck.grading.soak import Row
from rnncheck.grading.soak_report import together
from rnncheck.suites.tally import BINS


def draw(path: Path, rows: Sequence[Row]) -> str:
    """Write a histogram of the shares, a line for each world and dtype, on a logarithmic scale.

    Returns:
        A sentence: what was written, or why nothing was.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
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
    return saved(figure, path, dpi=100)
