"""The script that runs every environment: what it says at the end."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parent / "run.py"


@pytest.fixture(scope="module")
def run() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("run", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_counts_add_up_over_environments(run: ModuleType, tmp_path: Path) -> None:
    """Failures and errors are both failed; skipped tests are neither."""
    suites = ['tests="9" failures="1" errors="2" skipped="1"', 'tests="5" failures="0"']
    for number, suite in enumerate(suites):
        text = f"<testsuites><testsuite {suite}/></testsuites>"
        (tmp_path / f"junit-{number}.xml").write_text(text)
    reports = sorted(tmp_path.iterdir())
    assert run.counts(reports) == "10 passed, 3 failed, 1 skipped"


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ({"numpy": True, "lint": True}, "Passed: numpy, lint; in 1.5 minutes."),
        ({"numpy": True, "lint": False}, "Failed: lint; passed: numpy; in 1.5 minutes."),
        ({"lint": False}, "Failed: lint; passed: none; in 1.5 minutes."),
        ({}, "No environment ran in 1.5 minutes: tox stopped with exit code 254, see above."),
    ],
)
def test_summary_names_what_failed(
    run: ModuleType, results: dict[str, bool], sentence: str
) -> None:
    """One sentence says which environments passed and which did not."""
    assert run.summary(results, 90.0, 254) == sentence
