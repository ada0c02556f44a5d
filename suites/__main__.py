"""`python -m rnncheck.suites [pytest's options]`: run the suites where rnncheck is installed.

The plugin is named as a string: it hands in implementations, and the suites import none.
"""

from __future__ import annotations

import sys

import pytest

PLUGIN = "rnncheck.grading.pytest_plugin"
OPTIONS = [
    "-ra",
    "-p",
    PLUGIN,
    "--pyargs",
    "rnncheck.suites",
    "--import-mode=importlib",
    "-p",
    "no:cacheprovider",
]

if __name__ == "__main__":
    raise SystemExit(pytest.main([*OPTIONS, *sys.argv[1:]]))
