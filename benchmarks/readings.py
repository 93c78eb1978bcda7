"""Questions in, what speaks for each unit that was found out: what benchmarks/fitting.py fits numbers to.

Four kinds of files are asked: SQuAD's format brings its documents; JSON Lines are asked of a folder beside
them (``questions.jsonl`` beside ``docs/``); cases (``tests/quality/cases-*.jsonl``) are small folders of
their own; written documents (``bot/reader/written.py``) that the reader did not learn from are asked about
in their collections, or in small folders, one of each file.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from benchmarks import squad
from bot.answering.profile import profile_of
from bot.answering.scoring import Woven, by_passage, share_of, woven
from bot.evaluation.questions import Question, lay_out, plain_quotes, read, read_squad
from bot.reader import written
from bot.reader.examples import held_out
from bot.reader.readers import BOTH, learned_by, readers_of
from bot.reader.written import Ask, Written
from bot.settings import load
from index.building.build import build
from index.engines.local.store import Store
from index.errors import DocumentsError
from index.search.searcher import Searcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.evaluation.questions import Article
    from bot.reader.reading import Reader
    from bot.settings import Settings
    from index.engines.local.generation import Generation
    from index.records import Hit, Unit

NUMBER = re.compile(r"\b[1-9]\d*\b")
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}")
NAMES = ("Osvaldo", "Brandt", "Kirsi", "Tamworth", "Yusupov", "Mirabel", "Ngata", "Falster")
MARKUP = re.compile(r"\*\*|[`_]|\[(?=[^\]]*\]\()|\]\([^)]*\)|^\s*[-*|]\s+|\s*\|\s*$")


class Row(msgspec.Struct):
    """A question, and of each unit of the best passages: what speaks for it, and whether it is right.

    ``kind`` is "squad", "languages", "natural", "cases", "collections", "written", or of questions that
    nothing answers "foreign", "seeming" (written to look answerable), "twisted", or one of these with
    "nothing" behind it. ``group`` names what has to be in one fold. ``units`` has the columns features, the
    reader's answers, share, number of the passage as retrieval ranks it, whether the passage is right,
    whether the unit is.
    """

    kind: str
    group: str
    question: str
    units: list[tuple[float, ...]]


def reader_of(settings: Settings) -> Reader:
    """The reader whose readings are looked at: that of all languages, or of English, where both are named.

    Raises:
        SystemExit: there is none.
    """
    readers = readers_of(settings)
    reader = readers.english if settings.reader.model == BOTH else readers.usual
    if reader is None:
        raise SystemExit("There is no reader: set reader.model.")
    return reader


class Asker:
    """Indexes folders and asks them."""

    def __init__(self) -> None:
        settings = load(environment=os.environ)
        self.reader = reader_of(settings)
        self.encoder = squad.remembering()
        self.learned = learned_by(settings)
        self.most = settings.reader.passages
        usual = readers_of(settings).usual or self.reader  # by whose profile an engine searches
        self.weights = profile_of(usual.name, self.encoder.name).evidence

    def ask(
        self, kind: str, group: str, folder: Path, questions: Sequence[Question], twists: int = 0
    ) -> Iterator[Row]:
        """Ask a folder of documents; so many questions also with another number or name, which nothing
        answers.
        """
        with tempfile.TemporaryDirectory() as place:
            settings = load(flags={"documents.folder": str(folder), "index.folder": f"{place}/index"})
            try:
                build(settings, self.encoder)
            except DocumentsError:
                return
            generation = Store(settings.index_folder()).current()
            searcher = Searcher(generation, self.encoder, settings, self.weights)
            for question in questions:
                of = question.place.source if question.place and kind == "squad" else group
                if kind == "languages" and question.place:  # the same articles in each
                    of = question.place.source.rpartition("/")[2]
                said = kind if question.answerable or kind in ("foreign", "seeming") else f"{kind} nothing"
                if units := list(self._units(searcher.search(question.text), question)):
                    yield Row(said, of, question.text, units)
                if (
                    twists
                    and question.answerable
                    and (text := twisted(question.text, self._texts(generation)))
                ):
                    twists -= 1
                    other = Question(text, "unanswerable")
                    yield Row("twisted", of, text, list(self._units(searcher.search(text), other)))

    @staticmethod
    def _texts(generation: Generation) -> str:
        return "\n".join(generation.document(entry.source).text for entry in generation.entries())

    def _units(self, hits: Sequence[Hit], question: Question) -> Iterator[tuple[float, ...]]:
        best = list(by_passage(hits).values())[: self.most]
        texts: list[Woven] = [woven(group) for group in best]
        readings = self.reader.read(question.text, [text.text for text in texts])
        for number, (group, text, reading) in enumerate(zip(best, texts, readings, strict=True)):
            for hit in group:
                right = question.answerable and question.answered_by(hit.unit.passage)
                yield (
                    *structs.astuple(hit.features),
                    reading.answers,
                    share_of(hit, text, reading),
                    number,
                    float(right),
                    float(question.answerable and gives(question, hit.unit)),
                )


def twisted(question: str, texts: str) -> str | None:
    """The question with another number or name in it, which stands in no document; None where it has neither.

    This is how people ask for a year or an invoice that is not there.
    """
    if found := NUMBER.search(question):
        start, end = found.span()
        tried = range(int(found[0]) + 1, int(found[0]) + 500)
        other = next((str(number) for number in tried if not re.search(rf"\b{number}\b", texts)), None)
    elif found := NAME.search(question):
        start, end = found.span()
        other = next((name for name in NAMES if name not in texts), None)
    else:
        return None
    return f"{question[:start]}{other}{question[end:]}" if other else None


def gives(question: Question, unit: Unit) -> bool:
    """Whether a unit answers, by its words with their markup or without."""
    if question.place is not None:
        return bool(question.given_by(unit.text, unit.passage))
    bare = {plain_quotes(MARKUP.sub("", evidence)) for evidence in question.evidence}
    shown = plain_quotes(unit.shown)
    return bool(question.given_by(unit.text, unit.passage)) or any(
        evidence in shown or shown in evidence for evidence in bare if evidence
    )


def from_squad(asker: Asker, files: Sequence[Path], count: int) -> Iterator[Row]:
    """Questions of articles that the reader never saw: of all articles, and of those that it learned from."""
    articles = read_squad(files)
    questions = sample(asker, articles, "fact", count)
    yield from _of_articles(asker, "squad", articles, questions, twists=count // 6)
    known = [article for article in articles if article.title in asker.learned]
    foreign = [Question(question.text, "unanswerable") for question in questions[::5]]
    yield from _of_articles(asker, "foreign", known, foreign)


def from_languages(asker: Asker, files: Sequence[Path], count: int) -> Iterator[Row]:
    """So many questions of each file, asked of its own articles."""
    for file in files:
        articles = read_squad([file])
        questions = sample(asker, articles, "fact", count)
        yield from _of_articles(asker, "languages", articles, questions, twists=count // 6)


def from_squad2(asker: Asker, files: Sequence[Path], count: int) -> Iterator[Row]:
    """Questions written to look answerable, about articles that the reader never saw."""
    articles = read_squad(files)
    yield from _of_articles(asker, "seeming", articles, sample(asker, articles, "unanswerable", count))


def sample(asker: Asker, articles: Sequence[Article], kind: str, count: int) -> list[Question]:
    """Questions of articles that the reader never saw, drawn by a fixed seed."""
    unseen = [article for article in articles if article.title not in asker.learned]
    found = [question for article in unseen for question in article.questions if question.kind == kind]
    return random.Random(1).sample(found, min(count, len(found)))


def _of_articles(
    asker: Asker, kind: str, articles: Sequence[Article], questions: Sequence[Question], twists: int = 0
) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        lay_out(articles, Path(folder))
        yield from asker.ask(kind, kind, Path(folder), questions, twists)


def from_folder(asker: Asker, file: Path) -> Iterator[Row]:
    """The questions of a file about the folder ``docs`` beside it; lists are left out."""
    questions = [question for question in read([file]).questions if question.kind != "list"]
    yield from asker.ask("natural", file.parent.name.split("-")[0], file.parent / "docs", questions, 99)


def from_cases(asker: Asker, file: Path) -> Iterator[Row]:
    """The questions of small folders; those that want something else than one quote are left out."""
    for line in file.read_bytes().splitlines():
        case = msgspec.json.decode(line)
        questions = []
        for asked in case["asks"]:
            if evidence := asked.get("first") or asked.get("any"):
                questions.append(Question(asked["question"], "fact", tuple(evidence)))
            elif asked.get("found") is False:
                questions.append(Question(asked["question"], "unanswerable"))
        with tempfile.TemporaryDirectory() as folder:
            for name, text in case["files"].items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(bytes.fromhex(text["hex"]) if isinstance(text, dict) else text.encode())
            yield from asker.ask("cases", case["name"], Path(folder), questions, 99)


def from_written(asker: Asker, files: Sequence[Path], share: float, seed: int) -> Iterator[Row]:
    """Questions about written documents, that share of them which the reader did not learn from."""
    for number, (kind, folder, asks) in enumerate(beside(files, share, seed)):
        questions = [
            Question(ask.question, "fact" if ask.answers else "unanswerable", ask.answers) for ask in asks
        ]
        yield from asker.ask(kind, f"{kind} {number}", folder, questions, twists=len(questions) // 8)


def beside(files: Sequence[Path], share: float, seed: int) -> Iterator[tuple[str, Path, list[Ask]]]:
    """Folders of held-out documents, and what is asked about them: "collections", then small folders.

    In those, called "written", each document is beside one of every other file, which is of other subjects.
    """
    kept = [[one for one in written.read([file]) if held_out(one.collection, share, seed)] for file in files]
    whole: dict[str, list[Written]] = defaultdict(list)
    for document in itertools.chain.from_iterable(kept):
        if document.of:
            whole[document.of].append(document)
    alone = [[document for document in documents if not document.of] for documents in kept]
    small = [list(filter(None, together)) for together in itertools.zip_longest(*filter(None, alone))]
    for kind, folders in (("collections", list(whole.values())), ("written", small)):
        for documents in folders:
            with tempfile.TemporaryDirectory() as folder:
                for place, document in enumerate(documents):
                    path = Path(folder) / document.file
                    path = path if not path.exists() else path.with_stem(f"{path.stem}-{place}")
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(document.text, encoding="utf-8")
                yield kind, Path(folder), [ask for document in documents for ask in document.asks]
