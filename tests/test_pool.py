"""How work is shared out among judges."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from rnncheck.grading import pool
from rnncheck.grading.errors import Trouble
from rnncheck.grading.judge_process import Judge
from rnncheck.grading.pool import Ended, Pool


class FakeJudge:
    """Has a verdict on what it was given; the process is lost at what is called "lost"."""

    lived: ClassVar[list[FakeJudge]] = []

    def __init__(self, device: str, required: str, core: int | None) -> None:
        """Take part."""
        self.core = core
        self.given: list[str] = []
        self.log: list[str] = []
        self.lived.append(self)

    def give(self, item: str) -> None:
        """Take one more."""
        self.given.append(item)
        self.log.append(f"give {item}")

    def verdict(self, item: str) -> dict[str, str]:
        """Answer the first of those taken."""
        self.log.append(f"verdict {item}")
        assert self.given.pop(0) == item
        if item.startswith("lost"):
            raise Trouble("it was lost")
        return {"file": item}

    def close(self) -> None:
        """End."""


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str], int], list[Ended]]:
    """Return a function that has such judges judge."""
    monkeypatch.setattr(pool, "Judge", FakeJudge)
    monkeypatch.setattr(pool, "PAUSE", 0.0)
    monkeypatch.setattr(FakeJudge, "lived", [])

    def grade(items: list[str], jobs: int) -> list[Ended]:
        work: list[tuple[str, Any]] = [(item, item) for item in items]
        with Pool(work, jobs, "cpu", "practice") as judges:
            return list(judges.ended())

    return grade


def test_judge_has_the_next_while_it_is_at_one(
    graded: Callable[[list[str], int], list[Ended]],
) -> None:
    """It need not wait for its parent; the last ones are left to whoever is free."""
    assert [e.key for e in graded(["a", "b", "c"], 1)] == ["a", "b", "c"]
    assert FakeJudge.lived[0].log[:3] == ["give a", "give b", "verdict a"]
    assert FakeJudge.lived[0].log[3:5] == ["give c", "verdict b"]


def test_no_judge_takes_what_another_could_begin(
    graded: Callable[[list[str], int], list[Ended]],
) -> None:
    """Of two submissions each of two judges has one, if both are there in time."""
    graded(["a", "b"], 2)
    assert all(len(judge.given) == 0 for judge in FakeJudge.lived)
    assert not any(log.log[:2] == ["give a", "give b"] for log in FakeJudge.lived)


def test_what_a_lost_judge_had_next_is_given_to_another(
    graded: Callable[[list[str], int], list[Ended]],
) -> None:
    """Only what it was at counts as tried; the next has its verdict at its first try."""
    ended = {e.key: e for e in graded(["a", "lost", "b", "c"], 1)}
    assert ended["lost"].verdict is None
    assert ended["lost"].trouble == "it was lost"
    assert [ended[key].verdict for key in "abc"] == [{"file": key} for key in "abc"]
    tries = [entry for judge in FakeJudge.lived for entry in judge.log]
    assert tries.count("verdict lost") == 3
    assert tries.count("verdict b") == 1


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="a system without affinity")
def test_judges_keep_to_cores_where_they_take_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each to one, as evenly as may be; where a core is left, to none."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {5, 2, 3})
    assert pool.kept(2) == [None, None]
    assert pool.kept(3) == [2, 3, 5]
    assert pool.kept(7) == [2, 3, 5, 2, 3, 5, 2]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="a system without affinity")
def test_a_judge_s_process_keeps_to_its_core() -> None:
    """What it starts later inherits that."""
    core = max(os.sched_getaffinity(0))
    judge = Judge("cpu", "practice", core)
    try:
        assert os.sched_getaffinity(judge._process.pid) == {core}
    finally:
        judge.close()
