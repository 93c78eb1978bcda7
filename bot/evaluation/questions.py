"""Question files in, questions to ask out, each knowing what would be a right quote.

Two formats, told apart by the file's name. ``.json`` is that of SQuAD 1.1 and 2.0
(https://rajpurkar.github.io/SQuAD-explorer/), which brings its own documents: articles, written as text
files with a blank line between paragraphs. All else is JSON Lines, asked of the index at hand; the export
of ``docent feedback`` is of this kind. This module asks nothing and indexes nothing.
"""

import random
import re
import string
from collections import Counter
from collections.abc import Collection as Collection_
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import msgspec

from index.errors import QuestionsError
from index.records import Passage

Kind = Literal["fact", "list", "unanswerable", "foreign"]
"""One evidence suffices; all are wanted; the documents do not say; they are about other things."""

TO_REVIEW = "to be reviewed"
NO_ANSWER = "neither answered nor marked as impossible"
NOT_FOREIGN = "not foreign: its article is indexed"
LEARNED = "about articles that the reader learned from"

_QUOTES = str.maketrans("‘’‚‛“”„‟", "''''\"\"\"\"")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_BLANK_LINES = re.compile(r"\n\s*\n")
_BYTE = re.compile(r"\(byte (\d+)\)")  # where msgspec names the place of an error
_BOM = b"\xef\xbb\xbf"
_LONGEST_NAME = 100  # characters of a file's name, which systems bound


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a document; offsets as in ``index.records``."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its accepted answers.

    ``place`` is the paragraph that it was written for. Where there is none, the evidence may stand in any
    document, and texts are compared after ``plain_quotes``. ``spans`` are the start and end of the answers
    as people marked them in that paragraph's document.
    """

    text: str
    kind: Kind
    evidence: tuple[str, ...] = ()
    place: Place | None = None
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        return self.kind in ("fact", "list")

    @property
    def key(self) -> str:
        """Names the question and all that it is judged by."""
        return sha256(msgspec.json.encode(self)).hexdigest()[:16]

    def overlap(self, text: str) -> float:
        """F1 of the words of a text and those of the accepted answer that is most like it, in [0, 1].

        As SQuAD's own evaluation has it: case, punctuation and articles do not count (Rajpurkar et al.,
        "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016).
        """
        found, best = _words(text), 0.0
        for right in map(_words, self.evidence):
            common = (found & right).total()
            best = max(best, 2 * common / (found.total() + right.total()) if common else 0.0)
        return best

    def answered_by(self, passage: Passage) -> bool:
        """Whether the passage is a right one: (part of) the paragraph, or else one with an evidence."""
        if self.place is None:
            text = plain_quotes(passage.text)
            return any(_within(text, plain_quotes(evidence)) for evidence in self.evidence)
        overlaps = passage.start < self.place.end and self.place.start < passage.end
        return passage.document.source == self.place.source and overlaps

    def given_by(self, quote: str, passage: Passage) -> tuple[int, ...]:
        """Which of the accepted answers, counted from 0, a quote of this passage gives.

        Of a question with a place the quote has to be of the right passage and to hold the answer; of one
        without, the evidence may also hold the quote.
        """
        if self.place is None:
            text = plain_quotes(quote)
            return tuple(n for n, e in enumerate(self.evidence) if _within(text, plain_quotes(e)))
        if not self.answered_by(passage):
            return ()
        return tuple(n for n, evidence in enumerate(self.evidence) if evidence in quote)


def plain_quotes(text: str) -> str:
    """With straight quotation marks, and every run of white space as one space."""
    return " ".join(text.translate(_QUOTES).split())


def _words(text: str) -> Counter[str]:
    """Its words, as SQuAD's evaluation compares them."""
    bare = text.lower().translate(_NO_PUNCTUATION)
    return Counter(word for word in bare.split() if word not in ("a", "an", "the"))


def _within(one: str, other: str) -> bool:
    return one in other or other in one


@dataclass(frozen=True, slots=True)
class Article:
    """A text file to be, and the questions about it."""

    source: str
    title: str
    text: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """Questions, and the articles to ask; where there are none, the index at hand is asked.

    ``skipped`` counts the questions left out, by reason.
    """

    questions: tuple[Question, ...]
    articles: tuple[Article, ...]
    skipped: Mapping[str, int]

    def sample(self, limit: int | None, seed: int) -> "Collection":
        """At most ``limit`` questions, and as many foreign ones, drawn by the seed, in their order.

        A greater limit with the same seed adds questions and drops none.
        """
        if limit is None:
            return self
        chosen = set()
        for foreign in (False, True):
            numbers = [n for n, q in enumerate(self.questions) if (q.kind == "foreign") == foreign]
            random.Random(seed).shuffle(numbers)  # noqa: S311 - a sample, no secret
            chosen.update(numbers[:limit])
        return replace(self, questions=tuple(self.questions[number] for number in sorted(chosen)))


