"""The name that a file comes with in, one under which it can be kept on any system out.

What sends a file chooses its name, so nothing in it is trusted: neither separators and dots that lead
elsewhere, nor names that a system keeps for its devices, nor characters that show a name as another one.
"""

import os
import re
import unicodedata
from pathlib import Path

MOST_BYTES = 200
"""Of a name in UTF-8; file systems take 255, of which something is left for a number."""

_SEPARATORS = re.compile(r"[/\\]")
_RESERVED = re.compile(r'[<>:"|?*]')  # what Windows has no names with
_SHAPELESS = {"Cc", "Cf", "Cs", "Co", "Cn"}  # Unicode categories: controls, marks of direction, no characters
_DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"
}
_PARTS = re.compile(r"(.+?)(\.[^\W\d_][\w-]{0,11})?", re.DOTALL)
_NAMELESS = "document"


def safe(name: str, suffix: str = "") -> str:
    """A name without anything that leads elsewhere, is not shown, or means something to a system.

    Args:
        name: as it came; of a path, its last part counts.
        suffix: that it has to end with, such as ".pdf"; "" keeps its own.
    """
    name = unicodedata.normalize("NFC", _SEPARATORS.split(name)[-1])
    name = " ".join("".join(c for c in name if c.isspace() or _is_shown(c)).split())
    name = _RESERVED.sub("_", name).strip(". ") or _NAMELESS
    if suffix and parts(name)[1].lower() != suffix:
        name += suffix
    stem, suffix = parts(name)
    stem = stem.strip(". ") or _NAMELESS
    if stem.partition(".")[0].strip().upper() in _DEVICES:
        stem = f"_{stem}"
    return _cut(stem, suffix)


def numbered(name: str, number: int) -> str:
    """The name of one more file that is called so: "plan (2).pdf"."""
    stem, suffix = parts(name)
    return _cut(stem, f" ({number}){suffix}")


def key(name: str) -> str:
    """The same for names that are one and the same on some system."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def folder_as_text(folder: Path) -> str:
    """The whole path of a folder, as it can be kept in JSON: bytes that are no UTF-8 are escaped."""
    return os.fsencode(folder.resolve()).decode("utf-8", "backslashreplace")


def parts(name: str) -> tuple[str, str]:
    """What stands before the suffix, and the suffix with its dot, "" where there is none."""
    match = _PARTS.fullmatch(name)
    return (match[1], match[2] or "") if match else (name, "")


def _is_shown(character: str) -> bool:
    return unicodedata.category(character) not in _SHAPELESS


def _cut(stem: str, suffix: str) -> str:
    """Stem and suffix, within the most bytes."""
    room = MOST_BYTES - len(suffix.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + suffix
