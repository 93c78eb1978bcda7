"""The section ``[documents]``."""

from dataclasses import dataclass
from pathlib import Path

from index.values import Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsSettings:
    """Where the documents are."""

    folder: Path
    max_megabytes: Positive
    follow_links: bool
    links: bool
    bin_days: Positive
    watch: bool

    @property
    def max_bytes(self) -> int:
        """The largest file that is read."""
        return self.max_megabytes * 1_000_000