def read(
    files: Sequence[Path], foreign: Sequence[Path] = (), learned: Collection_[str] = frozenset()
) -> Collection:
    """Read question files.

    Args:
        files: all of SQuAD's format, or none.
        foreign: files of either format whose questions the documents do not answer. Left out are those
            about an article of ``files``.
        learned: titles of articles that are indexed but not asked about, since the reader knows them.

    Raises:
        QuestionsError: a file cannot be read or holds something else, formats are mixed, or there is
            nothing to ask.
    """
    files = list(dict.fromkeys(files))
    squad = [file for file in files if _is_squad(file)]
    if squad and len(squad) < len(files):
        raise QuestionsError(
            f"{squad[0]} brings its own documents, the questions of the other files are asked of the index "
            "at hand. Give one kind at a time."
        )
    skipped: Counter[str] = Counter()
    articles = read_squad(files, skipped) if squad else []
    own = _asked(articles, learned, skipped)
    for file in [] if squad else files:
        own += read_lines(file, skipped)
    others = [
        question for file in dict.fromkeys(foreign) for question in _foreign(file, articles, learned, skipped)
    ]
    if not own and not others:
        reasons = "".join(f", {count} {reason}" for reason, count in skipped.items())
        raise QuestionsError(f"There is no question to ask in {', '.join(map(str, files))}{reasons}.")
    return Collection((*own, *others), tuple(articles), skipped)


def _is_squad(file: Path) -> bool:
    return file.suffix.lower() == ".json"


def _asked(articles: Iterable[Article], learned: Collection_[str], skipped: Counter[str]) -> list[Question]:
    """The questions of articles, but for those that the reader learned from."""
    questions: list[Question] = []
    for article in articles:
        if article.title in learned:
            skipped[LEARNED] += len(article.questions)
        else:
            questions += article.questions
    return questions


def _foreign(
    file: Path, articles: Iterable[Article], learned: Collection_[str], skipped: Counter[str]
) -> list[Question]:
    """The questions of a file as foreign ones, but for those about an article that is indexed."""
    if not _is_squad(file):
        return [Question(question.text, "foreign") for question in read_lines(file, skipped)]
    titles = {article.title for article in articles}
    paragraphs = {paragraph for article in articles for paragraph in article.text.split("\n\n")} - {""}
    away = []
    for article in read_squad([file], skipped):
        if article.title in titles or not paragraphs.isdisjoint(article.text.split("\n\n")):
            skipped[NOT_FOREIGN] += len(article.questions)
        else:
            away.append(article)
    return [Question(question.text, "foreign") for question in _asked(away, learned, skipped)]


# -------------------------------------------------------------------------------------- JSON Lines


class _Line(msgspec.Struct):
    """A line of JSON Lines; other keys, as the feedback export has them, are let be."""

    question: str
    kind: Literal["fact", "list", "unanswerable", "review"]
    evidence: list[str] = []
    searched_for: str = ""


def read_lines(file: Path, skipped: Counter[str]) -> list[Question]:
    """The questions of a file of JSON Lines.

    Args:
        file: one object a line with the keys question, kind and evidence; empty lines are let be.
        skipped: where questions that are left out are counted, by reason.

    Raises:
        QuestionsError: the file cannot be read, or a line is something else.
    """
    questions = []
    for number, data in enumerate(_bytes(file).splitlines(), 1):
        if data.strip():
            try:
                question = _question(msgspec.json.decode(data, type=_Line))
            except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
                raise QuestionsError(f"{file}, line {number}: {_reason(error)}") from None
            if question is None:
                skipped[TO_REVIEW] += 1
            else:
                questions.append(question)
    return questions


def _question(row: _Line) -> Question | None:
    text = (row.searched_for or row.question).strip()  # a follow-up says nothing without its conversation
    if not text:
        raise ValueError("the question is empty")
    if row.kind == "review":
        return None
    evidence = tuple(dict.fromkeys(text for text in row.evidence if text.strip()))
    if bool(evidence) == (row.kind == "unanswerable"):
        raise ValueError(f'of kind "{row.kind}", and with{"" if evidence else "out"} evidence')
    return Question(text, row.kind, evidence)


