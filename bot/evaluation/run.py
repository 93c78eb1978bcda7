"""Questions in, outcomes out: asks an engine all of them, and judges each answer by its question.

Whether an answer is confident enough is not decided here: the engine is asked with a threshold of 0, so
that figures can be drawn for every threshold. Outcomes are appended to a work file as they come; what is
there already is not asked again, so a run that was interrupted goes on where it stopped.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import IO

import filelock
import msgspec

import bot
import index
from bot.answering import calibration
from bot.answering.answers import Answer
from bot.engine import Engine
from bot.evaluation.questions import Collection, Question, lay_out
from bot.settings import Settings
from bot.words import place_in_words
from index.building.progress import Progress, Silent
from index.errors import QuestionsError, StateError, reason
from index.records import Passage

DEPTH = 10  # passages looked at for the right one
_CODE = {".py", ".toml", ".json"}  # of the program: modules, and numbers that were fitted
_KEPT = 20  # work files; the oldest go
_APART = {"documents", "state", "index", "telegram", "given"}  # settings that change no answer


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote that was shown, and which of the question's accepted answers it gives."""

    source: str
    locator: str
    text: str
    gives: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a question, whatever its confidence.

    ``rank`` is that of the first right passage, from 1 to ``DEPTH``, or None; it is looked for where one
    fact is asked for. ``span_f1`` is how well the words that the reader finds in the right passage agree
    with an accepted answer, ``lead_f1`` the same of the words that the answer led with; both lie in [0, 1],
    and are None where there are no such words. ``quotes`` are in the order in which they are shown;
    ``exact`` counts those that stand in the document, at their offsets, word for word, and their passages
    too. Times are in milliseconds.
    """

    rank: int | None
    span_f1: float | None
    lead_f1: float | None
    confidence: float
    quotes: tuple[Quote, ...]
    exact: int
    stages: Mapping[str, float]
    elapsed_ms: float

    @property
    def right(self) -> bool:
        """Whether one of the first three quotes answers, which is what confidence is about."""
        return any(quote.gives for quote in self.quotes[:3])


def run(
    settings: Settings,
    collection: Collection,
    *,
    fresh: bool = False,
    progress: Progress | None = None,
    engine_of: Callable[[Settings], Engine] = Engine,
) -> list[Outcome]:
    """Ask every question of a collection.

    Args:
        settings: of the index at hand, which has to be there unless the collection brings articles; and of
            how to split, search and answer.
        collection: what to ask.
        fresh: forget outcomes of an earlier run.
        progress: hears of stages and steps.
        engine_of: makes an engine of settings.

    Returns:
        an outcome a question, in their order.

    Raises:
        DocentError: an index or the model cannot be used, or the work file cannot be written.
    """
    progress = progress or Silent()
    settings = replace(settings, answer=replace(settings.answer, threshold=0.0))
    questions = {question.key: question for question in collection.questions}
    with _Work(work_file(settings, collection, engine_of), fresh=fresh) as work:
        todo = {key: question for key, question in questions.items() if key not in work.outcomes}
        if todo:
            with _engine(settings, collection, progress, engine_of) as engine:
                engine.warm()
                engine.ask("?")  # the first question opens files, which is not to be measured
                progress.stage("asking questions", len(questions))
                progress.advance(len(questions) - len(todo))
                name = engine.generation().name
                for key, question in todo.items():
                    outcome = ask(engine, question)
                    if engine.generation().name != name:
                        raise QuestionsError("The index was renewed while it was asked. Run it again.")
                    work.add(key, outcome)
                    progress.advance(1)
        return [work.outcomes[question.key] for question in collection.questions]


def ask(engine: Engine, question: Question) -> Outcome:
    """Ask one question, and judge the answer."""
    answer = engine.ask(question.text)
    exact, quotes = 0, []
    for citation in answer.citations:
        document = engine.document(citation.source)
        passage = Passage(document, citation.passage_start, citation.passage_end)
        quoted = document.text[citation.start : citation.end]
        exact += (quoted, passage.text) == (citation.quote, citation.passage)
        gives = question.given_by(citation.quote, passage) or question.given_by(citation.shown, passage)
        quotes.append(Quote(citation.source, place_in_words(citation.place), citation.shown, gives))
    ranked = _ranked(engine, question.text, answer) if question.kind == "fact" else []
    right = [(rank, passage) for rank, passage in enumerate(ranked, 1) if question.answered_by(passage)]
    return Outcome(
        rank=right[0][0] if right else None,
        span_f1=_span_f1(engine, question, right[0][1]) if right else None,
        lead_f1=question.overlap(answer.lead) if answer.lead and question.answerable else None,
        confidence=answer.confidence if answer.found else 0.0,
        quotes=tuple(quotes),
        exact=exact,
        stages=answer.stages,
        elapsed_ms=answer.elapsed_ms,
    )


def _span_f1(engine: Engine, question: Question, passage: Passage) -> float | None:
    """How well the reader's words agree with an answer; None where it points at none, or there is none."""
    reader = engine.readers.of(question.text, [passage.language])
    if reader is None:
        return None
    (reading,) = reader.read(question.text, [passage.text])
    span = reading.best(0, len(passage.text))
    return question.overlap(passage.text[span.start : span.end]) if span else None


