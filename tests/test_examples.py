"""Each example gets full marks if it is right and less if it is wrong."""

import json
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from tests.judging import home, judged, lost, world_of

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
EXPECTED = json.loads((EXAMPLES / "expected.json").read_text("utf-8"))


def examples(*, right: bool) -> list[ParameterSet]:
    """Return those that are right, or wrong, each to be run in its own world."""
    chosen = sorted(name for name, expected in EXPECTED.items() if expected["right"] == right)
    worlds = {name: world_of(EXAMPLES / name, name.partition("/")[0]) for name in chosen}
    return [pytest.param(name, marks=home(world)) for name, world in worlds.items()]


@pytest.mark.parametrize("name", examples(right=True))
def test_right_example_gets_full_marks(name: str) -> None:
    """Whatever its style."""
    report = judged(EXAMPLES / name, name.partition("/")[0])
    assert report.mark == 100, lost(report)


@pytest.mark.parametrize("name", examples(right=False))
def test_wrong_example_gets_less(name: str) -> None:
    """Whatever is wrong with it."""
    report = judged(EXAMPLES / name, name.partition("/")[0])
    assert report.mark is not None
    assert report.mark < 100
