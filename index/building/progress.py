"""The seam to whoever watches a build: what it is told."""

from typing import Protocol


class Progress(Protocol):
    """What hears how a build goes on; it may show it."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins that has ``total`` steps, or 0 where that is not known."""

    def expect(self, total: int) -> None:
        """The stage that goes on will have about so many steps."""

    def advance(self, steps: int) -> None:
        """So many more steps of the stage are done."""


class Silent:
    """Shows nothing."""

    def stage(self, name: str, total: int) -> None:
        """Ignore it."""

    def expect(self, total: int) -> None:
        """Ignore it."""

    def advance(self, steps: int) -> None:
        """Ignore it."""
