"""What is made to keep a judge busy, or to break it: texts that are slow to read, odd replies."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnncheck.grading import batch
from rnncheck.grading.assignment import load
from rnncheck.grading.collect import item_of
from rnncheck.grading.export import file_names
from rnncheck.grading.submission import submission_of
from rnncheck.worker.servers import Servers
from tests.judging import home

pytestmark = home("numpy")

MANY = 150_000
SLOW = {
    "empty lines": "def f(:\n" + "\n" * MANY,
    "lines of blanks": "def f(:\n" + " \n" * MANY,
    "one line of blanks": "def f(:\n" + " " * MANY + "x=\n",
    "prints of Python 2": "print 1\n" * (MANY // 8),
    "broken functions": "def f(:\n pass\n" * (MANY // 16),
    "open brackets": "(\n" * (MANY // 2),
    "decorators": "@a\n" * (MANY // 3) + "def f(:\n",
    "broken classes": "class A:\n def f(:\n  pass\n" * (MANY // 30),
    "tabs and blanks": "if 1:\n\tx\n        y\n" * (MANY // 20) + "(",
    "a name that grows": "import a as b\n" + "b = b.c\n" * (MANY // 8),
}
RIGHT = (Path(__file__).parent / "solutions" / "elman-cell" / "numpy.py").read_text("utf-8")
SENT = """
import json
import rnncheck.worker.server as server
told = json.loads({told!r})
honest = server.encode
def encode(meta, arrays):
    return honest(meta | told, arrays) if "facts" in meta or "fault" in told else honest(meta, arrays)
server.encode = encode
"""
VALUES: tuple[object, ...] = (
    *(None, True, -1, 1e308, 10**4000, "", "x" * 3000, "\ud800", [], {}, [[]], [{}], [None]),
    *({"a": {"b": {"c": {"d": {"e": 1}}}}}, {"outputs": 5}, ["\x1b[31m"] * 500, {"": ""}, "absent"),
)
KEYS = "prints", "warnings", "changed", "containers", "dtypes", "shapes", "device", "detached"


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Give one fork server."""
    with Servers() as found:
        yield found


@pytest.mark.parametrize("kind", ["py", "ipynb"])
@pytest.mark.parametrize("name", SLOW)
def test_text_is_read_in_time(name: str, kind: str) -> None:
    """None takes longer than a few seconds; each took minutes. What is done for it is counted."""
    source, asked = SLOW[name], load("elman-cell")
    if kind == "ipynb":
        source = json.dumps({"cells": [{"cell_type": "code", "source": source}]})
    item = item_of(submission_of(Path(f"mine.{kind}"), source.encode()), asked)
    assert not item.submission.names & {"forward", "RNNCell"}


def replies() -> Iterator[dict[str, object]]:
    """Yield what a submission may say beside its arrays."""
    chance = random.Random(5)
    for value in VALUES:
        yield {"facts": value}
        yield {"fault": value}
        yield {"notes": value, "missing": value}
        yield {"facts": {key: chance.choice(VALUES) for key in KEYS}}
        yield {"fault": {name: chance.choice(VALUES) for name in ("kind", "message", "detail")}}


def test_odd_replies_end_in_a_verdict(servers: Servers) -> None:
    """Whatever is told of results and faults, the judge goes on; no odd word is a mark."""
    asked = load("elman-cell")
    for told in replies():
        text = RIGHT + SENT.format(told=json.dumps(told))
        item = item_of(submission_of(Path("mine.py"), text.encode()), asked)
        verdict = batch.grade(item, "cpu", servers)
        assert verdict["status"] == "judged"
        assert verdict["mark"] in ((0,) if "fault" in told else (0, 100))
        json.dumps(verdict, allow_nan=False).encode()


def test_names_made_to_be_anothers_stand_alone() -> None:
    """A file that is called like another's result, with its digest and number, takes nothing."""
    files = ["class/bob/mine.py", "class/eve/mine.py"]
    taken = Path(file_names([{"file": file, "assignment": "elman"} for file in files])[0]).stem
    files += [f"class/eve/{taken}-3.py", f"class/eve/{taken}.py"]
    names = file_names([{"file": file, "assignment": "elman"} for file in files])
    assert len({name.casefold() for name in names}) == len(files)