def _ranked(engine: Engine, question: str, answer: Answer) -> list[Passage]:
    """The first passages: those whose units were scored, then as retrieval ranks the others."""
    scored = [engine.around(source, start)[1] for source, start in answer.looked_at]
    ranked = [*scored, *engine.passages(question, DEPTH)]
    return list({passage.place: passage for passage in ranked}.values())[:DEPTH]


@contextmanager
def _engine(
    settings: Settings, collection: Collection, progress: Progress, engine_of: Callable[[Settings], Engine]
) -> Iterator[Engine]:
    """An engine on the collection's articles, in a temporary folder, or else on the index at hand."""
    if not collection.articles:
        yield engine_of(settings)
        return
    with tempfile.TemporaryDirectory(prefix="docent-eval-", ignore_cleanup_errors=True) as folder:
        documents = Path(folder) / "documents"
        try:
            lay_out(collection.articles, documents)
        except OSError as error:
            raise QuestionsError(f"The articles cannot be written to {folder}: {reason(error)}.") from None
        here = replace(settings.documents, folder=documents)
        index = replace(settings.index, folder=f"{folder}/index", engine="local")
        engine = engine_of(replace(settings, documents=here, index=index))
        engine.build(progress=progress)
        yield engine
        engine.generation().close()  # some systems remove no file that is open


def work_file(
    settings: Settings, collection: Collection, engine_of: Callable[[Settings], Engine] = Engine
) -> Path:
    """Where the outcomes of questions are kept, named after all that they depend on.

    That is: the documents, the model, the settings, and the code that answers.
    """
    engine = engine_of(settings)
    asked = (
        [(article.source, article.text) for article in collection.articles]
        if collection.articles
        else [engine.store.folder.resolve().as_posix(), engine.generation().name]
    )
    values = {name: value for name, value in asdict(settings).items() if name not in _APART}
    bent = engine.calibration or calibration.read(engine.calibration_file)
    depends = [asked, engine.encoder.fingerprint, engine.readers.fingerprint, bent, values, code()]
    key = sha256(msgspec.json.encode(depends, order="deterministic")).hexdigest()[:16]
    return settings.state_folder() / "evaluations" / f"{key}.jsonl"


def code() -> str:
    """A digest of the program's own text: other code may answer otherwise."""
    digest = sha256()
    for package in (index, bot):
        for file in sorted(Path(package.__path__[0]).rglob("*")):
            if file.suffix in _CODE:
                digest.update(file.read_bytes())
    return digest.hexdigest()


class _Line(msgspec.Struct):
    question: str
    outcome: Outcome


class _Work:
    """The work file, held by one process: the outcomes it has, and those added."""

    def __init__(self, file: Path, *, fresh: bool) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self._path = file
        self._fresh = fresh

    def __enter__(self) -> "_Work":
        self._lock = filelock.FileLock(self._path.with_suffix(".lock"), timeout=0)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            self._file: IO[bytes] = self._path.open("a+b")
            os.utime(self._path)
            whole = 0 if self._fresh else self._read()
            self._file.truncate(whole)
            _prune(self._path.parent)
        except filelock.Timeout:
            raise StateError("The same questions are being asked by another `docent eval`.") from None
        except OSError as error:
            raise StateError(f"The outcomes cannot be kept in {self._path}: {reason(error)}.") from None
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._lock.release()

    def _read(self) -> int:
        """Read the outcomes; the result is where the last whole line ends, in bytes."""
        whole = 0
        self._file.seek(0)
        for data in self._file:
            try:
                line = msgspec.json.decode(data, type=_Line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                break  # a run was killed while it wrote
            if not data.endswith(b"\n"):
                break
            self.outcomes[line.question] = line.outcome
            whole += len(data)
        return whole

    def add(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome, at once."""
        try:
            self._file.write(msgspec.json.encode(_Line(key, outcome)) + b"\n")
            self._file.flush()
        except OSError as error:
            raise StateError(f"The outcomes cannot be kept in {self._path}: {reason(error)}.") from None
        self.outcomes[key] = outcome


def _prune(folder: Path) -> None:
    """Remove all work files but the newest."""
    files = sorted(folder.glob("*.jsonl"), key=lambda file: file.stat().st_mtime)
    for file in files[:-_KEPT]:
        file.unlink(missing_ok=True)
        file.with_suffix(".lock").unlink(missing_ok=True)
