"""Draws gradient flow with matplotlib, which nothing else here needs; imported when it is drawn."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import line
from rnncheck.reference.arrays import Numbers
from rnncheck.reference.flow import EXPLODED, VANISHED

MISSING = "No plot was drawn, as matplotlib is not installed: pip install 'rnncheck[plot]'"
STYLES = ("-", "--")


def draw(path: Path, title: str, norms: Mapping[str, Numbers]) -> str:
    """Write an SVG of norms (T + 1,) over t on a logarithmic scale; zeros and NaN leave a gap.

    Args:
        path: of the file; its folder is made, an older file is written over.
        title: of the plot, as text, never as markup.
        norms: by what they are of.

    Returns:
        A sentence: what was written, or why nothing was.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return MISSING
    last = max(len(values) for values in norms.values()) - 1
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for style, (name, values) in zip(STYLES, norms.items(), strict=True):
        axes.plot(np.where(values > 0, values, np.nan), style, marker=".", label=name)
    for level, word in ((VANISHED, "vanishing"), (EXPLODED, "exploding")):
        axes.axhline(level, color="gray", linewidth=0.8, linestyle=":")
        axes.annotate(word, (0, level), color="gray")
    axes.set_yscale("log")
    axes.set_xlabel("t")
    axes.locator_params(axis="x", integer=True)
    axes.set_ylabel(f"norm of d state_{last} / d state_t")
    axes.set_title(line(title), parse_math=False)
    axes.legend()
    return saved(figure, path, format="svg")


def saved(figure: Any, path: Path, **how: Any) -> str:
    """Write a figure: words stay words, and the same numbers make the same bytes.

    Returns:
        A sentence: what was written.

    Raises:
        UsageError: the file cannot be written.
    """
    import matplotlib as mpl

    same: Any = {"svg.fonttype": "none", "svg.hashsalt": "rnncheck"}
    named = how.get("format") or path.suffix.removeprefix(".")
    dateless = {"metadata": {"Date": None}} if named == "svg" else {}
    with mpl.rc_context(same), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter of a file's name that the font does not have
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path, **how, **dateless)
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} cannot be written: {error}") from error
    return f"Wrote {line(path)}."
