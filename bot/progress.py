"""How a long work goes on, on standard error: a bar on a terminal, else a line a stage."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from index.build import Progress


@contextmanager
def shown() -> Iterator["Progress"]:
    """Progress on standard error: a bar on a terminal, else a line a stage."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Bars(bars)


class _Lines:
    """Writes one line a stage."""

    def stage(self, name: str, total: int) -> None:
        click.echo(f"{name} ({total})" if total else name, err=True)

    def expect(self, total: int) -> None:
        pass

    def advance(self, steps: int) -> None:
        pass


class _Bars:
    """Draws one bar a stage."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._task: Any = None

    def stage(self, name: str, total: int) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(name, total=total or None)

    def expect(self, total: int) -> None:
        self._bars.update(self._task, total=total)

    def advance(self, steps: int) -> None:
        self._bars.advance(self._task, steps)
