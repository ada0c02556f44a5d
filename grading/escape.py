"""Makes a stranger's words safe for each place that they are written to.

File names and the texts of exceptions are chosen by whoever wrote a submission: they may hold
escape sequences of terminals, formulas for spreadsheets, or commands for a build server.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rnncheck.worker.untrusted import clean

if TYPE_CHECKING:
    from rich.text import Text

MOST = 2000
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also in full width
_COMMAND = re.compile(r"^(?=[^\S\n]*::)", re.MULTILINE)


def lines(text: object, most: int = MOST) -> str:
    r"""Return a text that may have several lines, without control characters.

    What does not print is shown as `\x1b`; a line that a build server would obey, `::error::` or
    `##[error]`, gets a backslash.
    """
    return _COMMAND.sub(r"\\", clean(text, most)).replace("##[", r"#\#[").replace("##v", r"#\#v")


def line(text: object, most: int = MOST) -> str:
    r"""Return a text as one line: as `lines`, and a line's end is shown as `\n`."""
    return lines(str(text)[:most].replace("\n", "\\n"))


def cell(text: object) -> str:
    """Return a text for CSV: as `line`; what a spreadsheet would compute gets an apostrophe."""
    shown = line(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def rich_text(text: object, style: str = "") -> Text:
    """Return a text for a rich table: as `line`; brackets and colons are no markup in it."""
    from rich.text import Text

    return Text(line(text), style=style)
