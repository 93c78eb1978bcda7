"""The file of a backup: a zip that lists what it holds, and is believed in nothing else.

    manifest.json    format, origin, and path, size, SHA-256 and time of every other file
    state/           files of the state folder
    documents/       the documents, if they were wanted
    settings.toml    the settings file, if one was given

Reading expects a hostile file: paths that lead out, links, files twice, bombs, what was cut short or altered.
Nothing is unpacked but what the manifest lists, and never more of it than it says.
"""

import os
import shutil
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import IO

import msgspec

from index.errors import StateError, reason

FORMAT = 1
MANIFEST, STATE, DOCUMENTS, SETTINGS = "manifest.json", "state/", "documents/", "settings.toml"

_MOST_LISTED = 64_000_000  # bytes of a manifest: of about half a million files
_SPARE = 100_000_000  # bytes that have to stay free on the disk, for a bomb would fill it
_CHUNK = 1 << 20  # bytes in memory at a time
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, OverflowError, NotImplementedError,
    RuntimeError,
)  # fmt: skip
"""What zipfile raises where bytes are not what they should be."""
_FORBIDDEN = "\0" if os.name != "nt" else "\0\\:"  # in names


class Entry(msgspec.Struct, frozen=True):
    """A file of an archive; its size is in bytes, its time in nanoseconds."""

    path: str
    size: int
    sha256: str
    mtime_ns: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds.

    ``docent`` is the version that made it, ``made`` the time (ISO 8601, UTC); ``documents`` and ``index`` are
    the folders of the documents and of their index then.
    """

    format: int
    docent: str
    made: str
    documents: str
    index: str
    files: tuple[Entry, ...]


class _Version(msgspec.Struct):
    format: int


class Writer:
    """An archive being made."""

    def __init__(self, file: Path) -> None:
        self._zip = zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED)
        file.chmod(0o600)  # it tells who may ask
        self.entries: list[Entry] = []

    def add(self, path: str, source: Path) -> None:
        """Put a file in, as it is now.

        Raises:
            OSError: it cannot be read, or the archive cannot be written.
        """
        with source.open("rb") as stream:
            status = os.fstat(stream.fileno())
            info = zipfile.ZipInfo(path, max(time.gmtime(status.st_mtime)[:6], (1980, 1, 1, 0, 0, 0)))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, (stat.S_IFREG | 0o600) << 16
            digest, size = sha256(), 0
            with self._zip.open(info, "w", force_zip64=True) as target:
                while chunk := stream.read(_CHUNK):
                    target.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
        self.entries.append(Entry(path, size, digest.hexdigest(), status.st_mtime_ns))

    def finish(self, manifest: Manifest) -> None:
        """Write down what it holds, and close it.

        Raises:
            OSError: it cannot be written.
        """
        whole = msgspec.structs.replace(manifest, files=tuple(self.entries))
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(whole)))
        self.close()

    def close(self) -> None:
        """Give back what is open."""
        self._zip.close()


class Archive:
    """An archive to read, whose list was checked.

    Raises:
        StateError: it is none, was cut short, is of a newer version, or holds what no backup holds.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._zip = zipfile.ZipFile(file)
        except (OSError, *_BROKEN) as error:
            raise self._refused(
                reason(error) if isinstance(error, OSError) else "it is cut short, or none"
            ) from None
        try:
            self.manifest = self._read_manifest()
            self._check_list()
        except BaseException:
            self._zip.close()
            raise

    def close(self) -> None:
        """Give back what is open."""
        self._zip.close()

    def below(self, part: str) -> dict[str, Entry]:
        """The files of a part, ``STATE`` or ``DOCUMENTS``, by their paths in it."""
        entries = self.manifest.files
        return {one.path.removeprefix(part): one for one in entries if one.path.startswith(part)}

    def has(self, path: str) -> bool:
        """Whether a file is in it."""
        return any(entry.path == path for entry in self.manifest.files)

    def check(self) -> None:
        """Read all files.

        Raises:
            StateError: one is not what the list says.
        """
        for entry in self.manifest.files:
            self._copy(entry, None)

    def unpack(self, entries: Iterable[Entry], part: str, folder: Path) -> None:
        """Write files of a part to a folder, with their times.

        Raises:
            StateError: one is not what the list says, or there is not enough room.
            OSError: one cannot be written.
        """
        listed = list(entries)
        self.check_room(listed, folder)
        for entry in listed:
            target = folder / entry.path.removeprefix(part)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as stream:
                self._copy(entry, stream)
                stream.flush()
                os.fsync(stream.fileno())
            os.utime(target, ns=(entry.mtime_ns, entry.mtime_ns))

    def check_room(self, entries: Iterable[Entry], folder: Path) -> None:
        """Look whether files fit on the disk of a folder.

        Raises:
            StateError: they do not.
        """
        needed, free = sum(entry.size for entry in entries), shutil.disk_usage(folder).free
        if needed > free - _SPARE:
            raise StateError(
                f"{self._file} unpacks to {needed / 1e6:.0f} MB, and {free / 1e6:.0f} MB are free for "
                f"{folder}, of which {_SPARE / 1e6:.0f} MB have to stay so. Make room there, and try again."
            )

    def _copy(self, entry: Entry, target: IO[bytes] | None) -> None:
        digest, left = sha256(), entry.size
        try:
            with self._zip.open(entry.path) as stream:
                while left and (chunk := stream.read(min(left, _CHUNK))):
                    left -= len(chunk)
                    digest.update(chunk)
                    if target is not None:
                        target.write(chunk)
                whole = not left and not stream.read(1) and digest.hexdigest() == entry.sha256
        except (KeyError, *_BROKEN):
            whole = False
        if not whole:
            raise self._refused(f"'{entry.path}' in it is damaged")

    def _read_manifest(self) -> Manifest:
        try:
            with self._zip.open(MANIFEST) as stream:
                data = stream.read(_MOST_LISTED + 1)
            if len(data) > _MOST_LISTED:
                raise self._refused("its list is too long")
            if (found := msgspec.json.decode(data, type=_Version).format) > FORMAT:
                raise StateError(
                    f"The backup {self._file} was made by a newer Docent: it has format {found}, and this "
                    f"one knows none above {FORMAT}. Install that Docent, and restore it with that."
                )
            return msgspec.json.decode(data, type=Manifest)
        except (KeyError, OSError, msgspec.DecodeError, *_BROKEN):
            raise self._refused("it has no list of what it holds") from None

    def _check_list(self) -> None:
        """Refuse what no archive of ours has."""
        members = self._zip.infolist()
        listed = {entry.path: entry for entry in self.manifest.files}
        names = [member.filename for member in members if member.filename != MANIFEST]
        if len(listed) != len(self.manifest.files) or sorted(names) != sorted(listed):
            raise self._refused("what it holds is not what it lists")
        for member in members:
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG) or member.is_dir() or member.flag_bits & 1:
                raise self._refused(f"'{member.filename}' in it is a link, a folder or encrypted")
        for path, entry in listed.items():
            if not (is_plain(path) and (path == SETTINGS or path.startswith((STATE, DOCUMENTS)))):
                raise self._refused(f"the path '{path}' in it leads elsewhere")
            if entry.size < 0 or self._zip.getinfo(path).file_size != entry.size:
                raise self._refused(f"'{path}' in it has not the size that it lists")

    def _refused(self, why: str) -> StateError:
        return StateError(
            f"{self._file} cannot be restored: {why}. Nothing was changed; take another backup that "
            "`docent backup` has made."
        )


def is_plain(path: str) -> bool:
    """Whether a relative path stays below wherever it begins."""
    parts = path.split("/")
    return all(part not in ("", ".", "..") and not set(part) & set(_FORBIDDEN) for part in parts)
