"""The one door for all front ends: ask a question, see a document, keep the index fresh."""

import difflib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from msgspec import structs

from bot import answer, calibration, weigh
from bot.answer import Answer, Citation
from bot.attendance import to_search
from bot.calibration import Calibration
from bot.conversation.stand_alone import stand_alone
from bot.conversation.topics import Turn
from bot.reader.readers import reader_of
from bot.reader.reading import Reader
from bot.weigh import Evidence
from index import documents
from index.build import Progress, Summary, build
from index.changes import Changes, changes
from index.documents import Unreadable
from index.encoder import Encoder
from index.errors import ModelError, UnknownSource
from index.files import Files
from index.generation import Entry, Generation
from index.records import Document, Hit, Passage
from index.search import Searcher
from index.serving import ServedEncoder
from index.settings import Settings
from index.store import Store

Matches = Callable[[str], Iterable[tuple[int, int]]]
"""Where in a text the words of a question stand."""

_USUAL = "Who was there, and what did they say?"  # of a length for which there may be something quicker

_log = logging.getLogger(__name__)


class Engine:
    """Answers from one index. Safe to share between threads.

    A new generation, whoever built it, is taken up at the next question.

    Args:
        settings: where the documents and the index are, and how to answer.
        encoder: by default that of the settings.
        reader: by default that of the settings.
        once: whether just one question will be asked: encoder and vectors then leave before the reader
            reads, for a quarter less memory.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: Encoder | None = None,
        reader: Reader | None = None,
        *,
        once: bool = False,
    ) -> None:
        self.store = Store(settings.index_folder())
        self.settings = _with_folder_of_index(settings, self.store)
        self.encoder = encoder or ServedEncoder(settings, stays=not once)
        self.reader = reader or reader_of(settings)
        self.calibration: Calibration | None = None
        """How confidence is bent; by default as ``docent calibrate`` found it for this index."""
        self._once = once
        self._loading = self.reader
        self._lock = threading.Lock()
        self._opened: Generation | None = None
        self._searcher: Searcher | None = None
        self._files: Files | None = None

    def build(self, *, full: bool = False, progress: Progress | None = None) -> Summary:
        """Bring the index up to date; see ``index.build.build`` for what it raises."""
        summary = build(self.settings, self.encoder, full=full, progress=progress)
        if self.reader is not None:
            self.reader.prepare()
        return summary

    def has_index(self) -> bool:
        """Whether an index was built."""
        return self.store.current_name() is not None

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question with quotes, or say that nothing was found.

        Args:
            question: as it was asked.
            history: the turns before it, oldest first, that it may lean on.

        Raises:
            IndexFolderError: there is no index, or it cannot be used as it is.
            ModelError: the model cannot be loaded.
        """
        watch = _Stopwatch()
        self._load_reader_meanwhile()
        searcher = self._current()
        searched_for = stand_alone(question, history)
        wants_list = answer.asks_for_list(searched_for)
        search, weighed = (searcher.sweep, self._members) if wants_list else (searcher.search, self._read)
        hits = search(to_search(searched_for), lap=watch.lap)
        if self._once:
            searcher.generation.matrix.leave()
        evidence = weighed(searched_for, hits)
        bent = self.calibration or calibration.read(self.calibration_file)
        if bent != Calibration():
            evidence = [structs.replace(one, log_odds=bent.apply(one.log_odds)) for one in evidence]
        watch.lap("read")
        reply = answer.compose(
            question,
            searched_for,
            evidence,
            threshold=self.settings.answer.threshold,
            quotes=self.settings.answer.quotes,
            documents=searcher.generation.manifest.documents if wants_list else None,
        )
        watch.lap("compose")
        cited = {citation.source for citation in (*reply.citations, *reply.near)}
        notices = tuple(
            notice for source in sorted(cited) if (notice := self._notice(searcher.generation, source))
        )
        watch.lap("check files")
        return replace(reply, notices=notices, elapsed_ms=sum(watch.stages.values()), stages=watch.stages)

    def _load_reader_meanwhile(self) -> None:
        """Have the reader loaded, at the first question, while that is searched."""
        reader, self._loading = self._loading, None
        if reader is not None:
            threading.Thread(target=_load, args=[reader], daemon=True).start()

    def _read(self, question: str, hits: Iterable[Hit]) -> list[Evidence]:
        if self.reader is None:
            return weigh.by_retrieval(hits)
        return weigh.by_reading(self.reader, question, list(hits), self.settings.reader.passages)

    def _members(self, question: str, hits: Iterable[Hit]) -> list[Evidence]:
        if self.reader is None:
            return weigh.by_retrieval(weigh.members(hits))
        return weigh.members_by_reading(self.reader, question, hits, self.settings.reader.sentences)

    def more(self, question: str, seen: Sequence[Citation]) -> tuple[Citation, ...]:
        """The next best passages for a question, each by its best sentence, numbered after ``seen``."""
        most = self.settings.answer.quotes
        known = {(citation.source, citation.passage_start) for citation in seen}
        hits = self._current().search(to_search(question), passages=len(known) + most)
        return answer.cite(answer.nearest(weigh.by_retrieval(hits), most, known), first=len(seen) + 1)

    def passages(self, question: str, most: int) -> list[Passage]:
        """The best passages for a question as retrieval ranks them, whether or not they answer it."""
        return self._current().passages(to_search(question), most)

    def matches(self, question: str) -> Matches:
        """A function that tells where in a text the words of a question stand."""
        analyser = self._current().generation.lexical.analyser
        stems = analyser.content(question)
        return lambda text: analyser.matches(stems, text)

    def document(self, source: str) -> Document:
        """A document as it was indexed, or where there is no index, as it is.

        Raises:
            UnknownSource: there is none of that name; the message names the nearest ones.
        """
        if not self.has_index():
            return self._from_file(source)
        generation = self.generation()
        try:
            return generation.document(source)
        except UnknownSource as error:
            names = [entry.source for entry in generation.entries()]
            near = difflib.get_close_matches(source, names, n=3, cutoff=0.4)
            hint = f" Did you mean {' or '.join(near)}?" if near else " `docent status -v` lists them all."
            raise UnknownSource(f"{error}{hint}") from None

    def around(self, source: str, offset: int) -> tuple[Passage | None, Passage, Passage | None]:
        """The passage at an offset of a document, or the next after it, between its neighbours.

        Raises:
            UnknownSource: there is no such document, or the offset lies outside it.
            IndexMissing: there is no index.
        """
        document = self.document(source)
        passages = self.generation().passages_of(document.source)
        if not passages:
            raise UnknownSource(f"{source} holds no sentence, so there is no passage to show.")
        if not 0 <= offset < len(document.text):
            raise UnknownSource(f"{source} has the offsets 0 to {len(document.text) - 1}, not {offset}.")
        found = next((i for i, p in enumerate(passages) if offset < p.end), len(passages) - 1)
        before = passages[found - 1] if found > 0 else None
        after = passages[found + 1] if found + 1 < len(passages) else None
        return before, passages[found], after

    def sources(self) -> list[Entry]:
        """All documents of the index."""
        return self.generation().entries()

    @cached_property
    def calibration_file(self) -> Path:
        """Where ``docent calibrate`` keeps what it finds for this index and these models."""
        reader = self.reader.fingerprint if self.reader else "none"
        depends = self.store.folder.resolve(), self.encoder.fingerprint, reader
        return calibration.file_of(self.settings.state_folder(), *depends)

    def check_encoder(self) -> None:
        """Make sure that the index was made with the model of the settings.

        Raises:
            IndexMismatch: it was made with another.
            ModelError: the model of the settings is missing or damaged.
        """
        Searcher(self.generation(), self.encoder, self.settings)

    def warm(self) -> None:
        """Load what the first question would have to wait for.

        Raises:
            IndexFolderError: there is no index, or it cannot be used as it is.
            ModelError: the model cannot be loaded.
        """
        self._current()
        self.load_models()

    def load_models(self) -> None:
        """Load the encoder and the reader.

        Raises:
            ModelError: one of them cannot be loaded.
        """
        self.encoder.encode_questions([_USUAL])
        if self.reader is not None:
            self.reader.prepare()

    def changes(self) -> Changes:
        """How the documents differ from the index.

        Raises:
            DocumentsError: the documents folder is gone.
        """
        return changes(self.generation(), self.settings)

    def notice(self, source: str) -> str | None:
        """What a reader of quotes from this document should know about its file, if anything."""
        return self._notice(self.generation(), source)

    def _notice(self, generation: Generation, source: str) -> str | None:
        files = self._files
        if files is None or files.generation is not generation:
            self._files = files = Files(generation, self.settings.documents.folder)
        try:
            if files.unchanged(source):
                return None
        except OSError:
            return f"{source} is gone or cannot be read; the quotes are from when it was indexed."
        return f"{source} changed since it was indexed; the quotes are from the earlier text."

    def _from_file(self, source: str) -> Document:
        place = self.settings.documents
        files, _ = documents.walk(place.folder, place.max_bytes)
        try:
            file = next(file for file in files if file.source == source)
            return documents.load(source, documents.read(file))
        except (StopIteration, Unreadable):
            raise UnknownSource(f"There is no readable document '{source}' in '{place.folder}'.") from None

    def generation(self) -> Generation:
        """The current generation, opened.

        Raises:
            IndexFolderError: there is none, or it cannot be read.
        """
        with self._lock:
            if self._opened is None or self._opened.name != self.store.current_name():
                self._opened = self.store.current()
                _log.info("answering from generation %s", self._opened.name)
            return self._opened

    def _current(self) -> Searcher:
        """A searcher of the current generation."""
        generation = self.generation()
        searcher = self._searcher
        if searcher is None or searcher.generation is not generation:
            self._searcher = searcher = Searcher(generation, self.encoder, self.settings)
        return searcher


def _load(reader: Reader) -> None:
    with suppress(ModelError):  # which reading will meet again
        reader.prepare()


class _Stopwatch:
    """Milliseconds of each stage: from the end of the one before, the first from the start."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, stage: str) -> None:
        """A stage ends."""
        now = time.perf_counter()
        self.stages[stage] = (now - self._since) * 1000
        self._since = now


def _with_folder_of_index(settings: Settings, store: Store) -> Settings:
    """Take the documents folder from an index that was named without it."""
    named = "index.folder" in settings.given and "documents.folder" not in settings.given
    if not named or (folder := store.documents_folder()) is None:
        return settings
    return replace(settings, documents=replace(settings.documents, folder=folder))
