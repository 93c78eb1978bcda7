"""How a long work goes on, on standard error: a bar on a terminal, else a line a stage.

A stage that takes minutes tells how many steps it does a second and when it will be done.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from index.building.progress import Progress

_BETWEEN = 60.0  # seconds between two lines of one stage, for a log is no place for a bar


@contextmanager
def shown() -> Iterator["Progress"]:
    """Progress on standard error: a bar on a terminal, else a line a stage."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """Steps a second."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.0f}/s" if task.speed and task.total else "")

    name, rate, left = TextColumn("{task.description}"), Rate(), TimeRemainingColumn()
    columns = name, BarColumn(), MofNCompleteColumn(), rate, left
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Bars(bars)


class _Lines:
    """Writes one line a stage, and more of one that takes minutes."""

    def stage(self, name: str, total: int) -> None:
        click.echo(f"{name} ({total})" if total else name, err=True)
        self._name, self._total, self._done = name, total, 0
        self._began = self._told = time.monotonic()

    def expect(self, total: int) -> None:
        self._total = total

    def advance(self, steps: int) -> None:
        self._done += steps
        now = time.monotonic()
        if now - self._told < _BETWEEN or not self._done:
            return
        self._told = now
        rate = self._done / (now - self._began)
        left = max(0, self._total - self._done) / rate / 60
        click.echo(
            f"{self._name} ({self._done} of {self._total}, {rate:.0f} a second, {left:.0f} min left)",
            err=True,
        )


class Bars:
    """Draws one bar a stage."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._task: Any = None

    def stage(self, name: str, total: int) -> None:
        """The next stage begins; its total is 0 where it is not known."""
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(name, total=total or None)

    def expect(self, total: int) -> None:
        """There is more to do than was thought."""
        self._bars.update(self._task, total=total)

    def advance(self, steps: int) -> None:
        """So much is done."""
        self._bars.advance(self._task, steps)
