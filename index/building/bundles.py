"""Vectors of texts in portable files, so that many machines can encode and one build the index.

    <folder>/vectors-<checksum>.safetensors    a part: some thousand texts; written whole or not at all

A part holds the digests of texts and their vectors, row by row, and says by which model they were made. It
does not say where the texts stand, so documents may change before an index is built. Folders of parts may be
copied, joined and read together in any order. A checksum tells damage, not forgery: take parts from your own
machines.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import accumulate, chain
from pathlib import Path
from typing import TYPE_CHECKING

from index.encoder import Encoder
from index.errors import BundleError, reason
from index.journal import DIGEST, digest_of
from index.writing import put, why_not

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

FORMAT = "1"  # of the parts; those of another format are refused
_PARTS = "vectors-*.safetensors"


def write(folder: Path, texts: Sequence[str], vectors: "Vectors", encoder: Encoder) -> None:
    """Add a part to a folder, which is made where it is missing.

    Args:
        folder: of parts.
        texts: as they were encoded.
        vectors: theirs, shape (texts, dimension).
        encoder: what made them.

    Raises:
        BundleError: the folder cannot be written to.
    """
    import numpy as np
    from safetensors.numpy import save

    digests = np.frombuffer(b"".join(map(digest_of, texts)), np.uint8).reshape(-1, DIGEST)
    rows = np.ascontiguousarray(vectors, np.float32)
    checksum = _checksum(digests, rows)
    about = {"docent": FORMAT, "model": encoder.name, "fingerprint": encoder.fingerprint, "sha256": checksum}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        put(
            folder / _PARTS.replace("*", checksum[:32]),
            save({"digests": digests, "vectors": rows}, about),
            over=True,
        )
    except OSError as error:
        raise BundleError(
            f"Vectors cannot be written to '{folder}' ({why_not(error)}). What was written stays: mend that, "
            "and run the same command again."
        ) from None


class Bundles:
    """The parts of some folders, read as one. Every part is checked, to the last byte, before any is used."""

    def __init__(self, folders: Iterable[Path], encoder: Encoder) -> None:
        """Find the parts of folders and of what is in them.

        Args:
            folders: of parts; one that is missing holds none.
            encoder: what has to have made the vectors.

        Raises:
            BundleError: a part is damaged, of another format, or of another model.
        """
        import numpy as np

        found = chain.from_iterable(sorted(folder.rglob(_PARTS)) for folder in folders)
        self._files = list(dict.fromkeys(found))
        digests = [_digests(file, encoder) for file in self._files]
        self._ends = list(accumulate(map(len, digests)))
        every = np.concatenate(digests) if digests else np.empty(0, f"S{DIGEST}")
        self._order = np.argsort(every, kind="stable")
        self._sorted = every[self._order]
        self.taken = 0
        """Texts whose vectors were taken from here."""

    def __len__(self) -> int:
        return len(self._sorted)

    def rows(self, texts: Sequence[str]) -> "NDArray[np.int64]":
        """The row of the vector of each text, -1 where there is none."""
        import numpy as np

        if not len(self):
            return np.full(len(texts), -1)
        wanted = np.frombuffer(b"".join(map(digest_of, texts)), self._sorted.dtype)
        places = np.minimum(np.searchsorted(self._sorted, wanted), len(self) - 1)
        return np.where(self._sorted[places] == wanted, self._order[places], -1)

    def vectors(self, rows: "NDArray[np.int64]") -> "Vectors":
        """The vectors of some rows, at least one: shape (rows, dimension)."""
        import numpy as np

        self.taken += len(rows)
        parts = np.searchsorted(self._ends, rows, "right")
        found: dict[int, Vectors] = {}
        for part in np.unique(parts):
            first = self._ends[part - 1] if part else 0
            found[part] = _mapped(self._files[part])[rows[parts == part] - first]
        vectors = np.empty((len(rows), next(iter(found.values())).shape[1]), np.float32)
        for part, taken in found.items():
            vectors[parts == part] = taken
        return vectors


class Bundled:
    """An encoder that takes from bundles what they hold, and encodes the rest.

    Args:
        encoder: by which the vectors of the bundles were made.
        bundles: of its vectors.
    """

    def __init__(self, encoder: Encoder, bundles: Bundles) -> None:
        self._encoder, self._bundles = encoder, bundles

    @property
    def name(self) -> str:
        """The model as the settings name it."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """That of the encoder."""
        return self._encoder.fingerprint

    @property
    def max_tokens(self) -> int:
        """Most tokens of a text that are read, special tokens left out."""
        return self._encoder.max_tokens

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens left out."""
        return self._encoder.count_tokens(text)

    def is_word(self, word: str, language: str) -> bool:
        """Whether a word of a language is known."""
        return self._encoder.is_word(word, language)

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> "Vectors":
        """Unit float32 vectors, shape (texts, dimension), in the order of the texts."""
        import numpy as np

        rows = self._bundles.rows(texts)
        missing = np.flatnonzero(rows < 0)
        if len(missing) == len(texts):
            return self._encoder.encode(texts, advance)
        taken = self._bundles.vectors(rows[rows >= 0])
        advance(len(taken))
        vectors = np.empty((len(texts), taken.shape[1]), np.float32)
        vectors[rows >= 0] = taken
        if len(missing):
            vectors[missing] = self._encoder.encode([texts[number] for number in missing.tolist()], advance)
        return vectors

    def encode_questions(self, questions: Sequence[str]) -> "Vectors":
        """Unit float32 vectors of questions, shape (questions, dimension)."""
        return self._encoder.encode_questions(questions)