# ------------------------------------------------------------------------------------------- SQuAD


class _Answer(msgspec.Struct):
    text: str
    answer_start: int = 0


class _Asked(msgspec.Struct):
    question: str
    answers: list[_Answer] = []
    is_impossible: bool = False


class _Paragraph(msgspec.Struct):
    context: str
    qas: list[_Asked]


class _Titled(msgspec.Struct):
    paragraphs: list[_Paragraph]
    title: str = ""


class _Squad(msgspec.Struct):
    data: list[_Titled]


def read_squad(files: Iterable[Path], skipped: Counter[str] | None = None) -> list[Article]:
    """The articles of SQuAD-format files; articles of the same text become one.

    Args:
        files: whose names tell the articles' sources.
        skipped: where questions that are left out are counted, by reason.

    Raises:
        QuestionsError: a file cannot be read or is something else.
    """
    skipped = Counter() if skipped is None else skipped
    articles: dict[str, Article] = {}
    stems: Counter[str] = Counter()
    for file in files:
        stem = _name(file.stem)
        stems[stem] += 1
        folder = stem if stems[stem] == 1 else f"{stem}_{stems[stem]}"
        for number, raw in enumerate(_squad(file).data):
            source = f"{folder}-{number}/{_name(raw.title or f'{stem}_{number}')}.txt"
            new = _article(source, raw, skipped)
            if (known := articles.get(new.text)) is not None:
                moved = [
                    replace(question, place=question.place and replace(question.place, source=known.source))
                    for question in new.questions
                ]
                new = replace(known, questions=tuple(dict.fromkeys([*known.questions, *moved])))
            articles[new.text] = new
    return list(articles.values())


def _squad(file: Path) -> _Squad:
    data = _bytes(file)
    try:
        return msgspec.json.decode(data, type=_Squad)
    except msgspec.ValidationError as error:
        hint = " Is it JSON Lines? Then its name has to end in .jsonl."
        raise QuestionsError(f"{file} is not in SQuAD's format: {_reason(error)}.{hint}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        place = _BYTE.search(str(error))
        line = data.count(b"\n", 0, int(place[1]) if place else len(data)) + 1
        hint = " JSON Lines have to be in a file whose name ends in .jsonl."
        raise QuestionsError(f"{file}, line {line}: {_reason(error)}.{hint}") from None


def _article(source: str, raw: _Titled, skipped: Counter[str]) -> Article:
    text, questions = "", []
    for paragraph in raw.paragraphs:
        context = _BLANK_LINES.sub("\n", paragraph.context.strip())  # a blank line would begin another
        start, text = len(text), text + context + "\n\n"
        place = Place(source, start, start + len(context))
        for asked in paragraph.qas:
            answers = tuple(dict.fromkeys(answer.text.strip() for answer in asked.answers))
            answers = tuple(filter(None, answers))
            if asked.is_impossible:  # its answers, where it has some, are only plausible ones
                questions.append(Question(asked.question.strip(), "unanswerable", place=place))
            elif answers:
                marked = sorted({span for answer in asked.answers for span in _find(answer, context)})
                spans = tuple((start + begin, start + end) for begin, end in marked)
                questions.append(Question(asked.question.strip(), "fact", answers, place, spans))
            else:
                skipped[NO_ANSWER] += 1
    return Article(source, raw.title, text, tuple(questions))


def _find(answer: _Answer, context: str) -> list[tuple[int, int]]:
    """Where an answer stands in the text: of several places, the nearest to the one that was marked."""
    text = answer.text.strip()
    places = [match.start() for match in re.finditer(re.escape(text), context)] if text else []
    nearest = sorted(places, key=lambda place: abs(place - answer.answer_start))[:1]
    return [(place, place + len(text)) for place in nearest]


def _name(text: str) -> str:
    """Text as a part of a path; a leading dot would hide the file."""
    return re.sub(r"[^\w.-]+", "_", text).lstrip(".")[:_LONGEST_NAME] or "untitled"


def lay_out(articles: Iterable[Article], folder: Path) -> None:
    """Write the articles below a folder."""
    for article in articles:
        path = folder / article.source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article.text, encoding="utf-8", newline="")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes().removeprefix(_BOM)
    except OSError as error:
        raise QuestionsError(f"The questions {file} cannot be read: {error.strerror or error}.") from None


def _reason(error: Any) -> str:
    """What msgspec has to say, without the full stop."""
    text = str(error)
    return (text[:1].lower() + text[1:]).rstrip(".") if not text.startswith("JSON") else text.rstrip(".")
