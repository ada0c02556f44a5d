"""Reads a submission without running it: its names, its imports, its marker, its faults."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from rnncheck.grading.dotted import dotted, renamed
from rnncheck.grading.effort import bounded
from rnncheck.grading.errors import UsageError
from rnncheck.grading.mended import in_utf8, mended
from rnncheck.grading.notebook import NotebookError, notebook_text
from rnncheck.grading.python2 import binds, looks_old, old_names
from rnncheck.suites.sentences import say

MAX_BYTES = 4 * 2**20
MAX_NOTEBOOK = 32 * 2**20  # with the pictures of its outputs
SUFFIXES = (".py", ".ipynb")
MARKER_LINES = 20
_MARKER = re.compile(r"^[\s\ufeff]*#+\s*rnncheck:\s*([\w-]+)")


@dataclass(frozen=True)
class Submission:
    """A file that was handed in, as its text shows it.

    Attributes:
        path: where it is.
        source: its bytes, as they are.
        names: functions, classes and variables that it defines at top level.
        imports: modules, and names in them, that it imports at top level or reaches from there
            with dots (`tf.compat.v1.nn` after `import tensorflow as tf`).
        bases: the bases of each class, aliases resolved.
        methods: of its classes, by name.
        marker: the assignment named in a line `# rnncheck: NAME` near the top.
        fault: a sentence, if it cannot be run at all; names and imports are then empty.
        code: the bytes that are run: the source, or what it says in Python 3 (a notebook's cells,
            Python 2's prints).
        notes: remarks that cost nothing.
        refused: a sentence, if Python refuses the file as it is, and `code` is what could be saved.
        python2: whether it was written for Python 2: it was mended, or asks for what Python 3 has not.
    """

    path: Path
    source: bytes = b""
    names: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    bases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    methods: frozenset[str] = frozenset()
    marker: str | None = None
    fault: str | None = None
    code: bytes = b""
    notes: tuple[str, ...] = ()
    python2: bool = False
    refused: str = ""

    @property
    def is_notebook(self) -> bool:
        """Say whether it was handed in as a notebook."""
        return self.path.suffix.lower() == ".ipynb"


def read_submission(path: str | Path) -> Submission:
    """Read a submission; a file that is broken comes back with `fault` set.

    Raises:
        UsageError: there is no such file, or it is a directory.
    """
    path = Path(path)
    if path.is_dir():
        raise UsageError(
            f"{path} is a directory; `check` takes one Python file. "
            f"To mark every file in it, use: rnncheck grade {path}"
        )
    if not path.is_file():
        raise UsageError(f"there is no file {path}; give the path of a Python file")
    return _described(path, *_read(path))


def submission_of(path: Path, source: bytes) -> Submission:
    """Return a submission of which the bytes are known; `path` only names it."""
    return _described(path, *_bounded(path, source))


def _described(path: Path, source: bytes, fault: str | None) -> Submission:
    if fault:
        return Submission(path, source, marker=_marker(source), fault=fault)
    try:
        with bounded():
            code, tree, notes, broken = _python(path, source)
    except NotebookError as error:
        fault = f"{path.name} cannot be read as a notebook: {error}"
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        fault = _refused(path, source, error)
    else:
        names = old_names(tree)
        more = (say("python2_names", names=", ".join(names)),) if names else ()
        described = _describe(path, code, tree)
        unbound = "xrange" in names and not binds(tree, "xrange")  # no Python 3 has run it
        old = say("python2") in notes or unbound
        kept = replace(described, source=source, code=code, notes=notes + more, python2=old)
        return replace(kept, refused=_refusal(path, source) if broken else "")
    return Submission(path, source, marker=_marker(source), fault=fault)


def as_asked(submission: Submission, *, lenient: bool) -> Submission:
    """Return a submission as an assignment takes it: one that Python refuses has a fault, or not."""
    if lenient or not submission.refused:
        return submission
    return replace(submission, fault=submission.refused)


def _refusal(path: Path, source: bytes) -> str:
    try:
        _parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return _refused(path, source, error)
    return ""


def _refused(path: Path, source: bytes, error: BaseException) -> str:
    old = isinstance(error, SyntaxError) and looks_old(source.decode("utf-8", "replace"))
    why = "is written for Python 2" if old else "is not Python that can be read"
    return f"{path.name} {why}: {_reason(error)}"


def _python(path: Path, source: bytes) -> tuple[bytes, ast.Module, tuple[str, ...], bool]:
    """Return the Python 3 of a file, parsed too, notes of what was changed, whether it is broken."""
    if path.suffix.lower() == ".ipynb":
        text, notes = notebook_text(source)
        code = text.encode("utf-8", "replace")
        return code, _parse(code), notes, False
    try:
        tree = _parse(source)
        return in_utf8(source), tree, (), False
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        found = mended(source)
        if found is None:
            raise
        code, notes, broken = found
        return code, _parse(code), notes, broken


def _read(path: Path) -> tuple[bytes, str | None]:
    try:
        with path.open("rb") as file:
            source = file.read(most_bytes(path) + 1)
    except OSError as error:
        return b"", f"{path.name} cannot be opened: {error.strerror}"
    return _bounded(path, source)


def most_bytes(path: Path) -> int:
    """Return how many bytes a file of this name may have; a notebook holds its pictures."""
    return MAX_BYTES if path.suffix.lower() == ".py" else MAX_NOTEBOOK


def _bounded(path: Path, source: bytes) -> tuple[bytes, str | None]:
    if path.suffix.lower() not in SUFFIXES:
        return b"", f"{path.name} is not a Python file; hand in a .py or a notebook (.ipynb)"
    most = most_bytes(path)
    if len(source) > most:
        return b"", f"{path.name} is larger than {most // 2**20} MiB; hand in the code alone"
    if not source.strip():
        return source, f"{path.name} is empty"
    return source, None


def _parse(source: bytes) -> ast.Module:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    except SyntaxError:
        source.decode("utf-8")  # says which byte is wrong, if that is the reason
        raise
    try:
        source.decode(encoding)
    except LookupError as error:  # one that is no encoding of texts
        raise SyntaxError(f"unknown encoding: {encoding}") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _reason(error: BaseException) -> str:
    if isinstance(error, UnicodeDecodeError):
        line = error.object[: error.start].count(b"\n") + 1
        byte = error.object[error.start]
        return f"line {line} holds the byte 0x{byte:02x}, which is not UTF-8; save it as UTF-8"
    if isinstance(error, SyntaxError):
        place = f"line {error.lineno}: " if error.lineno else ""
        return f"{place}{error.msg}"
    if isinstance(error, MemoryError | RecursionError):
        return "it is nested too deeply"
    return str(error)


def _marker(source: bytes) -> str | None:
    for line in source.decode("utf-8", "replace").splitlines()[:MARKER_LINES]:
        found = _MARKER.match(line)
        if found:
            return found[1]
    return None


def _describe(path: Path, source: bytes, tree: ast.Module) -> Submission:
    names, methods = set[str](), set[str]()
    aliases: dict[str, str] = {}
    imports: set[str] = set()
    bases: dict[str, tuple[str, ...]] = {}
    for statement in _statements(tree):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            found = dict(_imported(statement))
            aliases.update(found)
            imports.update(found.values(), _modules(statement))
        elif isinstance(statement, ast.ClassDef):
            known = (dotted(base, aliases) for base in statement.bases)
            bases[statement.name] = tuple(base for base in known if base)
            names.add(statement.name)
            methods.update(s.name for s in statement.body if isinstance(s, ast.FunctionDef))
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign):
            names.update(_assigned(statement))
            aliases.update(renamed(statement, aliases))
    chains = (dotted(node, aliases) for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    imports.update(chain for chain in chains if chain)
    held = frozenset(names), frozenset(imports), bases, frozenset(methods)
    return Submission(path, source, *held, marker=_marker(source))


def _statements(tree: ast.Module) -> list[ast.stmt]:
    """Return what runs on import; where that defines nothing, what a main guard holds too."""
    found = list(_top_level(tree))
    if any(isinstance(s, ast.FunctionDef | ast.ClassDef) for s in found):
        return found
    guards = [s for s in tree.body if isinstance(s, ast.If) and _is_main_guard(s)]
    return found + [s for guard in guards for s in guard.body]


def _top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements that run on import, those inside if, try, with and loops too."""
    stack: list[ast.AST] = list(reversed(tree.body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node
        elif isinstance(node, ast.If) and _is_main_guard(node):
            stack.extend(reversed(node.orelse))
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            if isinstance(node, ast.stmt):
                yield node
            children = ast.iter_child_nodes(node)
            stack.extend(reversed([c for c in children if not isinstance(c, ast.expr)]))


def _is_main_guard(node: ast.If) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(node.test))


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield (name in the file, dotted name) of an import; relative imports have none."""
    if isinstance(statement, ast.ImportFrom):
        if statement.module and not statement.level:
            for item in statement.names:
                yield item.asname or item.name, f"{statement.module}.{item.name}"
        return
    for item in statement.names:
        root = item.name.partition(".")[0]
        yield (item.asname, item.name) if item.asname else (root, root)


def _modules(statement: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(statement, ast.Import):
        return [item.name for item in statement.names]
    return [statement.module] if statement.module and not statement.level else []


def _assigned(statement: ast.Assign) -> Iterator[str]:
    for target in statement.targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
