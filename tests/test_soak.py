"""`rnncheck soak`: the same seed the same rows, what fails is counted and told, Ctrl-C ends well."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rnncheck.grading import command_soak
from rnncheck.grading.cli import main
from rnncheck.grading.flow_plot import MISSING
from rnncheck.grading.implementations import reference_handles
from rnncheck.grading.soak import Budget, Row, offered, soak
from rnncheck.grading.soak_report import as_json, markdown, together
from rnncheck.mistakes import mistakes
from rnncheck.protocol.claims import DTYPES
from rnncheck.protocol.faults import Fault
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.fresh import Fresh
from rnncheck.suites.handle import Handle

ELMAN = next(h for h in reference_handles() if h.name == "reference[elman]")
EACH = 3000
BUDGET = Budget(dict.fromkeys(DTYPES, EACH))


def rows(handle: Handle, *dtypes: str, seed: int = 1) -> list[Row]:
    """Return what a soak of one implementation found."""
    ran = list(soak([("reference", handle)], dtypes or ("float32",), seed, BUDGET))
    assert ran[::2] == ran[1::2]  # each is given out when it begins, and when it ends
    return ran[::2]


def test_a_right_implementation_has_no_failure() -> None:
    """In every dtype that it has; bfloat16 the reference has not."""
    assert offered(ELMAN) == ["float64", "float32", "float16"]
    for row in rows(ELMAN, "float64", "float32", "float16", "bfloat16"):
        assert row.failures == 0, row.told
        assert row.tally.elements >= EACH
        assert row.tally.share is not None
        assert row.tally.share < 1


def test_equal_seeds_make_equal_rows() -> None:
    """To the last count; another seed makes others."""
    first, again, other = (as_json(rows(ELMAN, seed=s), s) for s in (1, 1, 2))
    assert first == again
    assert first["rows"][0]["histogram"] != other["rows"][0]["histogram"]


def test_failures_are_counted_and_told() -> None:
    """With the check, the record that makes the case again, and why."""
    wrong = replace(ELMAN, bind=mistakes()["bias_hh_left_out"].bind)
    (row,) = rows(wrong)
    assert row.failures > 5
    assert row.tally.failures > row.failures
    told = row.told[0]
    assert told.keys() == {"check", "record", "why"}
    assert "wrong" in told["why"]
    assert together([row])["reference", "float32"].failures == row.failures
    assert f"| {row.failures:,} |" in markdown([row])


def test_what_is_absent_is_skipped() -> None:
    """And what compares nothing ends."""

    def absent(*args: Any) -> Any:
        raise Fault("absent", "there is none")

    (row,) = rows(replace(ELMAN, bind=absent))
    assert row.skipped == "there is none"

    def broken(*args: Any) -> Any:
        raise Fault("error", "it raised")

    (row,) = rows(replace(ELMAN, bind=broken))
    assert row.failures
    assert not row.tally.elements


def test_records_keep_what_a_check_asks_for() -> None:
    """Lengths, masks, splits and goldens; all of one round share sizes and seed."""
    fresh = Fresh("1")
    for _check, cases in ELMAN.plan():
        if cases:
            record = fresh.like(cases)
            assert isinstance(record, CaseSpec)
            assert record.golden or record.split < record.steps
            assert bool(record.lengths) in {bool(case.lengths) for case in cases}
    plain = dict((c.name, r) for c, r in ELMAN.plan())["time_major"]
    assert {fresh.like(plain) for _ in range(5)} == {fresh.like(plain)}
    before = fresh.like(plain)
    fresh.again()
    assert fresh.like(plain) != before


def test_the_command_writes_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table on the screen, JSON and Markdown in files; 0 where nothing failed."""
    out, table = tmp_path / "soak.json", tmp_path / "soak.md"
    words = ["--implementation", "reference[gru]", "--dtype", "float32", "--comparisons", "1000"]
    plot = tmp_path / "soak.svg"
    files = ["--out", str(out), "--markdown", str(table), "--plot", str(plot)]
    assert main(["soak", *words, *files]) == 0
    data = json.loads(out.read_text())
    assert [row["implementation"] for row in data["rows"]] == ["reference[gru]"]
    assert sum(data["rows"][0]["histogram"]) > 900
    assert "| reference | float32 |" in table.read_text()
    shown = capsys.readouterr().out
    assert "largest share" in shown
    assert plot.exists() == (MISSING not in shown)
    assert main(["soak", "--implementation", "no such"]) == 2
    again = tmp_path / "again.json"
    assert main(["soak", *words, "--add", str(out), "--out", str(again)]) == 0
    assert again.read_text() == out.read_text()
    assert "reference[gru]" not in capsys.readouterr().err  # not run again
    assert main(["soak", *words, "--add", str(table)]) == 2
    assert "is nothing that" in capsys.readouterr().err


def test_ctrl_c_shows_what_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ran before is in the table."""

    def stopped(*args: Any) -> Any:
        yield Row("reference", "half", "float32", {"passed": 7})
        raise KeyboardInterrupt

    monkeypatch.setattr(command_soak, "soak", stopped)
    assert main(["soak", "--implementation", "reference[gru]"]) == 0
    captured = capsys.readouterr()
    assert "7" in captured.out
    assert "stopped" in captured.err
