"""Takes what is no Python out of a file, so that the functions and classes around it are read."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rnncheck.grading.effort import MOST_LINES, MOST_MENDED, tree_of
from rnncheck.grading.python2 import in_python3, looks_old, parses

_DEFINED = re.compile(r"[ \t]*(?:async[ \t]+)?(def|class)[ \t]+(\w+)")
_DECORATED = re.compile(r"[ \t]*@")
_GOES_ON = re.compile(r"$|#|[)\]}]|(?:else|elif|except|finally)\b")
_UNFINISHED = re.compile(r"never closed|unterminated triple|EOF|expected 'except'")
_MOST_READ = 3_000_000  # characters given to the parser, about a second


@dataclass(frozen=True)
class _Block:
    """Lines that begin at one depth of indentation; `said` is why they are no Python, at `line`."""

    start: int
    lines: list[str]
    line: int = 0
    said: str = ""

    @property
    def defined(self) -> re.Match[str] | None:
        """What a block defines: "def" or "class", and the name."""
        heads = (line for line in self.lines if not _DECORATED.match(line))
        return _DEFINED.match(next(heads, ""))


def without_broken(text: str, place: str = "") -> tuple[str, tuple[str, ...]] | None:
    """Return a text without what is no Python, and where that was, in words; None if that fails.

    A broken function or method is replaced by one that raises a SyntaxError with its line, other
    broken lines by `pass`; what stays keeps its line. Prints of Python 2 are made calls.

    Args:
        text: of a file or of a notebook's cell.
        place: said before each line, as "cell 3, ".
    """
    if len(text) > MOST_MENDED or text.count("\n") > MOST_LINES:
        return None
    mender = _Mender(place)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    mended = "".join(mender.mended(io.StringIO(plain).readlines(), 0, ""))
    return (mended, tuple(mender.faults)) if parses(mended) else None


def defines(text: str, *, whole: bool) -> bool:
    """Say whether a text holds a function; a whole one does not stand in for a broken one."""
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    return any(not whole or "SyntaxError(" not in ast.unparse(node.body[0]) for node in nodes)


class _Mender:
    """Replaces broken blocks; `faults` says where they were, `read` counts what was parsed."""

    def __init__(self, place: str) -> None:
        """Start with nothing read; `place` is said before each line."""
        self.faults: list[str] = []
        self.place, self.read = place, 0

    def mended(self, lines: list[str], start: int, indent: str) -> list[str]:
        """Return lines of one depth, from a line of the file on, with the broken ones replaced."""
        done: list[str] = []
        for block in _joined(self._blocks(lines, start, indent)):
            done += self._replaced(block, indent) if block.said else block.lines
        return done

    def _blocks(self, lines: list[str], start: int, indent: str) -> Iterator[_Block]:
        """Yield the statements of one depth, each as the fewest lines that are Python."""
        ends = [n for n, line in enumerate(lines) if n and _begins(line, indent)] + [len(lines)]
        first = 0
        while ends:
            block, count = self._block(lines, first, ends, start, indent)
            yield block
            first, ends = ends[count - 1], ends[count:]

    def _block(
        self, lines: list[str], first: int, ends: list[int], start: int, indent: str
    ) -> tuple[_Block, int]:
        """Return the next block, and how many pieces between `ends` it takes."""
        broken, taken = _Block(start + first, []), 1
        for count, end in enumerate(ends, 1):
            piece = lines[first:end]
            mended, error = self._parsed(piece, indent)
            if mended is not None:
                return _Block(start + first, mended), count
            if all(map(_DECORATED.match, broken.lines)):
                broken, taken = _broken(error, piece, start + first), count
            goes_on = all(map(_DECORATED.match, piece)) or _UNFINISHED.search(error.msg)
            if not goes_on or self.read > _MOST_READ:
                break
        return broken, taken

    def _parsed(self, lines: list[str], indent: str) -> tuple[list[str] | None, SyntaxError]:
        """Return lines that are Python, or Python 2 but for its prints; else what is wrong."""
        head = f"class _:\n{indent}pass\n" if indent else ""
        text = head + "".join(lines)
        self.read += len(text)
        try:
            tree_of(text)
        except SyntaxError as error:
            old = in_python3(text) if looks_old(text) else None
            error.lineno = max((error.lineno or 1) - head.count("\n"), 1)
            return (old.splitlines(keepends=True)[head.count("\n") :] if old else None), error
        except (ValueError, MemoryError, RecursionError) as error:
            return None, SyntaxError(str(error))
        return lines, SyntaxError()

    def _replaced(self, block: _Block, indent: str) -> list[str]:
        """Return as many lines as a broken block has; of a class, its other methods as they are."""
        defined = block.defined
        if defined and defined[1] == "class":
            kept = self._methods(block, indent)
            if kept is not None:
                return kept
        self.faults.append(f"{self.place}line {block.line}: {block.said}")
        error = f"SyntaxError({self.faults[-1]!r}, (__file__, None, None, None))"
        first = f"{indent}pass\n"
        if defined and defined[1] == "def":
            first = f"{indent}def {defined[2]}(*_, **__): raise {error}\n"
        elif defined:
            throw = f"lambda *_, **__: (_ for _ in ()).throw({error})"
            first = f"{indent}class {defined[2]}: __new__ = {throw}\n"
        return [first, *["\n"] * (len(block.lines) - 1)]

    def _methods(self, block: _Block, indent: str) -> list[str] | None:
        """Return the lines of a class with its broken methods replaced; None if its head is."""
        heads = [n + 1 for n, line in enumerate(block.lines) if _DEFINED.match(line)]
        head, body = block.lines[: heads[0]], block.lines[heads[0] :]
        inner = next((n[: len(n) - len(n.lstrip())] for n in body if n.strip()), "")
        if len(inner) <= len(indent) or self._parsed([*head, f"{inner}pass\n"], indent)[0] is None:
            return None
        known = list(self.faults)
        lines = [*head, *self.mended(body, block.start + len(head), inner)]
        if self._parsed(lines, indent)[0] is None:
            self.faults = known
            return None
        return lines


def _begins(line: str, indent: str) -> bool:
    """Say whether a line begins a statement of a depth."""
    rest = line[len(indent) :]
    return line.startswith(indent) and not rest[:1].isspace() and not _GOES_ON.match(rest)


def _broken(error: SyntaxError, lines: list[str], start: int) -> _Block:
    old = "; it is written for Python 2" if looks_old("".join(lines)) else ""
    return _Block(start, lines, start + (error.lineno or 1), f"{error.msg}{old}")


def _joined(blocks: Iterable[_Block]) -> list[_Block]:
    """Return the blocks, a function with what stands in it without an indent made one again."""
    found: list[_Block] = []
    for block in blocks:
        inside = any(line[:1].isspace() and line.strip() for line in block.lines[1:])
        if block.said and inside and not block.defined and found and found[-1].defined:
            first = found.pop()
            why = first if first.said else block
            block = _Block(first.start, [*first.lines, *block.lines], why.line, why.said)
        found.append(block)
    return found
