"""Sizes of files and functions, and the files that each room has."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "adapters",
    "assignments",
    "fixtures",
    "grading",
    "mistakes",
    "protocol",
    "reference",
    "suites",
    "worker",
)
FILE_LINES = 300
FUNCTION_LINES = 60

# "room/file.py:function": why it is longer. An entry that matches nothing is an error.
LONG_FUNCTIONS: dict[str, str] = {}


def sources() -> Iterator[Path]:
    """Yield the Python files of the rooms."""
    for room in ROOMS:
        yield from sorted((ROOT / room).glob("*.py"))


def long_functions() -> dict[str, int]:
    """Give "room/file.py:function" and its lines for each function over the limit."""
    found = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    found[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    return found


def test_files_are_short() -> None:
    """No file of a room is over 300 lines: one subject a file."""
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in sources()}
    assert {name: count for name, count in lines.items() if count > FILE_LINES} == {}


def test_functions_are_short() -> None:
    """No function is over 60 lines but those listed with a reason, and the list is current."""
    found = long_functions()
    assert set(found) == set(LONG_FUNCTIONS), f"not listed, or listed in vain: {found}"


@pytest.mark.parametrize("room", ROOMS)
def test_room_is_a_typed_package(room: str) -> None:
    """Each room can be found by --pyargs and read by type checkers."""
    assert (ROOT / room / "__init__.py").is_file()
    assert (ROOT / room / "py.typed").is_file()


def test_list_of_files_that_run_once_is_current() -> None:
    """Tests of a file that is not there, or that skip without a framework, would never run."""
    (names,) = (
        ast.literal_eval(node.value)
        for node in ast.parse((ROOT / "tests" / "conftest.py").read_bytes()).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SAME_EVERYWHERE"
    )
    assert [name for name in names if not (ROOT / "tests" / f"{name}.py").is_file()] == []
    for name in names:
        tree = ast.parse((ROOT / "tests" / f"{name}.py").read_bytes())
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert "importorskip" not in used, name
