"""For the tests of rnncheck itself: a warning is an error, and Hypothesis draws the same cases."""

from pathlib import Path

import pytest
from hypothesis import settings

HERE = Path(__file__).resolve().parent

WARNINGS = (
    "error",
    # TensorFlow says so of each TF1 cell that an adapter makes; the cells are what is tested.
    r"ignore:`tf\.nn\.rnn_cell\.\w+` is deprecated:UserWarning",
)

settings.register_profile("grade", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.load_profile("grade")  # another: pytest --hypothesis-profile=explore


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Turn warnings into errors under this folder; a test's own filters win over it."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.filterwarnings(*WARNINGS), append=False)
