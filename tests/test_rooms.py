"""The rooms of the project: who may import whom, and where a framework may be imported."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Which rooms a room may import, apart from itself.
ARROWS: dict[str, set[str]] = {
    "protocol": set(),
    "reference": {"protocol"},
    "adapters": {"protocol"},
    "worker": {"adapters", "protocol"},
    "mistakes": {"reference", "protocol"},
    "fixtures": {"reference", "protocol"},
    "suites": {"reference", "fixtures", "mistakes", "protocol"},
    "assignments": set(),
}
ARROWS["grading"] = {*ARROWS}

FRAMEWORKS = {"torch", "tensorflow", "keras", "tf_keras"}

# Where a function may import a framework: runners, and what sets up a worker's process for one.
FRAMEWORK_USERS = ("adapters/", "worker/worlds.py")

# Optional packages, by the file whose functions may import them.
OPTIONAL = {
    "grading/flow_plot.py": {"matplotlib"},
    "grading/soak_plot.py": {"matplotlib"},
}

# What a room may import from outside the standard library at any time.
THIRD_PARTY: dict[str, set[str]] = {
    "protocol": {"numpy"},
    "reference": {"numpy", "mpmath"},
    "adapters": {"numpy"},
    "worker": {"numpy"},
    "mistakes": {"numpy"},
    "fixtures": {"numpy", "mpmath"},
    "suites": {"numpy", "hypothesis", "pytest"},
    "assignments": set(),
    "grading": {"numpy", "hypothesis", "pytest", "rich"},
}

Import = tuple[str, int, bool]  # dotted name, line, inside a function


def imports(tree: ast.AST, inside: bool = False) -> Iterator[Import]:
    """Yield every import below a node, also those written as import_module("name")."""
    for node in ast.iter_child_nodes(tree):
        for name in imported_names(node):
            yield name, getattr(node, "lineno", 0), inside
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from imports(node, inside or function)


def imported_names(node: ast.AST) -> list[str]:
    """Give the dotted names that one node imports; a relative import gives dots in front."""
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom(module="rnncheck"):
            return [f"rnncheck.{alias.name}" for alias in node.names]
        case ast.ImportFrom():
            return ["." * node.level + (node.module or "")]
        case ast.Call(args=[ast.Constant(value=str(name)), *_]) if called(node) in {
            "import_module",
            "__import__",
        }:
            return [name]
    return []


def called(node: ast.Call) -> str:
    """Give the last part of the name of what is called."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def problem(file: str, name: str, inside: bool) -> str | None:
    """Say what is wrong with an import in the file `room/name.py`, or None."""
    room = file.partition("/")[0]
    top, *rest = name.split(".")
    if not top:
        return f"relative import: write `from rnncheck.{room}...`"
    if top == "rnncheck":
        return arrow_problem(room, rest[0] if rest else "")
    if top in ARROWS:
        return f"imports `{name}` by its folder: write `rnncheck.{name}`"
    if top in OPTIONAL.get(file, ()) or (top in FRAMEWORKS and file.startswith(FRAMEWORK_USERS)):
        return None if inside else f"imports {top} at module level: import it inside a function"
    if top in THIRD_PARTY[room] or top in sys.stdlib_module_names:
        return None
    return f"{room} --> {top} (outside the project): allowed are {sorted(THIRD_PARTY[room])}"


def arrow_problem(room: str, target: str) -> str | None:
    """Say why one room may not import another, or None."""
    if target == room or target in ARROWS[room]:
        return None
    return f"{room} --> {target or 'all of rnncheck'}: allowed are {sorted(ARROWS[room])}"


def problems(root: Path) -> list[str]:
    """List every forbidden import of the rooms in `root` as `file:line: what is wrong`."""
    found = []
    for room in sorted(ARROWS):
        for path in sorted((root / room).glob("*.py")):
            for name, line, inside in imports(ast.parse(path.read_bytes())):
                file = f"{room}/{path.name}"
                if message := problem(file, name, inside):
                    found.append(f"{file}:{line}: {message}")
    return found


