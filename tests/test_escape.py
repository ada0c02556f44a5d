"""A stranger's words change nothing in a terminal, a spreadsheet, a table or a build log."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncheck.grading import escape


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, grüße, 日本", "plain, grüße, 日本"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b31m", r"\x9b31m"),
        ("a\rb\tc\bd\x00e\x7f", r"a\rb\tc\x08d\x00e\x7f"),
        ("gpj.\u202eyp", r"gpj.\u202eyp"),
        ("two\nlines\u2028three", r"two\nlines\u2028three"),
        ("not\udcffutf8", r"not\udcffutf8"),
        ("::error::mine", r"\::error::mine"),
        ("  ::stop-commands::x", r"\  ::stop-commands::x"),
        ("said: ##[error] and ##vso[task]", r"said: #\#[error] and #\#vso[task]"),
    ],
)
def test_line_is_one_line_that_prints(text: str, shown: str) -> None:
    """Control characters are shown, not obeyed."""
    assert escape.line(text) == shown


def test_lines_keeps_lines() -> None:
    """Each line is made safe by itself."""
    assert escape.lines("first\n::set-output name=x::1\r\nlast") == (
        "first\n\\::set-output name=x::1\\r\nlast"
    )


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@SUM(A1)", " =1", "\uff1d1"])
def test_cell_is_no_formula(text: str) -> None:
    """A spreadsheet shows the text with an apostrophe in front."""
    assert escape.cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["\t=1", "a=1", "my_lstm.py", ""])
def test_cell_leaves_the_rest(text: str) -> None:
    """A tab is shown as text, so nothing starts with it."""
    assert escape.cell(text) == escape.line(text)


def test_rich_text_has_no_markup() -> None:
    """Brackets and emoji names stay as they are."""
    assert escape.rich_text("[bold red]x[/] :smile: \x1b[1m").plain == (
        r"[bold red]x[/] :smile: \x1b[1m"
    )


@given(st.text(max_size=200))
def test_any_text_is_safe(text: str) -> None:
    """Whatever the text, a line is one printing line, and CSV gives the same cell back."""
    shown = escape.line(text)
    assert shown.isprintable()
    assert not shown.lstrip().startswith("::")
    stream = io.StringIO()
    csv.writer(stream).writerow([escape.cell(text), "next"])
    (row,) = csv.reader(io.StringIO(stream.getvalue()))
    assert row == [escape.cell(text), "next"]
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_long_text_is_cut() -> None:
    """A text of megabytes does not fill a report."""
    assert len(escape.line("x" * 10_000_000)) == escape.MOST
