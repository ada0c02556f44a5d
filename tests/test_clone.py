"""The clone: importable without an installation, tested as a wheel, its commands as documented."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Runs the root conftest as if rnncheck were not installed.
HIDE_AND_LOAD = """
import importlib.util, runpy
real = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == "rnncheck" else real(name)
conftest = runpy.run_path("conftest.py")
importlib.util.find_spec = real
from rnncheck.protocol import spec
print(spec.__file__)
print(conftest["pytest_report_header"]())
"""


def test_bare_clone_is_importable() -> None:
    """With nothing installed the root conftest makes this clone `rnncheck`, and says so."""
    done = subprocess.run(
        [sys.executable, "-c", HIDE_AND_LOAD], cwd=ROOT, check=True, capture_output=True, text=True
    )
    file, header = done.stdout.splitlines()
    assert Path(file) == ROOT / "protocol" / "spec.py"
    assert header == f"rnncheck: this clone, {ROOT}"


@pytest.mark.skipif("TOX_ENV_NAME" not in os.environ, reason="outside tox either copy is fine")
def test_tox_tests_the_wheel() -> None:
    """Under tox `rnncheck` is the installed wheel, not this clone."""
    spec = importlib.util.find_spec("rnncheck.protocol")
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(sys.prefix)


def test_readme_names_both_commands() -> None:
    """The README's test command is what CI runs; the grading command needs `python3` only."""
    lines = (ROOT / "README.md").read_text().splitlines()
    assert "python3 tests/run.py" in lines
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "python3 tests/run.py"
    (grade,) = (line for line in lines if line.endswith("rnncheck grade examples --out marks"))
    assert grade.startswith("python3 -m venv .venv && ")
