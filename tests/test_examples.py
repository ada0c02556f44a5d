"""Each example gets full marks if it is right and less if it is wrong."""

import json
from pathlib import Path

import pytest

from tests.judging import judged, lost

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
EXPECTED = json.loads((EXAMPLES / "expected.json").read_text("utf-8"))
RIGHT = sorted(name for name, expected in EXPECTED.items() if expected["right"])
WRONG = sorted(set(EXPECTED) - set(RIGHT))


@pytest.mark.parametrize("name", RIGHT)
def test_right_example_gets_full_marks(name: str) -> None:
    """Whatever its style."""
    report = judged(EXAMPLES / name, name.partition("/")[0])
    assert report.mark == 100, lost(report)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_example_gets_less(name: str) -> None:
    """Whatever is wrong with it."""
    report = judged(EXAMPLES / name, name.partition("/")[0])
    assert report.mark is not None
    assert report.mark < 100