def _digests(file: Path, encoder: Encoder) -> "NDArray[np.bytes_]":
    """The digests of a part that is whole and of the encoder's model."""
    import numpy as np
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="np") as part:
            about = part.metadata() or {}
            _refuse_other(file, about, encoder)
            digests, vectors = part.get_tensor("digests"), part.get_tensor("vectors")
    except (SafetensorError, OSError) as error:
        raise _damaged(file, reason(error)) from None
    shapes = digests.shape, vectors.shape
    if shapes != ((len(vectors), DIGEST), (len(digests), *vectors.shape[1:2])) or vectors.dtype != np.float32:
        raise _damaged(file, "its tensors are of other shapes")
    if _checksum(digests, vectors) != about.get("sha256"):
        raise _damaged(file, "its bytes are not those that were written")
    found: NDArray[np.bytes_] = digests.reshape(-1).view(f"S{DIGEST}")
    return found


def _refuse_other(file: Path, about: dict[str, str], encoder: Encoder) -> None:
    """Let no vectors be mixed that do not belong together."""
    if about.get("docent") != FORMAT:
        raise BundleError(
            f"'{file}' is no bundle of vectors that this version of Docent reads. Take it away, and run its "
            "shard again with this version."
        )
    if about.get("fingerprint") != encoder.fingerprint:
        made, now = about.get("model", "another"), encoder.name
        which = (
            f"{made}, the settings name {now}"
            if made != now
            else f"{now}, but of other files than it has here"
        )
        raise BundleError(
            f"The vectors in '{file}' were made with the model {which}. Give all machines the same "
            "encoder.model and packages of models, and run the shards again into an empty folder; or leave "
            "this one out."
        )


def _damaged(file: Path, why: str) -> BundleError:
    return BundleError(
        f"The bundle '{file}' is damaged ({why}). Copy it again; or delete it, and run its shard again "
        "or have the build encode what it held."
    )


def _checksum(digests: "NDArray[np.uint8]", vectors: "Vectors") -> str:
    return sha256(digests.tobytes() + vectors.tobytes()).hexdigest()


def _mapped(file: Path) -> "Vectors":
    """The vectors of a part, read from the disk as they are used.

    The map is of this call alone, for an open one takes a file descriptor, and parts may be thousands.
    """
    import numpy as np

    with file.open("rb") as stream:  # https://huggingface.co/docs/safetensors: a length, JSON, the tensors
        length = int.from_bytes(stream.read(8), "little")
        told = json.loads(stream.read(length))["vectors"]
    start = 8 + length + told["data_offsets"][0]
    mapped: Vectors = np.memmap(file, "<f4", "r", start, tuple(told["shape"])).view(np.ndarray)
    return mapped
