"""Vectors of a build that goes on, kept so that one which was broken off need not begin again.

    <index>/journal-<model>-<dimension>    records of one size, only ever appended

A record holds a checksum, the digest of a text and its vector. It does not say where the text stands,
so documents may change between two builds. What a crash cut short or left blank ends the journal.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

FORMAT = 1  # of the records; one of another format is not found, and discarded with the others

_CHECKSUM = 4  # bytes
DIGEST = 16
"""Bytes of a text's digest; of 10^9 texts, two have one digest once in 10^20 times."""

_BLOCK = 4096  # records in memory at a time
_NAME = re.compile(r"journal-[0-9a-f]{16}-\d+")


def digest_of(text: str) -> bytes:
    """By what the vector of a text is found."""
    return blake2b(text.encode(), digest_size=DIGEST).digest()


class Journal:
    """The journal of one model. Only who holds the lock of the index folder may use it.

    A text is asked for by its number. The first ``kept`` numbers are those of an earlier build.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        """Read which texts have a vector already, and cut off what is no whole record.

        Args:
            folder: of the index.
            fingerprint: of the encoder that makes the vectors.

        Raises:
            OSError: the journal cannot be read or mended.
        """
        self._folder = folder
        self._stem = f"journal-{sha256(f'{FORMAT} {fingerprint}'.encode()).hexdigest()[:16]}-"
        self._numbers: dict[bytes, int] = {}
        self._digests: list[bytes] = []  # of the texts that wait
        self.waiting: list[str] = []
        """Texts that have a number but no vector yet, in the order of their numbers."""
        self.dimension = 0
        """Of the vectors; 0 where there is none yet."""
        for file in folder.glob(f"{self._stem}*"):  # one at most
            self.dimension = int(file.name.removeprefix(self._stem))
            for digest in self._sound():
                self._numbers[digest] = len(self._numbers)
            os.truncate(file, len(self._numbers) * self._record.itemsize)
        self.kept = len(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, text: str) -> int:
        """The number of a text; one that has none is given the next, and waits for its vector."""
        digest = digest_of(text)
        following = len(self._numbers)
        number = self._numbers.setdefault(digest, following)
        if number == following:
            self._digests.append(digest)
            self.waiting.append(text)
        return number

    def append(self, vectors: "Vectors") -> None:
        """Have the disk hold the vectors of the texts that wait, shape (texts, dimension).

        Raises:
            OSError: the disk is full, or the like.
        """
        import numpy as np

        self.dimension = vectors.shape[1]
        records = np.empty(len(vectors), self._record)
        records["digest"] = np.frombuffer(b"".join(self._digests), records.dtype["digest"])
        records["vector"] = vectors
        records["checksum"] = list(_checksums(records))
        with self._file.open("ab") as stream:
            stream.write(records.tobytes())
            stream.flush()
            os.fsync(stream.fileno())
        self.waiting, self._digests = [], []

    def vectors(self, numbers: "NDArray[np.int64]") -> "Vectors":
        """The vectors of the texts of these numbers, shape (numbers, dimension); none of them may wait."""
        vectors: Vectors = self._mapped()["vector"][numbers]
        return vectors

    @property
    def _file(self) -> Path:
        return self._folder / f"{self._stem}{self.dimension}"

    @property
    def _record(self) -> "np.dtype[np.void]":
        import numpy as np

        return np.dtype([("checksum", "<u4"), ("digest", f"V{DIGEST}"), ("vector", "<f4", (self.dimension,))])

    def _mapped(self) -> "NDArray[np.void]":
        """All whole records; the map is of this call alone, for what a map has read counts as memory."""
        import numpy as np

        size = self._record.itemsize
        count = self._file.stat().st_size // size
        if not count:  # which cannot be mapped
            return np.empty(0, self._record)
        return np.memmap(self._file, self._record, mode="r", shape=(count,)).view(np.ndarray)

    def _sound(self) -> Iterator[bytes]:
        """The digests of the records up to the first that does not bear its checksum."""
        for start in range(0, len(self._mapped()), _BLOCK):
            records = self._mapped()[start : start + _BLOCK]
            for record, checksum in zip(records, _checksums(records), strict=True):
                if record["checksum"] != checksum:
                    return
                yield bytes(record["digest"])


def discard(folder: Path) -> None:
    """Remove the journals of all models from an index folder; one that stays does no harm."""
    for file in folder.glob("journal-*"):
        if is_journal(file.name):
            with suppress(OSError):
                file.unlink()


def is_journal(name: str) -> bool:
    """Whether a file of an index folder is a journal, by its name."""
    return _NAME.fullmatch(name) is not None


def _checksums(records: "NDArray[np.void]") -> Iterator[int]:
    """The checksum that each record has to bear: of its bytes but for the checksum itself."""
    data, size = memoryview(records.tobytes()), records.itemsize
    for end in range(size, len(data) + 1, size):
        yield crc32(data[end - size + _CHECKSUM : end])
