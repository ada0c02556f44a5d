"""Draws docs/failure.svg, the README's picture of a failure message: `python docs/picture.py`.

Run it where rnncheck is installed; the picture shows what the command really prints.
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
FILE = "examples/lstm/gate_order.py"
CHECK = ["check", FILE, "--assignment", "lstm", "-k", "reference", "--no-snippet"]
PICTURE = ROOT / "docs" / "failure.svg"
STYLES = {"failed": "bold red", "passed": "green", "mistake": "bold yellow", "hint": "yellow"}


def printed() -> str:
    """Return what the command prints."""
    command = [sys.executable, "-m", "rnncheck.grading.cli", *CHECK]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


def draw() -> str:
    """Return the picture as SVG, the same for the same words."""
    console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ rnncheck {' '.join(CHECK)}", style="bold"))
    for line in printed().splitlines():
        word = next(iter(line.split()), "")
        console.print(Text(line, style=STYLES.get(word, "")))
    return console.export_svg(title="rnncheck", unique_id="failure")


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)} shows: rnncheck {' '.join(CHECK)}")
