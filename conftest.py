"""Makes a bare clone importable as `rnncheck` where none is installed, and says which is in use."""

import importlib.util
import sys
import types
from importlib.machinery import ModuleSpec
from pathlib import Path

CLONE = Path(__file__).resolve().parent


def _import_clone_as_rnncheck() -> None:
    package = types.ModuleType("rnncheck")
    package.__path__ = [str(CLONE)]
    package.__spec__ = ModuleSpec("rnncheck", loader=None, is_package=True)
    sys.modules["rnncheck"] = package


if importlib.util.find_spec("rnncheck") is None:
    _import_clone_as_rnncheck()

pytest_plugins = ["rnncheck.grading.pytest_plugin"]


def pytest_report_header() -> str:
    """Name the copy of rnncheck under test: this clone's, or an installed one."""
    spec = importlib.util.find_spec("rnncheck.protocol")
    assert spec is not None, "rnncheck has no protocol room: is a foreign `rnncheck` installed?"
    assert spec.origin is not None
    home = Path(spec.origin).resolve().parents[1]
    return f"rnncheck: {'this clone' if home == CLONE else 'installed'}, {home}"
