"""A bar with the rate and the time left, on a terminal alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import Task
    from rich.text import Text


class Progress:
    """How many of a batch have ended; a context manager."""

    def __init__(self, total: int, *, shown: bool) -> None:
        """Show nothing yet, and nothing ever where it is not to be `shown`."""
        self._bar = _bar() if shown else None
        self._task = self._bar.add_task("", total=total, name="") if self._bar else None

    def advance(self, name: str) -> None:
        """Count one that has ended, and show its name."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=1, name=name)

    def __enter__(self) -> Self:
        """Show the bar."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many end in a second."""

        def render(self, task: Task) -> Text:
            """Return the rate, once there is one."""
            return Text(f"{task.speed:.1f}/s" if task.speed else "")

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", markup=False),
    )
    return Bar(*columns, console=Console(stderr=True), transient=True)
