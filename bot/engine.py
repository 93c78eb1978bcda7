"""The one door for all front ends: ask a question, see a document, keep the index fresh."""

import copy
import difflib
import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from msgspec import structs

from bot.answering import answers, calibration, interjecting
from bot.answering.answers import Answer, Citation, Outdated
from bot.answering.calibration import Calibration
from bot.answering.choosing import choose, distinct
from bot.answering.intent import CERTAIN, Intent, wanted_by
from bot.answering.interjecting import Interjection, bar_of
from bot.answering.profile import profile_of
from bot.answering.scoring import Evidence, Scorer, confidence
from bot.answering.talk import talk_of
from bot.answering.whole import Section
from bot.conversation.rewriting import Rewriter, rewrite
from bot.conversation.turns import Turn
from bot.reader.readers import name_of, reader_of
from bot.reader.reading import Reader
from index import documents, history
from index.build import Progress, Summary, build
from index.cancellation import Check, uncancelled
from index.changes import Changes, changes
from index.drawing.paged import Kind, Paged, Pages
from index.encoder import Encoder
from index.errors import IndexDamaged, IndexEmpty, ModelError, UnknownSource
from index.files import Files
from index.generation import Entry, Generation, unknown
from index.history import Renewal
from index.invisible import visible
from index.joining import encoder_of
from index.opening import Opening
from index.parsing.base import Unreadable
from index.parsing.worker import shared
from index.records import Document, Passage, Unit
from index.removals import Removals
from index.scope import EVERYTHING, Scope
from index.search import Searcher
from index.settings import Settings
from index.store import Store
from index.view import View

Matches = Callable[[str], Iterable[tuple[int, int]]]
"""Where in a text the words of a question stand."""

_USUAL = "Who was there, and what did they say?"  # of a length for which there may be something quicker

_BEFORE, _AFTER = 12, 24  # passages looked at around a unit for what it is a part of

