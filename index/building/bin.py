"""Documents that were removed or replaced, kept for a while below the state folder, and back from there.

    NUMBER/content      the bytes of the file
    NUMBER/about.json   where it was; written last

A number begins with the time of the removal (Unix).
"""

import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from index import documents
from index.building.intake import Intake
from index.documents import digest
from index.errors import DocumentsError, StateError, reason
from index.names import folder_as_text
from index.parsing.base import Unreadable
from index.settings import Settings
from index.writing import why_not, write

_NUMBER = re.compile(r"\d{10,12}-[0-9a-f]{8}")
_DAY = 24 * 3600
_GONE = "'{}' is no longer there."


class Binned(msgspec.Struct, frozen=True):
    """What is known of a document in the bin.

    ``folder`` is the documents folder that it was in, as a text; "" where that was not written down yet.
    """

    source: str
    digest: str
    folder: str = ""


def move(bin_: Path, before: str, after: str) -> None:
    """Have what was removed from documents that were in another folder be of those in this one.

    Args:
        bin_: the folder of a bin that nobody uses.
        before: the documents folder, by its name then.
        after: and now.

    Raises:
        DocumentsError: it cannot be written.
    """
    for file in sorted(bin_.glob("*/about.json")):
        with suppress(OSError, msgspec.DecodeError):
            about = msgspec.json.decode(file.read_bytes(), type=Binned)
            if about.folder == before:
                write(file, msgspec.json.encode(msgspec.structs.replace(about, folder=after)), over=True)


class Bin:
    """Safe to share between threads, for no entry is ever changed."""

    def __init__(self, settings: Settings, intake: Intake) -> None:
        self._settings = settings
        self._intake = intake
        self._folder = settings.bin_folder()

    def keep(self, source: str) -> str:
        """Copy a document's file into the bin; the number under which it is there.

        Raises:
            DocumentsError: there is no such file, or it cannot be read.
            StateError: it cannot be kept, as where the disk is full.
        """
        place = self._settings.documents
        try:
            data = documents.read(documents.find(place.folder, source, follow_links=place.follow_links))
        except FileNotFoundError:
            raise DocumentsError(_GONE.format(source)) from None
        except (OSError, Unreadable) as error:
            raise DocumentsError(
                f"'{source}' cannot be read, so it stays where it is: {reason(error)}."
            ) from None
        number = f"{int(time.time())}-{secrets.token_hex(4)}"
        entry, about = self._folder / number, Binned(source, digest(data), folder_as_text(place.folder))
        try:
            entry.mkdir(parents=True)
            write(entry / "content", data)
            write(entry / "about.json", msgspec.json.encode(about))
        except (OSError, DocumentsError) as error:
            shutil.rmtree(entry, ignore_errors=True)
            raise StateError(
                f"'{source}' stays where it is, for the bin cannot keep it: {reason(error)}"
            ) from None
        return number

    def take(self, source: str) -> str:
        """Move a document's file into the bin; the number under which it is there.

        Raises:
            DocumentsError: there is no such file, or it can be neither read nor removed.
            StateError: the bin cannot keep it.
        """
        number = self.keep(source)
        try:
            (self._settings.documents.folder / source).unlink()
        except FileNotFoundError:  # somebody else was quicker
            self.discard(number)
            raise DocumentsError(_GONE.format(source)) from None
        except OSError as error:
            self.discard(number)
            raise DocumentsError(
                f"'{source}' cannot be removed ({why_not(error)}). Make its folder writable for the user "
                "that runs me, or remove it there yourself."
            ) from None
        return number

    def about(self, number: str) -> Binned | None:
        """What is known of an entry; None where there is none of that number."""
        if _NUMBER.fullmatch(number) is None:
            return None
        with suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode((self._folder / number / "about.json").read_bytes(), type=Binned)
        return None

    def restore(self, number: str) -> str | None:
        """Bring a document back to where it was; its source then. None where it is no longer in the bin.

        Raises:
            DocumentsError: the documents folder cannot be written to, or is another one than it was in.
            StateError: the bin cannot be read.
        """
        about = self.about(number)
        if about is None:
            return None
        here = folder_as_text(self._settings.documents.folder)
        if about.folder not in ("", here):
            raise DocumentsError(
                f"'{about.source}' was removed from '{about.folder}', and the documents are in '{here}' now. "
                "It stays in the bin: start me with the other folder to bring it back there, or send the "
                "file again."
            )
        try:
            data = (self._folder / number / "content").read_bytes()
        except OSError as error:
            raise StateError(f"'{about.source}' cannot be read in the bin: {reason(error)}.") from None
        source = self._intake.put_back(about.source, data)
        self.discard(number)
        return source

    def discard(self, number: str) -> None:
        """Delete an entry for good."""
        shutil.rmtree(self._folder / number, ignore_errors=True)

    def prune(self) -> int:
        """Delete what is longer in the bin than ``documents.bin_days``; how many that is."""
        before = time.time() - self._settings.documents.bin_days * _DAY
        old = [entry.name for entry in self._entries() if float(entry.name.partition("-")[0]) < before]
        for number in old:
            self.discard(number)
        return len(old)

    def _entries(self) -> list[Path]:
        with suppress(OSError):
            return [entry for entry in self._folder.iterdir() if _NUMBER.fullmatch(entry.name)]
        return []
