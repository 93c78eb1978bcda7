"""The seam: what building and searching need of an index, wherever it lies.

A generation is an index as one build left it; it never changes. Its passages and units have numbers, which
mean nothing in any other generation; a unit's number is also the row of its vector. Features and fusion are
computed from what these Protocols return (``index/search/``), so that an answer does not depend on where the
index lies. How to add an engine: ``docs/engines.md``.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

import msgspec

from index.documents import Skipped
from index.records import Document, Layout, Notice, Passage, Unit
from index.scope import Scope

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors
    from index.words import Asked, Term


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What made a generation.

    ``language`` is as it was set, ``languages`` the codes of those of its passages, of most passages first;
    ``files`` maps names to size in bytes and SHA-256, where the generation is made of files.
    """

    format: int
    created: str
    folder: str
    encoder: str
    fingerprint: str
    splitting: str
    language: str
    languages: tuple[str, ...]
    dimension: int
    documents: int
    passages: int
    units: int
    skipped: tuple[Skipped, ...]
    files: dict[str, tuple[int, str]] = {}


class DocumentMetadata(msgspec.Struct, frozen=True):
    """What is known of a document and not wanted by a search."""

    layout: Layout
    properties: dict[str, str]
    notices: tuple[Notice, ...]


class Entry(msgspec.Struct, frozen=True):
    """A document as the index lists it: no text, but what tells whether its file changed.

    ``file`` is the source of its file; that of an attachment is the mail's. Its passages are those of the
    numbers from ``first`` to before ``last``.
    """

    id: int
    source: str
    title: str
    digest: str
    size: int
    mtime_ns: int
    first: int
    last: int
    file: str


class Candidates(NamedTuple):
    """What a search finds: the nearest units, best first, and the passages with the question's words.

    ``cosines`` and ``units`` are of shape (found,); ``bm25`` is by the number of the passage, best first.
    """

    cosines: "NDArray[np.float32]"
    units: "NDArray[np.int64]"
    bm25: dict[int, float]


class Texts(Protocol):
    """The documents of a generation, their passages and units. All of it raises ``IndexFolderError``."""

    def entries(self) -> list[Entry]:
        """All documents, in the order of their sources."""

    def entry(self, source: str) -> Entry:
        """One of them; raises ``UnknownSource`` where there is none of that name."""

    def document(self, source: str) -> Document:
        """A document as it was indexed; raises ``UnknownSource`` where there is none of that name."""

    def sources_with(self, words: str) -> list[str]:
        """The documents whose text has these words in this very form."""

    def layout(self, source: str) -> Layout:
        """How the text of a document is built; raises ``UnknownSource``."""

    def passage(self, number: int) -> Passage:
        """The passage of that number; its document has its text, but no layout."""

    def passages_of(self, source: str) -> list[Passage]:
        """All passages of a document, in reading order; raises ``UnknownSource``."""

    def units(self, passages: Sequence[int]) -> list[tuple[Unit, ...]]:
        """For each of the passages of these numbers its units in reading order."""

    def around(self, unit: Unit, before: int, after: int) -> tuple[list[Unit], int]:
        """The units of so many passages before and after that of a unit, and its own place among them."""


