"""Which documents are seen: those below some folders of the documents folder.

Whoever asks within a scope finds, opens and is told of nothing else: see ``index/engines/local/view.py``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import normalize

_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Scope:
    """Folders as sources begin with them, without a slash at the end; "" is the documents folder itself.

    Where there are none, nothing is seen.
    """

    folders: tuple[str, ...] = ("",)

    @classmethod
    def of(cls, names: Iterable[str]) -> "Scope":
        """The scope of folders as people write them.

        Raises:
            ValueError: one is no folder below the documents folder; see ``folder``.
        """
        return cls(tuple(dict.fromkeys(map(folder, names))))

    @property
    def is_everything(self) -> bool:
        """Whether nothing is hidden."""
        return "" in self.folders

    def shows(self, source: str) -> bool:
        """Whether the document of that source is seen."""
        return self.is_everything or _below(source, self.folders)

    def covers(self, other: "Scope") -> bool:
        """Whether all that another scope shows is seen."""
        return self.is_everything or all(_below(f"{name}/", self.folders) for name in other.folders)

    def __or__(self, other: "Scope") -> "Scope":
        return Scope(tuple(dict.fromkeys([*self.folders, *other.folders])))


EVERYTHING = Scope()
NOTHING = Scope(())


def folder(name: str) -> str:
    """A folder as sources begin with it: "hr/", "./hr" and "hr" are one; "." is all of the documents folder.

    Raises:
        ValueError: the name is empty, absolute, leads upwards or is written with backslashes.
    """
    parts = name.strip().split("/")
    if not name.strip() or not parts[0] or "\\" in name or ".." in parts or _DRIVE.match(parts[0]):
        raise ValueError(
            f"'{name}' is no folder below the documents folder; "
            "write its path from there, with forward slashes, such as 'handbook/public'"
        )
    return normalize("NFC", "/".join(part for part in parts if part not in ("", ".")))


def _below(source: str, folders: Iterable[str]) -> bool:
    """Whether a source lies below one of the folders; some systems write accents as letters of their own."""
    return normalize("NFC", source).startswith(tuple(f"{name}/" for name in folders))
