"""Python 2 in a submission: prints are read as Python 3's, and its names are noted."""

from __future__ import annotations

import ast
import re

from rnncheck.grading.effort import tree_of

OLD_NAMES = ("xrange", "unicode", "basestring", "raw_input")
_PRINT = re.compile(r"^([ \t\f]*|.*?[:;][ \t\f]*)print(?:\s+(?![=(.\s])|(?=[\"'])|\s*(?=$|#))(.*)$")
_MOST_LINES = 200
_MOST_JOINED = 10


def in_python3(text: str) -> str | None:
    """Return a text whose only fault is its print statements with these made calls, else None.

    A line is changed only where the parser stops at it, so strings and comments stay as they are.
    """
    lines = text.splitlines(keepends=True)
    for _ in range(_MOST_LINES):
        try:
            tree_of("".join(lines))
        except SyntaxError as error:
            if not _mend(lines, error):
                return None
        except (ValueError, MemoryError, RecursionError):
            return None
        else:
            return "".join(lines)
    return None


def old_names(tree: ast.Module) -> list[str]:
    """Return the names of Python 2's that a file uses."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return [name for name in OLD_NAMES if name in used]


def binds(tree: ast.Module, name: str) -> bool:
    """Say whether a file gives a name a meaning of its own, or imports it by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.alias) and name in (node.name, node.asname):
            return True
    return False


def looks_old(text: str) -> bool:
    """Say whether a text that is not Python 3 has what Python 2 alone allows."""
    marks = (
        _PRINT.pattern,
        r"^[ \t\f]*except\s+[\w.]+\s*,\s*\w+\s*:",
        r"^[ \t\f]*raise\s+\w+\s*,",
        r"<>",
    )
    return any(re.search(mark, text, re.MULTILINE) for mark in marks)


def _mend(lines: list[str], error: SyntaxError) -> bool:
    """Mend what Python 2 allowed where the parser stopped; say whether there was anything."""
    if isinstance(error, TabError):
        text = "".join(lines)
        lines[:] = text.expandtabs(8).splitlines(keepends=True)
        return "\t" in text
    number = error.lineno or 0
    for index in (number - 1, number - 2):
        if 0 <= index < len(lines) and (_mend_clause(lines, index) or _mend_print(lines, index)):
            return True
    return False


def _mend_clause(lines: list[str], index: int) -> bool:
    """Write `except E, name:` and `raise E, text` as Python 3 does."""
    before = lines[index]
    lines[index] = re.sub(r"^(\s*except\s+[\w.()]+)\s*,\s*(\w+\s*:)", r"\1 as \2", before)
    lines[index] = re.sub(r"^(\s*raise\s+[\w.]+)\s*,\s*(.+)$", r"\1(\2)", lines[index])
    return lines[index] != before


def _mend_print(lines: list[str], index: int) -> bool:
    """Replace a print statement, over as many lines as it has, by a call."""
    found = _PRINT.match(lines[index].rstrip("\r\n"))
    if not found:
        return False
    start, rest = found[1], found[2]
    if rest.startswith(">>"):
        rest = rest.partition(",")[2]
    for last in range(index, min(index + _MOST_JOINED, len(lines))):
        body = "".join([rest, "\n", *lines[index + 1 : last + 1]]).rstrip()
        end = "\n)" if "#" in body else ")"
        if parses(f"print({body}{end}"):
            text = f"{start}print({body}{end}\n"
            lines[index : last + 1] = text.splitlines(keepends=True)
            return True
    return False


def parses(text: str) -> bool:
    """Say whether a text is Python 3; a warning is no fault."""
    try:
        tree_of(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True
