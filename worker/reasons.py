"""Names what an exception of a stranger's code is a sign of: a stub, an older NumPy, Python 2."""

from __future__ import annotations

import ast
import linecache
import re
import traceback
import types

REMOVED = (
    *("float", "int", "bool", "object", "str", "complex", "long", "unicode", "alen", "asscalar"),
    *("float_", "complex_", "unicode_", "string_", "Inf", "Infinity", "NaN", "infty", "mat"),
    *("product", "cumproduct", "sometrue", "alltrue", "row_stack", "in1d", "trapz", "cast"),
)
_NONE = re.compile(r"NoneType|\bNone\b")
_LISTED = re.compile(
    r"'(range|map|filter|zip|dict_keys|dict_values|dict_items)' object "
    r"(?:is not subscriptable|does not support item|doesn't support item)"
)
_GONE = re.compile(r"(?:module 'numpy' has no attribute '|`np\.)(\w+)")
_INDEX = re.compile(
    r"slice indices must be integers|cannot be interpreted as an integer|"
    r"only integers, slices|indices must be integers"
)


def is_stub(error: BaseException, filename: str) -> bool:
    """Say whether what failed is a stub that nobody has filled in.

    A name that the place for the code should have defined, or None where it should have put a
    value: and the function that failed does nothing else, or still holds the stub's None.
    """
    nameless = isinstance(error, NameError | AttributeError)
    if not nameless and not isinstance(error, TypeError | ValueError):
        return False
    frame = _innermost(error, filename)
    function = _function_of(frame, filename) if frame is not None else None
    if function is None:
        return False
    if nameless and not _works(function):
        return True
    return bool(_NONE.search(_text(error))) and _holds_none(function)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # the stranger's own __str__
        return ""


def reason_of(error: BaseException) -> str:
    """Return a clause that names what the code was written for, or ""."""
    text = _text(error)
    gone = _GONE.search(text) if isinstance(error, AttributeError) else None
    if gone and gone[1] in REMOVED:
        return f"works on an older NumPy, which had np.{gone[1]}"
    if isinstance(error, ValueError) and "inhomogeneous" in text:
        return "works on an older NumPy, which made arrays of rows of different lengths"
    whole = "float" in text or "slice" in text
    if isinstance(error, TypeError) and whole and _INDEX.search(text):
        return "is written for Python 2, where / between whole numbers gave a whole number; use //"
    if isinstance(error, IndexError) and _INDEX.search(text):
        return "is written for Python 2, where / between whole numbers gave a whole number; use //"
    listed = _LISTED.search(text) if isinstance(error, TypeError) else None
    if listed:
        return f"is written for Python 2, where {listed[1]} gave a list; use list()"
    if isinstance(error, AttributeError) and error.name in ("has_key", "iteritems", "itervalues"):
        return f"is written for Python 2, where a dict had {error.name}"
    return ""


def _innermost(error: BaseException, filename: str) -> types.FrameType | None:
    frames = [f for f, _ in traceback.walk_tb(error.__traceback__) if _of(f, filename)]
    return frames[-1] if frames else None


def _of(frame: types.FrameType, filename: str) -> bool:
    return frame.f_code.co_filename == filename


def _function_of(frame: types.FrameType, filename: str) -> ast.FunctionDef | None:
    text = "".join(linecache.getlines(filename))
    code = frame.f_code
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first <= code.co_firstlineno <= node.lineno:
                return node
    return None


def _works(function: ast.FunctionDef) -> bool:
    """Say whether a function computes anything before it returns."""
    nodes = [n for statement in function.body for n in _computing(statement)]
    return bool(nodes)


def _computing(statement: ast.stmt) -> list[ast.AST]:
    if isinstance(statement, ast.Return | ast.Raise | ast.Pass):
        return []
    kinds = (ast.BinOp, ast.Call, ast.AugAssign)
    return [n for n in ast.walk(statement) if isinstance(n, kinds) and not _is_plain(n)]


def _is_plain(node: ast.AST) -> bool:
    """Say whether a call is one that stubs make: print, range, zeros, with None or without."""
    name = getattr(getattr(node, "func", None), "id", "")
    return name in ("print", "range", "len", "super", "reversed", "enumerate")


def _holds_none(function: ast.FunctionDef) -> bool:
    """Say whether a value is still the None of a stub: assigned, or an argument, or an operand."""
    for node in ast.walk(function):
        values: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            values = [node.value, *getattr(node.value, "elts", [])]
        elif isinstance(node, ast.Call):
            values = list(node.args)
        elif isinstance(node, ast.BinOp):
            values = [node.left, node.right]
        if any(isinstance(v, ast.Constant) and v.value is None for v in values):
            return True
    return False
