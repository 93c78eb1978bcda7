"""The bytes of a zip container in, its entries out: each read whole, within limits, never written to disk."""

import struct
import zipfile
import zlib
from io import BytesIO
from lzma import LZMAError
from typing import TYPE_CHECKING

from index.parsing.base import Unreadable

if TYPE_CHECKING:
    from olefile.olefile import OleFileIO

MOST_BYTES = 200_000_000
"""How much is unpacked of one container."""

_MOST_ENTRIES = 20_000
_RATIO, _RATIO_FROM = 500, 10_000_000  # times that a large entry may grow; XML grows 10 to 100 times
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_TABLES, _OLE_SECTOR = (44, 64, 72), 512
"""Where it says how many sectors its three tables have, and the bytes of the smallest ([MS-CFB] 2.2)."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, LZMAError, struct.error, EOFError, OSError, ValueError, OverflowError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
"""What ``zipfile`` raises for damaged files, as where a method of compression is unknown."""


class Archive:
    """The entries of a zip container, by name.

    Names are matched without regard to case, with forward slashes and none at the start. The sizes that the
    container declares are held against the limits before anything is unpacked, and never exceeded then.

    Args:
        data: the container's bytes.

    Raises:
        Unreadable: it is none, or damaged or encrypted.
    """

    def __init__(self, data: bytes) -> None:
        if is_ole(data):
            raise Unreadable(
                "encrypted with a password" if is_encrypted(data) else "an old Office file under a new name"
            )
        if not data:
            raise Unreadable("empty")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
            entries = self._zip.infolist()
        except _DAMAGED:
            raise Unreadable("damaged, or no zip container as its format needs") from None
        if len(entries) > _MOST_ENTRIES:
            raise Unreadable(f"a container of more than {_MOST_ENTRIES:,} files")
        self._entries = {
            _key(entry.filename): entry for entry in entries if entry.filename and not entry.is_dir()
        }
        self._left = MOST_BYTES

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._entries

    @property
    def names(self) -> list[str]:
        """Of all entries, with forward slashes, in their order."""
        return [entry.filename.replace("\\", "/") for entry in self._entries.values()]

    def read(self, name: str) -> bytes:
        """The bytes of an entry.

        Raises:
            Unreadable: there is none of that name, or it is damaged, encrypted or too large.
        """
        entry = self._entries.get(_key(name))
        if entry is None:
            raise Unreadable(f"damaged: '{name}' is missing in it")
        self._count(entry)
        try:
            return self._zip.read(entry)
        except _DAMAGED:
            raise Unreadable(f"damaged: '{name}' in it cannot be unpacked") from None

    def check(self) -> None:
        """Hold all entries against the limits, for a library that opens the container by itself.

        Raises:
            Unreadable: they are encrypted or too large.
        """
        for entry in self._entries.values():
            self._count(entry)

    def _count(self, entry: zipfile.ZipInfo) -> None:
        if entry.flag_bits & 1:
            raise Unreadable("encrypted with a password")
        self._left -= entry.file_size
        if self._left < 0 or entry.file_size > max(_RATIO_FROM, _RATIO * entry.compress_size):
            raise Unreadable(f"would unpack to more than {MOST_BYTES // 1_000_000} MB")


def is_ole(data: bytes) -> bool:
    """Whether a file is a container of Office until 2003, which since then is around encrypted documents."""
    return data.startswith(_OLE)


def ole(data: bytes) -> "OleFileIO[str]":
    """Open such a container.

    Raises:
        OleFileError, OSError, LookupError, TypeError, AttributeError, RecursionError: olefile does not get
            through it.
        ValueError: its tables are said to be larger than it is, and olefile would take the memory for them.
    """
    from olefile.olefile import OleFileIO

    tables = (int.from_bytes(data[at : at + 4], "little") for at in _OLE_TABLES)
    if max(tables) * _OLE_SECTOR > len(data):
        raise ValueError("a table is larger than the file")
    return OleFileIO(BytesIO(data))


def is_encrypted(data: bytes) -> bool:
    """Whether such a container holds an encrypted document of Office 2007 or later."""
    return _ENCRYPTED in data


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()