def nested(root: Path) -> list[str]:
    """List the Python files below a room's first level; an assignment's starters are data."""
    files = [path for room in ARROWS for path in (root / room).glob("*/**/*.py")]
    return [
        str(path.relative_to(root))
        for path in files
        if path.parent.parent != root / "assignments" or path.name == "__init__.py"
    ]


def test_rooms_import_along_the_arrows() -> None:
    """No room imports what design and packaging forbid, not even inside a function."""
    found = problems(ROOT)
    assert not found, "\n".join(found)


def test_rooms_are_flat() -> None:
    """Setuptools' list of packages names rooms only, so a package below one would not ship."""
    assert nested(ROOT) == []


def test_rooms_are_the_packages_that_ship() -> None:
    """The arrows, pyproject.toml's packages and its folders name the same rooms."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    expected = {f"rnncheck.{room}": room for room in ARROWS}
    assert tools["setuptools"]["package-dir"] == expected
    assert set(tools["setuptools"]["packages"]) == set(expected)


def test_starters_import_nothing_of_ours() -> None:
    """A starter runs without rnncheck, as the student's file does."""
    for path in ROOT.glob("assignments/*/*.py"):
        names = [name for name, _, _ in imports(ast.parse(path.read_bytes()))]
        assert not [name for name in names if name.startswith(("rnncheck", "."))], path


@pytest.mark.parametrize(
    ("room", "line", "said"),
    [
        ("protocol", "import torch", "protocol --> torch"),
        ("protocol", "from rnncheck.reference.time import run", "protocol --> reference"),
        ("worker", "def f():\n    import rnncheck.suites.check", "worker --> suites"),
        ("worker", "from rnncheck import fixtures, protocol", "worker --> fixtures"),
        ("worker", "import rnncheck", "worker --> all of rnncheck"),
        ("adapters", "import rnncheck.worker.client as c", "adapters --> worker"),
        ("adapters", "class A:\n    import torch.nn", "imports torch at module level"),
        ("suites", "def f():\n    from rnncheck.adapters import base", "suites --> adapters"),
        ("suites", "def f():\n    import keras", "suites --> keras"),
        ("fixtures", "import_module('rnncheck.suites')", "fixtures --> suites"),
        ("mistakes", "importlib.import_module('rnncheck.grading.cli')", "mistakes --> grading"),
        ("grading", "import fixtures.reader", "write `rnncheck.fixtures.reader`"),
        ("reference", "from ..protocol import spec", "relative import"),
        ("reference", "import rich", "reference --> rich"),
        ("worker", "def f():\n    import torch", "worker --> torch"),
        ("grading", "def f():\n    import matplotlib", "grading --> matplotlib"),
    ],
)
def test_wrong_import_is_found(tmp_path: Path, room: str, line: str, said: str) -> None:
    """The guard names file, line and arrow of a wrong import."""
    write(tmp_path / room / "bad.py", f'"""Bad."""\n{line}\n')
    (found,) = problems(tmp_path)
    number = 2 + line.count("\n")
    assert found.startswith(f"{room}/bad.py:{number}: ")
    assert said in found


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("adapters", "def f():\n    import torch"),
        ("adapters", "import numpy as np, sys"),
        ("worker", "from rnncheck.worker.client import Session"),
        ("grading", "from rnncheck.worker.client import Session"),
        ("suites", "import_module(name)"),
    ],
)
def test_right_import_is_allowed(tmp_path: Path, room: str, line: str) -> None:
    """The guard lets pass what the rooms need."""
    write(tmp_path / room / "good.py", f'"""Good."""\n{line}\n')
    assert problems(tmp_path) == []


def test_nested_package_is_found(tmp_path: Path) -> None:
    """A package in a room is found, a starter is not one."""
    write(tmp_path / "suites" / "more" / "check.py", "")
    write(tmp_path / "assignments" / "lstm" / "starter_numpy.py", "")
    assert nested(tmp_path) == ["suites/more/check.py"]


def write(path: Path, text: str) -> None:
    """Write a file, and its folders."""
    path.parent.mkdir(parents=True)
    path.write_text(text)
