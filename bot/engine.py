"""The one door for all front ends: ask a question, look something up, keep the index fresh."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import Self

from msgspec import structs

from bot.answering import answers, calibration, interjecting
from bot.answering.answers import Answer, Citation
from bot.answering.calibration import Calibration
from bot.answering.choosing import choose
from bot.answering.copies import distinct
from bot.answering.intent import CERTAIN, Intent, wanted_by
from bot.answering.interjecting import Interjection, bar_of
from bot.answering.profile import profile_of
from bot.answering.scoring import Evidence, Scorer, by_passage, confidence
from bot.answering.standing import standing
from bot.answering.talk import talk_of
from bot.answering.whole import Section
from bot.conversation.rewriting import Rewriter, rewrite
from bot.conversation.turns import Turn
from bot.library import Library
from bot.reader.readers import readers_of
from bot.reader.reading import Reader
from bot.reader.together import NONE, Readers
from bot.settings import Settings
from bot.stopwatch import Stopwatch
from index.building.progress import Progress
from index.building.publishing import renew
from index.building.removals import Removals
from index.building.splitting import splitting_of
from index.building.summary import Summary
from index.cancellation import Check, uncancelled
from index.encoder import Encoder
from index.engines.base import Generation
from index.errors import (
    IndexAway,
    IndexDamaged,
    IndexEmpty,
    IndexFolderError,
    IndexMismatch,
    IndexReplaced,
    ModelError,
)
from index.invisible import visible
from index.joining import encoder_of
from index.records import Hit, Passage, Unit
from index.scope import Scope
from index.search.searcher import Searcher

Matches = Callable[[str], Iterable[tuple[int, int]]]
"""Where in a text the words of a question stand."""

_USUAL = "Who was there, and what did they say?"  # of a length for which there may be something quicker

_BEFORE, _AFTER = 12, 24  # passages looked at around a unit for what it is a part of

_log = logging.getLogger(__name__)


class Engine(Library):
    """A library that answers. Safe to share between threads.

    A new generation, whoever built it, is taken up at the next question.

    Args:
        settings: where the documents and the index are, and how to answer.
        encoder: by default that of the settings.
        readers: by default those of the settings.
        once: whether just one question will be asked: encoder and vectors are then unloaded before the reader
            reads, for a quarter less memory.
        rewriter: what makes questions stand alone.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: Encoder | None = None,
        readers: Readers | None = None,
        *,
        once: bool = False,
        rewriter: Rewriter = rewrite,
    ) -> None:
        super().__init__(settings)
        self.encoder = encoder or encoder_of(settings, stays=not once)
        self.readers = readers or readers_of(settings)
        self.rewriter = rewriter
        self.calibration: Calibration | None = None
        """How confidence is bent; by default as ``docent calibrate`` found it for this index."""
        self._once = once
        usual = self.readers.usual
        self._profile = profile_of(usual.name if usual else NONE, self.encoder.name)
        self._is_loading = False
        self._searcher: Searcher | None = None

    def _narrowed(self, scope: Scope) -> Self:
        narrowed = super()._narrowed(scope)
        narrowed._searcher = None
        return narrowed

    def _let_go(self) -> None:
        super()._let_go()
        self._searcher = None

    def build(
        self, *, full: bool = False, progress: Progress | None = None, removals: Removals = "most"
    ) -> Summary:
        """Bring the index up to date; see ``index.building.build`` for arguments and errors."""
        paged = self._pages_kept()
        summary = renew(
            self.settings,
            self.encoder,
            self.store,
            full=full,
            damaged=self._opening.is_withdrawn,
            progress=progress,
            removals=removals,
        )
        self._pages.drop(paged - self._pages_kept())
        for reader in self.readers.wanted(()):
            reader.prepare()
        return summary

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
        question = (
            visible(question).encode(errors="replace").decode()
        )  # halves of surrogate pairs are no text
        generation = self._opening.generation()
        self._load_reader_meanwhile(question, generation)
        try:
            return self._asked(question, history, first, check, as_typed=as_typed)
        except IndexReplaced as error:
            _log.info("asking again: %s", error)
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
        watch = Stopwatch()
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
        watch: Stopwatch,
        first: Callable[[Answer], None] | None,
        check: Check,
    ) -> Answer:
        """Answer a question by what is searched for."""
        generation = searcher.generation
        wanted = wanted_by(searched_for, searcher.vector(searched_for), self.encoder.fingerprint)
        hits = searcher.search(searched_for, lap=watch.lap)
        check()
        if self._once:
            generation.unload()
        most, several = self.settings.reader.passages, wanted.intent != "one"
        scorer = self._scorer(searched_for, hits, most)
        evidence = distinct(scorer.rank(searched_for, hits, most, check, several=several))
        choice = choose(
            evidence,
            wanted.intent,
            partial(_around, generation),
            partial(generation.lexical.found_in, searched_for),
            partial(scorer.wholes, searched_for, check=check),
            self.settings.answer.quotes,
            likely=wanted.probability,
        )
        composed = partial(self._composed, generation, question, searched_for, wanted.intent)
        if not (choice.is_open and wanted.is_sure):
            return composed(evidence, choice.evidence, watch)
        if first is not None and (reply := composed(evidence, choice.evidence, watch)).found:
            first(reply)
        sure = confidence(self._calibrated(evidence[:1])) >= self.settings.answer.threshold
        best = evidence[0] if sure and wanted.probability < CERTAIN else None
        hits_of_all = searcher.sweep(searched_for, watch.lap, check)
        members = distinct(scorer.members(searched_for, hits_of_all, self.settings.reader.sentences, check))
        chosen = answers.quotes_for_list(members, best)
        return composed([*evidence, *members], chosen, watch, documents=generation.manifest.documents)

    def _composed(
        self,
        generation: Generation,
        question: str,
        searched_for: str,
        intent: Intent,
        evidence: Sequence[Evidence],
        chosen: list[Evidence],
        watch: Stopwatch,
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
            reply,
            citations=tuple(standing(one, generation.layout(one.source)) for one in reply.citations),
        )
        watch.lap("compose")
        cited = {citation.source for citation in (*reply.citations, *reply.near)}
        outdated = tuple(one for source in sorted(cited) if (one := self._outdated(generation, source)))
        watch.lap("check files")
        stages = dict(watch.stages)
        return replace(reply, outdated=outdated, elapsed_ms=sum(stages.values()), stages=stages)

    def _scorer(self, question: str, hits: Sequence[Hit], most: int) -> Scorer:
        """What scores hits, by the profile of what reads the best passages."""
        reader = self.readers.of(question, _languages(hits, most))
        return Scorer(profile_of(reader.name, self.encoder.name) if reader else self._profile, reader)

    def _load_reader_meanwhile(self, question: str, generation: Generation) -> None:
        """Have a reader loaded, at the first question, while that is searched."""
        if self._is_loading:
            return
        self._is_loading = True
        if (reader := self.readers.of(question, generation.manifest.languages)) is not None:
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

    @cached_property
    def calibration_file(self) -> Path:
        """Where ``docent calibrate`` keeps what it finds for this index and these models."""
        depends = self.store.folder.resolve(), self.encoder.fingerprint, self.readers.fingerprint
        return calibration.file_of(self.settings.state_folder(), *depends)

    def check_encoder(self) -> None:
        """Make sure that the index was made with the model of the settings.

        Raises:
            IndexMismatch: it was made with another.
            ModelError: the model of the settings is missing or damaged.
        """
        Searcher(self.generation(), self.encoder, self.settings, self._profile.evidence)

    def check_settings(self) -> None:
        """Make sure that the index was made with the settings and by the version of Docent of now.

        Raises:
            IndexMismatch: documents would be divided otherwise, or words found otherwise.
            ModelError: the model of the settings is missing or damaged.
        """
        manifest = self.generation().manifest
        is_model = manifest.fingerprint == self.encoder.fingerprint  # else check_encoder tells
        if is_model and manifest.splitting != splitting_of(self.settings, self.encoder):
            raise IndexMismatch(
                "Settings of the index (passages or lexical.language) or the version of Docent changed since "
                "the documents were indexed. Run `docent index` to have them take effect."
            )

    def warm(self) -> None:
        """Load what the first question would have to wait for.

        Raises:
            IndexFolderError: there is no index, or it cannot be used as it is.
            ModelError: the model cannot be loaded.
        """
        with suppress(IndexAway, IndexEmpty):  # it may be back, and there may be documents again
            self._current()
        self.load_models()

    def load_models(self) -> None:
        """Load the encoder and the readers that the documents need; all, where there are no documents.

        Raises:
            ModelError: one of them cannot be loaded.
        """
        self.encoder.encode_questions([_USUAL])
        languages: tuple[str, ...] = ()
        with suppress(IndexFolderError):  # it may be there later
            languages = self.generation().manifest.languages
        for reader in self.readers.wanted(languages):
            reader.prepare()

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
    layout = partial(generation.layout, unit.passage.document.source)
    return Section(*generation.around(unit, _BEFORE, _AFTER), layout)


def _languages(hits: Sequence[Hit], most: int) -> Iterator[str]:
    """The languages of so many passages, the best first."""
    for hit, *_ in islice(by_passage(hits).values(), most):
        yield hit.unit.passage.language


def _load(reader: Reader) -> None:
    with suppress(ModelError):  # which reading will meet again
        reader.prepare()
