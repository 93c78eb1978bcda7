"""Documents and questions that were written to learn from in, examples out, as Docent's own passages.

A file is of JSON Lines: ``file`` and ``text`` of a document, its ``language``, and what is asked about it:
``question`` and ``answers``, each an exact stretch of the text, none where it does not answer. Documents
``of`` a collection are asked together: what is most like a question and does not answer is taken of all of
them. A question is read beside passages with what they stand under (``index/units/woven.py``), and beside
single units of them, as members of lists are.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import msgspec

from bot.reader.examples import Example, Read, held_out
from bot.reader.trigrams import TrigramSimilarity
from index.documents import load
from index.encoder import Encoder
from index.records import Passage, Span, Unit
from index.units.divide import divide
from index.units.woven import Woven

FILE, COLLECTIONS = "written", "collections"  # what a mixture calls examples of single documents and of many
_SINGLE = 0.5  # of the questions are also read beside single units
_ELSEWHERE = 12  # passages of other collections that the likest is taken of, where all of its own answer
_NEAR = 4  # passages that do not answer, kept beside those that do
_MOST_TOKENS, _LEAST_TOKENS = 256, 32  # of a passage, as by default


class Ask(msgspec.Struct, frozen=True):
    """A question, and the stretches of the document that answer it."""

    question: str
    answers: tuple[str, ...]


class Written(msgspec.Struct, frozen=True):
    """A document, and what is asked about it."""

    file: str
    language: str
    text: str
    asks: tuple[Ask, ...]
    of: str = ""

    @property
    def collection(self) -> str:
        """What it is asked with, and held out with: other documents, or itself alone."""
        return self.of or self.file


def read(files: Sequence[Path]) -> list[Written]:
    """The documents of files.

    Raises:
        msgspec.DecodeError: a line is not as it should be.
    """
    lines = (line for file in files for line in file.read_bytes().splitlines() if line)
    return [msgspec.json.decode(line, type=Written) for line in lines]


def examples(
    documents: Sequence[Written], *, share: float, seed: int, encoder: Encoder | None = None
) -> list[Example]:
    """Each question beside passages of its collection, and maybe beside single units of its document.

    Args:
        documents: with their questions.
        share: of the collections that is held out; a document by itself is one.
        seed: of all that is drawn.
        encoder: by whose vectors wrong passages of collections are found too, not by letters alone.
    """
    draw = random.Random(seed)  # noqa: S311 - no secret
    collections: dict[str, list[Written]] = defaultdict(list)
    for document in documents:
        collections[document.collection].append(document)
    divided = {name: [_passages(document) for document in own] for name, own in collections.items()}
    every = [_woven(units) for of in divided.values() for passages in of for _, units in passages]
    found: list[Example] = []
    for name, own in collections.items():
        file = COLLECTIONS if own[0].of else FILE
        held = held_out(name, share, seed)
        by = encoder if own[0].of else None
        whole = _Texts([[_woven(units) for _, units in passages] for passages in divided[name]], by)
        for number, (document, passages) in enumerate(zip(own, divided[name], strict=True)):
            single = _Texts([[Woven([unit]) for _, units in passages for unit in units]])
            text = passages[0][0].document.text if passages else ""
            for ask in document.asks:
                spans = _found(text, ask.answers)
                if spans is None:
                    continue
                for reads in _reads(ask.question, spans, number, whole, single, every, draw):
                    found.append(Example(ask.question, file, name, held, reads, False, False))
    return draw.sample(found, len(found))


def _found(text: str, answers: Sequence[str]) -> list[Span] | None:
    """Where answers stand; None where one of them does not."""
    starts = [text.find(answer) for answer in answers]
    if -1 in starts:
        return None
    return [(start, start + len(answer)) for start, answer in zip(starts, answers, strict=True)]


def _reads(
    question: str,
    spans: Sequence[Span],
    document: int,
    whole: "_Texts",
    single: "_Texts",
    every: Sequence[Woven],
    draw: random.Random,
) -> Iterator[tuple[Read, ...]]:
    """Passages to read, then maybe single units; nothing where no unit holds the answers."""
    reads = whole.parted(question, spans, document)
    if bool(spans) != any(read.right for read in reads):
        return
    if all(read.right for read in reads):
        reads.append(_elsewhere(question, draw.sample(every, min(_ELSEWHERE, len(every)))))
    yield tuple(reads)
    if spans and draw.random() < _SINGLE:
        reads = single.parted(question, spans, 0)
        if {read.right for read in reads} == {True, False}:
            yield tuple(reads)


class _Texts:
    """What a question may be read beside, of one document after the other."""

    def __init__(self, texts: Sequence[Sequence[Woven]], encoder: Encoder | None = None) -> None:
        self._texts = [(number, one) for number, of in enumerate(texts) for one in of]
        self._similarity = TrigramSimilarity([one.text for _, one in self._texts])
        self._encoder = encoder
        self._vectors = encoder.encode([one.text for _, one in self._texts]) if encoder else None

    def _order(self, question: str) -> list[int]:
        """The numbers of the texts, those most like the question first: by letters and by meaning in turn."""
        by_letters = self._similarity.order(question)
        if self._encoder is None or self._vectors is None:
            return by_letters
        (vector,) = self._encoder.encode_questions([question])
        by_meaning = (-(self._vectors @ vector)).argsort(kind="stable").tolist()
        return list(dict.fromkeys(chain.from_iterable(zip(by_letters, by_meaning, strict=True))))

    def parted(self, question: str, spans: Sequence[Span], document: int) -> list[Read]:
        """Texts that hold one of the spans of a document, then those most like the question that do not."""
        right: list[Read] = []
        wrong: list[Read] = []
        for place in self._order(question):
            number, one = self._texts[place]
            inside = tuple(at for span in spans if number == document and (at := one.at(*span)))
            (right if inside else wrong).append(
                Read(one.text, 1.0 if inside else 0.5, bool(inside), True, inside)
            )
        return [*right, *wrong[: _NEAR if self._encoder is None else 2 * _NEAR]]


def _elsewhere(question: str, texts: Sequence[Woven]) -> Read:
    likest = TrigramSimilarity([one.text for one in texts]).order(question)[0]
    return Read(texts[likest].text, 0.5, False, False)


def _passages(document: Written) -> list[tuple[Passage, list[Unit]]]:
    """As an index has them; tokens are estimated by letters."""
    loaded = load(document.file, document.text.encode())[0]
    return divide(loaded, _tokens, max_tokens=_MOST_TOKENS, min_tokens=_LEAST_TOKENS)


def _tokens(text: str) -> int:
    wide = sum(letter >= "\u0900" for letter in text)
    return (len(text) - wide) // 4 + wide * 2 // 3


def _woven(units: Sequence[Unit]) -> Woven:
    return Woven(sorted(units, key=lambda unit: unit.start))
