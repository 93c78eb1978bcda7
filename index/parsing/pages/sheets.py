"""A page as it is worked on: what stands on it, and what is drawn on it."""

from dataclasses import dataclass

from index.parsing.pages.drawings import Drawings
from index.parsing.pages.frames import Frame, Piece


@dataclass(slots=True)
class Sheet:
    """A page: its number from 0, its label, its frame, what stands and what is drawn on it."""

    number: int
    label: str
    frame: Frame
    pieces: list[Piece]
    drawings: Drawings