class Meaning(Protocol):
    """The vectors of a generation: of each unit one, of length 1."""

    def rows_of(self, passages: "NDArray[np.int64]") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
        """The units of these passages, one after the other.

        Returns:
            Their numbers, shape (rows,), and where among them those of each passage begin, shape (passages,).
        """

    def passages_with(self, units: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """The numbers of the passages that hold the units of these numbers, shape (units,)."""

    def cosines(self, units: "NDArray[np.int64]", vector: "Vectors") -> "NDArray[np.float32]":
        """The exact cosines of some units to a vector of shape (dimension,), shape (units,)."""

    def unload(self) -> None:
        """Give back memory that is read again when it is wanted."""


class Words(Protocol):
    """The words of a generation's passages; ``Lexicon`` has what is the same for all engines."""

    asked: "Asked"

    def __len__(self) -> int:
        """The passages that are searched."""
        ...

    def content(self, question: str) -> "list[Term]":
        """The words that a question is about."""

    def weights(self, question: str, others: int = 0, others_with: int = 0) -> "dict[Term, float]":
        """These words, each with its inverse document frequency; see ``Lexicon.weights``."""

    def search(self, question: str, limit: int) -> dict[int, float]:
        """BM25 of the best passages by their number, best first."""

    def best(self, question: str) -> tuple[int, float]:
        """The number of the best passage and its BM25; 0 and 0 where none has a word of the question."""

    def found_in(self, question: str, text: str) -> dict[str, float]:
        """The content words of a question that a text has, each with its weight."""

    def stands(self, word: str) -> bool:
        """Whether a word stands in any passage, in whatever form."""

    def near(self, word: str, most: int) -> dict[str, tuple[int, int]]:
        """The words that are spelled nearly like one: of each how many letters differ, and its passages."""


class Generation(Texts, Meaning, Protocol):
    """An index as one build left it, opened for reading. Safe to share between threads."""

    @property
    def name(self) -> str:
        """The generation's name, which no other one has."""

    @property
    def manifest(self) -> Manifest:
        """What made it."""

    @property
    def lexical(self) -> Words:
        """The words of its passages."""

    @property
    def close(self) -> Callable[[], object]:
        """Gives back what is open, if nobody does before the generation is forgotten."""

    def candidates(self, question: str, vector: "Vectors", limit: int) -> Candidates:
        """What is nearest to a question by its vector, of shape (dimension,), and by its words.

        Args:
            question: in words.
            vector: its unit vector.
            limit: so many units, and so many passages.

        Raises:
            IndexReplaced: it was removed, for others were built since; the current one can be asked.
        """

    def check_sizes(self) -> None:
        """Look, before each use and so quickly, whether it is still as it was opened.

        Raises:
            IndexDamaged: it is not.
        """

    def check(self) -> None:
        """Read everything back, or what stands for it; raises ``IndexDamaged`` where it does not fit."""


class Readable(Generation, Protocol):
    """A generation whose vectors can be read, to be sent elsewhere."""

    def vectors(self, rows: range) -> "Vectors":
        """The unit float32 vectors of consecutive units, shape (rows, dimension)."""


class Index(Protocol):
    """Where generations lie. It raises ``IndexFolderError``, also where it cannot be reached."""

    folder: Path
    """What belongs to the index on this machine: the history, a build that is not finished."""

    @property
    def place(self) -> str:
        """Where it lies, as people are told."""

    def current_name(self) -> str | None:
        """The name of the current generation, or None where there is none yet."""

    def documents_folder(self) -> Path | None:
        """The documents folder of the current generation; None where there is none yet."""

    def current(self) -> Generation:
        """Open the current generation; raises ``IndexMissing`` where nothing was built yet."""

    def generation(self, name: str) -> Generation:
        """Open the generation of that name."""

    def within(self, whole: Generation, scope: Scope) -> Generation:
        """A generation of this index as far as a scope shows it: for whoever asks, all else is not there."""


class Lease(Protocol):
    """The right to build, which is renewed meanwhile."""

    def check(self) -> None:
        """Raises ``IndexBusy`` where it was lost."""


class Hears(Protocol):
    """What hears how a work goes on; ``Progress`` of ``index/building/progress.py`` is one."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins that has ``total`` steps, or 0 where that is not known."""

    def advance(self, steps: int) -> None:
        """So many more steps of the stage are done."""


@runtime_checkable
class Served(Index, Protocol):
    """An index on a server: built in the folder of one machine, and sent there when it is whole."""

    def lease(self) -> AbstractContextManager[Lease]:
        """Be the only builder; raises ``IndexBusy`` where another machine is."""

    def take(self, generation: Readable, lease: Lease, progress: Hears, *, full: bool = False) -> bool:
        """Make a finished generation the current one, the one before it staying; False where it is already.

        Only what changed has to be sent, unless it is asked for in full.

        What was sent before it was broken off is not sent again, and nothing is seen of it before it is whole
        and was compared with what was sent.
        """


def unknown(source: str) -> str:
    """What is said of a document that there is not."""
    return f"There is no document '{source}' in the index."
