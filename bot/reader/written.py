"""Documents and questions that were written to learn from in, examples out, as Docent's own passages.

A file is of JSON Lines: ``file`` and ``text`` of a document, its ``language``, and what is asked about it:
``question`` and ``answers``, each an exact stretch of the text, none where it does not answer. A question is
read beside passages with what they stand under (``index/units/woven.py``), and beside single units of them,
as members of lists are.
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bot.reader.examples import Example, Read, held_out
from bot.reader.paragraphs import threes
from index.documents import load
from index.records import Passage, Span, Unit
from index.units.divide import divide
from index.units.woven import Woven

FILE = "written"
_SINGLE = 0.5  # of the questions are also read beside single units
_ELSEWHERE = 12  # passages of other documents that the likest is taken of, where there are no more of its own
_NEAR = 3  # passages that do not answer, kept beside those that do
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


def read(files: Sequence[Path]) -> list[Written]:
    """The documents of files.

    Raises:
        msgspec.DecodeError: a line is not as it should be.
    """
    lines = (line for file in files for line in file.read_bytes().splitlines() if line)
    return [msgspec.json.decode(line, type=Written) for line in lines]


def examples(documents: Sequence[Written], *, share: float, seed: int) -> list[Example]:
    """Each question beside passages of its document, and maybe beside single units.

    Args:
        documents: with their questions.
        share: of the documents that is held out.
        seed: of all that is drawn.
    """
    draw = random.Random(seed)  # noqa: S311 - no secret
    divided = [_passages(document) for document in documents]
    every = [_woven(units) for passages in divided for _, units in passages]
    found: list[Example] = []
    for document, passages in zip(documents, divided, strict=True):
        held = held_out(document.file, share, seed)
        text = passages[0][0].document.text if passages else ""
        for ask in document.asks:
            spans = [(at, at + len(answer)) for answer in ask.answers if (at := text.find(answer)) >= 0]
            if len(spans) < len(ask.answers):
                continue
            others = draw.sample(every, min(_ELSEWHERE, len(every)))
            for reads in _reads(ask.question, passages, spans, others, draw):
                found.append(Example(ask.question, FILE, document.file, held, reads, False, False))
    return draw.sample(found, len(found))


def _passages(document: Written) -> list[tuple[Passage, list[Unit]]]:
    """As an index has them; tokens are estimated by letters."""
    loaded = load(document.file, document.text.encode())[0]
    return divide(loaded, _tokens, max_tokens=_MOST_TOKENS, min_tokens=_LEAST_TOKENS)


def _tokens(text: str) -> int:
    wide = sum(letter >= "\u0900" for letter in text)
    return (len(text) - wide) // 4 + wide * 2 // 3


def _woven(units: Sequence[Unit]) -> Woven:
    return Woven(sorted(units, key=lambda unit: unit.start))


def _reads(
    question: str,
    passages: Sequence[tuple[Passage, list[Unit]]],
    spans: Sequence[Span],
    others: Sequence[Woven],
    draw: random.Random,
) -> Iterator[tuple[Read, ...]]:
    """Passages to read, then maybe single units; nothing where no unit holds the answers."""
    wanted = threes(question)
    whole = _parted([_woven(units) for _, units in passages], spans, wanted)
    if bool(spans) != any(read.right for read in whole):
        return
    if all(read.right for read in whole):
        likest = max(others, key=lambda one: len(wanted & threes(one.text)))
        whole.append(Read(likest.text, 0.5, False, False))
    yield tuple(whole)
    if spans and draw.random() < _SINGLE:
        single = _parted([Woven([unit]) for _, units in passages for unit in units], spans, wanted)
        if any(read.right for read in single) and any(not read.right for read in single):
            yield tuple(single)


def _parted(texts: Sequence[Woven], spans: Sequence[Span], wanted: set[str]) -> list[Read]:
    """Texts that answer, then those most like the question that do not."""
    right: list[Read] = []
    wrong: list[Read] = []
    for one in texts:
        inside = tuple(place for span in spans if (place := one.at(*span)))
        (right if inside else wrong).append(
            Read(one.text, 1.0 if inside else 0.5, bool(inside), True, inside)
        )
    return [*right, *sorted(wrong, key=lambda read: -len(wanted & threes(read.text)))[:_NEAR]]
