"""Reads a notebook as Python: its code cells one after the other, without magics."""

from __future__ import annotations

import json
import re
from typing import Any

from rnncheck.grading.broken import defines, without_broken
from rnncheck.grading.python2 import in_python3, parses
from rnncheck.suites.sentences import say

MOST_CELLS = 2000
_MAGIC = re.compile(r"^\s*(%|!|\?)|^\s*[\w.]+\?{1,2}\s*$|^\s*get_ipython\(\)")
_ASSIGNED = re.compile(r"^(\s*)(?=\S)[\w, ]+=\s*[%!]")
_CELL = re.compile(r"^\s*%%(\w+)(.*)")
_FILE_CELLS = ("writefile", "file")  # of Python: what such a cell writes is meant to be used
_PYTHON_CELLS = ("time", "timeit", "capture", "prun")


class NotebookError(ValueError):
    """A file that is no notebook; the message is a clause that says why."""


def notebook_text(source: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the code of a notebook, and notes of what was left out as no Python.

    Each cell begins with a line `# %% [number]`. Lines of IPython's own (`%`, `!`, `?`) become
    `pass`, so that a block stays a block. A cell that writes a Python file is read; one that starts
    with `%%` of another language is left out, and so is one that cannot be parsed, but for its
    functions: broken ones are replaced, see without_broken.

    Raises:
        NotebookError: it is no JSON, or holds no cells as notebooks have them.
    """
    texts: list[str] = []
    left_out, broken = 0, list[str]()
    for number, cell in enumerate(_cells(source)):
        text = _python(cell, f"cell {number}, ", broken)
        if text is None:
            left_out += 1
        elif text.strip():
            texts.append(f"# %% [{number}]\n{text.rstrip()}\n")
    notes = (say("cells_left_out", count=left_out),) if left_out else ()
    more = (say("not_python", places="; ".join(broken)),) if broken else ()
    return "\n".join(texts), (*notes, *more)


def _cells(source: bytes) -> list[str]:
    try:
        data = json.loads(source.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"it is not the JSON of a notebook: {_short(error)}") from error
    listed = data.get("cells") if isinstance(data, dict) else None
    if listed is None and isinstance(data, dict):
        listed = _old_cells(data)
    if not isinstance(listed, list):
        raise NotebookError("it is JSON, but has no list of cells")
    if len(listed) > MOST_CELLS:
        raise NotebookError(f"it has {len(listed)} cells; at most {MOST_CELLS} are read")
    return [_source(cell) for cell in listed if _is_code(cell)]


def _short(error: BaseException) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:80]


def _old_cells(data: dict[str, object]) -> list[object] | None:
    """Return the cells of the format before 4: of its worksheets."""
    sheets = data.get("worksheets")
    if not isinstance(sheets, list):
        return None
    cells: list[object] = []
    for sheet in sheets:
        found = sheet.get("cells") if isinstance(sheet, dict) else None
        cells += found if isinstance(found, list) else []
    return cells


def _is_code(cell: object) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def _source(cell: Any) -> str:
    text = cell.get("source", cell.get("input", ""))
    if isinstance(text, list):
        return "".join(line for line in text if isinstance(line, str))
    return text if isinstance(text, str) else ""


def _python(cell: str, place: str, broken: list[str]) -> str | None:
    """Return a cell without what is IPython's own, None where it is no Python.

    What is wrong with its functions is added to `broken`.
    """
    lines = cell.splitlines()
    first = next((line for line in lines if line.strip()), "")
    magic = _CELL.match(first)
    if magic:
        writes = magic[1] in _FILE_CELLS and magic[2].rstrip().endswith(".py")
        if magic[1] not in _PYTHON_CELLS and not writes:
            return None
        lines = lines[lines.index(first) + 1 :]
    text = "\n".join(lines) + "\n"
    if parses(text):
        return text
    text = "\n".join(_without_magic(line) for line in lines) + "\n"
    text3 = text if parses(text) else in_python3(text)
    found = without_broken(text, place) if text3 is None else None
    if found is None or not defines(found[0], whole=False):
        return text3
    broken += found[1]
    return found[0]


def _without_magic(line: str) -> str:
    if _MAGIC.match(line) or _ASSIGNED.match(line):
        return line[: len(line) - len(line.lstrip())] + "pass"
    return line