_SCOPES = 16  # of which what was read is remembered, a few MB each

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
        rewriter: what makes questions stand alone.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: Encoder | None = None,
        reader: Reader | None = None,
        *,
        once: bool = False,
        rewriter: Rewriter = rewrite,
    ) -> None:
        self.store = Store(settings.index_folder())
        self.settings = _with_folder_of_index(settings, self.store)
        self.encoder = encoder or encoder_of(settings, stays=not once)
        self.reader = reader or reader_of(settings)
        self.rewriter = rewriter
        self.calibration: Calibration | None = None
        """How confidence is bent; by default as ``docent calibrate`` found it for this index."""
        self._once = once
        self._profile = profile_of(name_of(settings), self.encoder.name)
        self._scorer = Scorer(self._profile, self.reader)
        self._loading = self.reader
        self._lock = threading.Lock()
        self._opening = Opening(self.store)
        self._view: View | None = None
        self._searcher: Searcher | None = None
        self._files: Files | None = None
        self._pages = Pages(self.settings.state_folder() / "pages")
        self.scope = EVERYTHING
        """What is seen of the index, for all that this engine does."""
        self._whole: Engine | None = None
        self._within: dict[Scope, Engine] = {}  # the last asked for last

    def within(self, scope: Scope) -> "Engine":
        """This engine as far as a scope lets it see: it searches, opens and names nothing else.

        It shares the models. This is the one way to what only some may read.

        Raises:
            ValueError: this one is narrowed already, and would not be by another scope alone.
        """
        if self._whole is not None:
            raise ValueError("An engine that is narrowed is not narrowed again; take the whole one.")
        if scope.is_everything:
            return self
        with self._lock:
            self._within[scope] = engine = self._within.pop(scope, None) or self._narrowed(scope)
            while len(self._within) > _SCOPES:
                self._within.pop(next(iter(self._within)))
            return engine

    def _narrowed(self, scope: Scope) -> "Engine":
        engine = copy.copy(self)
        engine.scope, engine._whole, engine._within = scope, self, {}
        engine._lock = threading.Lock()
        engine._view = engine._searcher = engine._files = None
        return engine

    def build(
        self, *, full: bool = False, progress: Progress | None = None, removals: Removals = "most"
    ) -> Summary:
        """Bring the index up to date; see ``index.build.build`` for arguments and for what it raises."""
        full = full or self._opening.is_withdrawn
        summary = build(self.settings, self.encoder, full=full, progress=progress, removals=removals)
        if self.reader is not None:
            self.reader.prepare()
        return summary

    @property
    def fault(self) -> str:
        """What is wrong with the current generation, and what is answered from instead; "" if nothing is."""
        return self._opening.fault

    def on_fault(self, tell: Callable[[str], None]) -> None:
        """Have each fault told once, in the thread that meets it."""
        self._opening.on_fault = tell

    def has_index(self) -> bool:
        """Whether an index was built, be it damaged."""
        try:
            return self.store.current_name() is not None
        except IndexDamaged:
            return True

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        as_typed: bool = False,
        first: Callable[[Answer], None] | None = None,
        check: Check = uncancelled,
    ) -> Answer:
        """Answer a question with quotes, or say that nothing was found.

        Args:
            question: as it was asked.
            history: the turns before it, oldest first, that it may lean on. Where it may but need not, it is
                answered as it was asked if that finds something.
            as_typed: whether to search for nothing but these very words.
            first: hears the best quotes, where there are some, before the members of a list are gathered from
                all documents, which takes long.
            check: called between the steps.

        Raises:
            IndexFolderError: there is no index or no document in it, or it cannot be used as it is.
            ModelError: the model cannot be loaded.
            Cancelled: by the check.
        """
        question = visible(question)
        self._load_reader_meanwhile()
        generation = self._opening.generation()
        try:
            return self._asked(question, history, first, check, as_typed=as_typed)
        except IndexDamaged as error:
            if not self._opening.withdraw(generation, error):
                raise
        return self._asked(question, history, None, check, as_typed=as_typed)

    def _asked(
        self,
        question: str,
        history: Sequence[Turn],
        first: Callable[[Answer], None] | None,
        check: Check,
        *,
        as_typed: bool,
    ) -> Answer:
        """Answer a question from the generation that is open; see ``ask``."""
        watch = _Stopwatch()
        searcher = self._current()
        if as_typed:
            return self._answer(question, question, searcher, watch, first, check)
        if talk := talk_of(question, searcher.vector, self.encoder.fingerprint):
            return answers.chat(question, talk)
        spelled = searcher.mended(question)
        meant = self.rewriter(spelled, history)
        if meant.text != spelled and not meant.certain:
            typed = self._answer(question, spelled, searcher, watch, first, check)
            if typed.found:
                return typed
        return self._answer(question, meant.text, searcher, watch, first, check)

    def _answer(
        self,
        question: str,
        searched_for: str,
        searcher: Searcher,
        watch: "_Stopwatch",
        first: Callable[[Answer], None] | None,
        check: Check,
    ) -> Answer:
        """Answer a question by what is searched for."""
        generation = searcher.generation
        wanted = wanted_by(searched_for, searcher.vector(searched_for), self.encoder.fingerprint)
        hits = searcher.search(searched_for, lap=watch.lap)
        check()
        if self._once:
            generation.matrix.leave()
        most, several = self.settings.reader.passages, wanted.intent != "one"
        evidence = distinct(self._scorer.rank(searched_for, hits, most, check, several=several))
        choice = choose(
            evidence,
            wanted.intent,
            partial(_around, generation),
            partial(generation.lexical.found_in, searched_for),
            self.settings.answer.quotes,
        )
        composed = partial(self._composed, generation, question, searched_for, wanted.intent)
        if not (choice.is_open and wanted.is_sure):
            return composed(evidence, choice.evidence, watch)
        if first is not None and (reply := composed(evidence, choice.evidence, watch)).found:
            first(reply)
        sure = confidence(self._calibrated(evidence[:1])) >= self.settings.answer.threshold
        best = evidence[0] if sure and wanted.probability < CERTAIN else None
        hits_of_all = searcher.sweep(searched_for, watch.lap, check)
        members = distinct(
            self._scorer.members(searched_for, hits_of_all, self.settings.reader.sentences, check)
        )
        chosen = answers.quotes_for_list(members, best)
        return composed(members, chosen, watch, documents=generation.manifest.documents)

    def _composed(
        self,
        generation: Generation,
        question: str,
        searched_for: str,
        intent: Intent,
        evidence: Sequence[Evidence],
        chosen: list[Evidence],
        watch: "_Stopwatch",
        documents: int = 0,
    ) -> Answer:
        """An answer of what was chosen from the evidence; see ``compose``."""
        chosen = self._calibrated(chosen)
        watch.lap("read")
        reply = answers.compose(
            question,
            searched_for,
            evidence,
            chosen,
            threshold=self.settings.answer.threshold,
            is_list=intent != "one" and len(chosen) > 1,
            documents=documents,
            near=self._profile.near,
        )
        reply = replace(
            reply, citations=tuple(_looking(citation, generation) for citation in reply.citations)
        )
        watch.lap("compose")
        cited = {citation.source for citation in (*reply.citations, *reply.near)}
        outdated = tuple(one for source in sorted(cited) if (one := self._outdated(generation, source)))
        watch.lap("check files")
        stages = dict(watch.stages)
        return replace(reply, outdated=outdated, elapsed_ms=sum(stages.values()), stages=stages)

    def _load_reader_meanwhile(self) -> None:
        """Have the reader loaded, at the first question, while that is searched."""
        reader, self._loading = self._loading, None
        if reader is not None:
            threading.Thread(target=_load, args=[reader], daemon=True).start()

    def _calibrated(self, evidence: list[Evidence]) -> list[Evidence]:
        """Evidence with its log-odds as they were calibrated for this index."""
        bent = self.calibration or calibration.read(self.calibration_file)
        if bent == Calibration():
            return evidence
        return [structs.replace(one, log_odds=bent.apply(one.log_odds)) for one in evidence]

    def interjection(self, said: str, raised: int, check: Check = uncancelled) -> Interjection | None:
        """What to say to something that nobody asked; None where it is better to be silent.

        Args:
            said: by somebody to others.
            raised: by how many steps these have raised the bar.
            check: called between the steps.

        Raises:
            IndexFolderError: there is no index, or it cannot be used as it is.
            ModelError: the model cannot be loaded.
            Cancelled: by the check.
        """
        bar, said = bar_of(self.encoder.fingerprint), visible(said)
        if bar is None:
            return None
        vector = self._current().vector(said)
        check()
        return interjecting.interjection(said, vector, bar, raised, partial(self.ask, check=check))

    def can_interject(self) -> bool:
        """Whether it was measured how sure to be with this model before anything is said unasked."""
        return bar_of(self.encoder.fingerprint) is not None

    def more(self, question: str, seen: Sequence[Citation]) -> tuple[Citation, ...]:
        """The next best passages for a question, each by its best sentence, numbered after ``seen``."""
        most = self.settings.answer.quotes
        known = {(citation.source, citation.passage_start) for citation in seen}
        hits = self._current().search(question, passages=len(known) + most)
        return answers.cite(
            answers.nearest(Scorer(self._profile, None).rank(question, hits, 0), most, known),
            first=len(seen) + 1,
        )

    def passages(self, question: str, most: int) -> list[Passage]:
        """The best passages for a question as retrieval ranks them, whether or not they answer it."""
        return self._current().passages(question, most)

    def matches(self, question: str) -> Matches:
        """A function that tells where in a text the words of a question stand."""
        lexical = self._current().generation.lexical
        words = lexical.content(question)
        return lambda text: lexical.asked.matches(words, text)

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

    def paged(self, source: str, quote: tuple[int, int] | None = None) -> Paged:
        """A document as pages, and where a stretch of its text stands on them.

        Args:
            source: of the document; its file has to be what was indexed.
            quote: start and end of the stretch, if any.

        Raises:
            UnknownSource: there is no such document, it has no pages, or its file changed or is gone.
        """
        document = self.document(source)
        self._check_file(document)
        try:
            return self._pages.of(document, quote, partial(self.file_of, document))
        except Unreadable as reason:
            raise UnknownSource(f"Pages of {source} cannot be drawn: {reason}.") from None

    def draw(self, paged: Paged, number: int, scale: float, kind: Kind = "PNG") -> bytes:
        """A page as a picture, the quote marked; ``scale`` is pixels a point.

        Raises:
            UnknownSource: there is no such page, or the file cannot be read or drawn, or changed.
        """

        def read() -> bytes:
            document = self.document(paged.source)
            if document.digest != paged.digest:
                raise UnknownSource(f"{paged.source} changed just now.")
            return self.file_of(document)

        try:
            return self._pages.picture(paged, number, read, scale=scale, kind=kind)
        except Unreadable as reason:
            label = paged.labels[number]
            raise UnknownSource(f"Page {label} of {paged.source} cannot be drawn: {reason}.") from None

    def _check_file(self, document: Document) -> None:
        """Raise ``UnknownSource`` where a document's file is gone or changed; it is read only if in doubt."""
        outdated = self.outdated(document.source) if self.has_index() else None
        if outdated:
            self.file_of(document)  # which has the words for it
            raise UnknownSource(f"{document.source} changed since it was indexed. Run `docent index` first.")

    def file_of(self, document: Document) -> bytes:
        """The bytes of a document's file as it was indexed; of an attachment, those of the attachment.

        Raises:
            UnknownSource: it is gone, or changed since it was indexed.
        """
        source, file = document.source, document.file or document.source
        if not self.scope.shows(source):
            raise UnknownSource(unknown(source))
        try:
            data = documents.read(self._find(file))
        except OSError as error:
            raise UnknownSource(f"{source} cannot be read: {error.strerror or error}.") from None
        except Unreadable as reason:
            raise UnknownSource(f"{source} cannot be read: {reason}.") from None
        if documents.digest(data) != document.digest:
            raise UnknownSource(f"{source} changed since it was indexed. Run `docent index` first.")
        try:
            return documents.bytes_of(source, file, data, shared().parse)
        except Unreadable as reason:
            raise UnknownSource(f"{source} cannot be read: {reason}.") from None

    def find(self, file: str) -> documents.File:
        """A file of the documents folder as it is now.

        Raises:
            OSError: it is gone or hidden, is none that can be read, or a link leads out of the folder.
        """
        if not self.scope.shows(file):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return self._find(file)

    def _find(self, file: str) -> documents.File:
        place = self.settings.documents
        return documents.find(place.folder, file, follow_links=place.follow_links)

    def sources(self) -> list[Entry]:
        """All documents of the index."""
        return self.generation().entries()

    def history(self) -> tuple[Renewal, ...]:
        """What builds have changed in the documents, oldest first, as far back as it is known."""
        return history.read(self.store.folder, self.store.current_name() or "")

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
        Searcher(self.generation(), self.encoder, self.settings, self._profile.evidence)

    def warm(self) -> None:
        """Load what the first question would have to wait for.

        Raises:
            IndexFolderError: there is no index, or it cannot be used as it is.
            ModelError: the model cannot be loaded.
        """
        with suppress(IndexEmpty):  # there may be documents again
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
        """How the documents that are seen differ from the index.

        Raises:
            DocumentsError: the documents folder is gone.
        """
        whole = self._whole or self
        return changes(whole.generation(), self.settings).within(self.scope)

    def outdated(self, source: str) -> Outdated | None:
        """Whether and how a document's file is no longer what was indexed."""
        return self._outdated(self.generation(), source)

    def _outdated(self, generation: Generation, source: str) -> Outdated | None:
        files = self._files
        if files is None or files.generation is not generation:
            self._files = files = Files(
                generation,
                self.settings.documents.folder,
                follow_links=self.settings.documents.follow_links,
            )
        try:
            if files.unchanged(source):
                return None
        except OSError:
            return Outdated(source, gone=True)
        return Outdated(source, gone=False)

    def _from_file(self, source: str) -> Document:
        files, _ = documents.found_by(self.settings)
        try:
            file = next(
                file for file in files if source == file.source or source.startswith(f"{file.source}/")
            )
            found = documents.load(file.source, documents.read(file), shared().parse)
            return next(one for one in found if one.source == source and self.scope.shows(source))
        except (StopIteration, Unreadable):
            folder = self.settings.documents.folder
            raise UnknownSource(f"There is no readable document '{source}' in '{folder}'.") from None

    def generation(self) -> Generation:
        """The current generation, opened, or what stands in for it where it is damaged (``fault``).

        Raises:
            IndexFolderError: there is none, or it cannot be read.
        """
        whole = self._opening.generation()
        if self._whole is None:
            return whole
        with self._lock:
            if self._view is None or self._view.whole is not whole:
                self._view = View(whole, self.scope)
            return self._view

    def _current(self) -> Searcher:
        """A searcher of the current generation."""
        generation = self.generation()
        if not generation.manifest.units and self.scope.is_everything:
            raise IndexEmpty(
                f"There are no documents: '{self.settings.documents.folder}' was empty when it was indexed. "
                "Put some there and run `docent index`."
            )
        searcher = self._searcher
        if searcher is None or searcher.generation is not generation:
            self._searcher = searcher = Searcher(
                generation, self.encoder, self.settings, self._profile.evidence
            )
        return searcher


def _around(generation: Generation, unit: Unit) -> Section:
    """What stands around a unit."""
    return Section(*generation.around(unit, _BEFORE, _AFTER))


def _looking(citation: Citation, generation: Generation) -> Citation:
    """A citation with the looks that its quote has in the document."""
    styles = generation.layout(citation.source).styles
    inside = (style for style in styles if citation.start < style.end and style.start < citation.end)
    return replace(citation, styles=tuple(inside))


def _load(reader: Reader) -> None:
    with suppress(ModelError):  # which reading will meet again
        reader.prepare()


class _Stopwatch:
    """Milliseconds of each stage, all its times: from the end of the one before, the first from the start."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, stage: str) -> None:
        """A stage ends."""
        now = time.perf_counter()
        self.stages[stage] = self.stages.get(stage, 0.0) + (now - self._since) * 1000
        self._since = now


def _with_folder_of_index(settings: Settings, store: Store) -> Settings:
    """Take the documents folder from an index that was named without it."""
    named = "index.folder" in settings.given and "documents.folder" not in settings.given
    if not named or (folder := store.documents_folder()) is None:
        return settings
    return replace(settings, documents=replace(settings.documents, folder=folder))
