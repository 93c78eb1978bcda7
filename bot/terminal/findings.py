"""What ``docent doctor`` finds, and how it is told."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: ``ok``, ``note`` for what may be meant so, or ``wrong``; and what to do."""

    level: Literal["ok", "note", "wrong"]
    text: str


def text(finding: Finding) -> str:
    """A finding for a person to read."""
    return f"{'WRONG' if finding.level == 'wrong' else finding.level:<6} {finding.text}"
