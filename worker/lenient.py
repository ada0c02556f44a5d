"""Runs a file of homework statement by statement: one that fails does not stop those after it.

Course files and notebooks end in tests that read data files, plot, or train for minutes. What they
define is what counts: a statement that raises, or takes too long, is noted and left behind.
"""

from __future__ import annotations

import ast
import importlib
import signal
import sys
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from rnncheck.worker.standins import StandIn, builtins_of

STATEMENT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
_MOST_NOTES = 20
_DIVIDE = "__divide_as_python_2__"
_REALLY = "__import_if_it_is_there__"
_FAILED_IMPORTS = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
_COLUMNS = ("rnn_cell_forward", "lstm_cell_forward")  # features first: deeplearning.ai
_NAMED = (ast.FunctionDef, ast.ClassDef)
_DEFINES = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


class _TooLongError(BaseException):
    """A statement took longer than it may; not an Exception, so that few handlers catch it."""


def run_leniently(
    text: str, filename: str, module: types.ModuleType, *, python2: bool = False
) -> list[str]:
    """Run a text in a module and return a note for each statement that failed.

    Args:
        text: Python 3.
        filename: its name in tracebacks.
        module: whose names it defines.
        python2: whether / between whole numbers gives a whole number, and range, map, filter and
            zip give lists.

    Raises:
        SyntaxError: the text is not Python 3.
    """
    tree = ast.parse(text, filename)
    helpers = {_DIVIDE: _divided, _REALLY: _imported}
    columns = any(isinstance(s, ast.FunctionDef) and s.name in _COLUMNS for s in tree.body)
    module.__dict__["__builtins__"] = builtins_of(python2=python2, columns=columns) | helpers
    tree = ast.fix_missing_locations(_TriedImports().visit(tree))
    if python2 and not _divides_truly(tree):
        tree = ast.fix_missing_locations(_OldDivision().visit(tree))
    notes: list[str] = []
    ends = time.monotonic() + TOTAL_SECONDS
    body = [(one, False) for one in tree.body]
    guarded = [(one, True) for each in tree.body for one in _defined_in_main(each)]
    for statement, keeps in body + guarded:
        left = ends - time.monotonic()
        before = dict(module.__dict__) if keeps else {}
        if left <= 0 and not isinstance(statement, _DEFINES):
            notes.append(f"line {statement.lineno}: not run, as what stands before it took long")
            continue
        try:
            with _limited(min(STATEMENT_SECONDS, max(left, 1.0))):
                _run(statement, filename, module.__dict__)
        except (Exception, SystemExit, KeyboardInterrupt, _TooLongError) as error:
            notes.append(f"line {statement.lineno}: {_words(error)}")
            if isinstance(error, SyntaxError) and isinstance(statement, _NAMED):
                module.__dict__[statement.name] = _raising(error)
        module.__dict__.update(before)
    return notes[:_MOST_NOTES]


def _defined_in_main(statement: ast.stmt) -> list[ast.stmt]:
    """Return what a block `if __name__ == "__main__"` imports and defines: the rest is not run."""
    if not isinstance(statement, ast.If):
        return []
    asked = {node.id for node in ast.walk(statement.test) if isinstance(node, ast.Name)}
    return [s for s in statement.body if isinstance(s, _DEFINES)] if "__name__" in asked else []


class _TriedImports(ast.NodeTransformer):
    """Lets an import fail where the file says what to do then: `try: import cupy as np`."""

    def visit_Try(self, node: ast.Try) -> ast.AST:
        self.generic_visit(node)
        if any(_catches(handler.type) for handler in node.handlers):
            node.body = [one for statement in node.body for one in _really(statement)]
        return node


def _catches(kind: ast.expr | None) -> bool:
    """Say whether an except clause is one for imports that fail."""
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(one is None or getattr(one, "id", "") in _FAILED_IMPORTS for one in kinds)


def _really(statement: ast.stmt) -> list[ast.stmt]:
    """Return an import behind calls that fail where its modules are not there."""
    names: list[str] = []
    if isinstance(statement, ast.Import):
        names = [alias.name for alias in statement.names]
    elif isinstance(statement, ast.ImportFrom):
        names = ["." * statement.level + (statement.module or "")]
    check = ast.Name(_REALLY, ast.Load())
    calls = [ast.Call(check, [ast.Constant(name)], []) for name in names]
    placed = [ast.copy_location(ast.Expr(call), statement) for call in calls]
    return [*placed, statement]


class _OldDivision(ast.NodeTransformer):
    """Makes each / a call of _divided."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        divide = ast.copy_location(ast.Name(_DIVIDE, ast.Load()), node)
        return ast.copy_location(ast.Call(divide, [node.left, node.right], []), node)


def _divides_truly(tree: ast.Module) -> bool:
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    names = [a.name for node in imports if node.module == "__future__" for a in node.names]
    return "division" in names


def _imported(name: str) -> None:
    """Import a module that is really there; no file stands beside a submission."""
    if name.startswith("."):
        raise ImportError(f"{name} is not there")
    importlib.import_module(name)


def _divided(left: Any, right: Any) -> Any:
    """Divide as Python 2 did."""
    whole = isinstance(left, int | np.integer) and isinstance(right, int | np.integer)
    return left // right if whole else left / right


def _run(statement: ast.stmt, filename: str, names: dict[str, object]) -> None:
    before = dict(names) if _is_star(statement) else {}
    code = compile(ast.Module([statement], []), filename, "exec", dont_inherit=True)
    exec(code, names)
    for name, value in before.items():
        if not isinstance(value, StandIn):
            names[name] = value  # a stand-in's star import hides nothing that is there


def _is_star(statement: ast.stmt) -> bool:
    star = isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"
    return star and not _is_real(statement)


def _is_real(statement: ast.stmt) -> bool:
    assert isinstance(statement, ast.ImportFrom)
    return not statement.level and (statement.module or "").partition(".")[0] in sys.modules


def _raising(error: SyntaxError) -> types.FunctionType:
    """Return what stands for a function that is parsed, but is no Python all the same."""

    def broken(*args: object, **words: object) -> None:
        raise error

    assert isinstance(broken, types.FunctionType)
    return broken


def _words(error: BaseException) -> str:
    if isinstance(error, _TooLongError):
        return "stopped, as it took too long"
    try:
        text = str(error)
    except Exception:  # the stranger's own __str__
        text = ""
    return f"{type(error).__name__}: {text}"[:160]


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Interrupt what runs inside after some seconds, where the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: object) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
