"""Question files in, examples out, without an index: each paragraph beside those most like the question.

It serves all languages: similarity is that of letter trigrams, and the wrong paragraphs are of the same
article where it has others. What is read is a stretch of the paragraph, of whole sentences.
"""

import itertools
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bot.reader.examples import Example, Read, held_out
from bot.reader.trigrams import TrigramSimilarity
from index.records import Span

_WRONG = 4  # paragraphs that do not answer, kept beside the one asked about
_ELSEWHERE = 8  # paragraphs of other articles that these are taken of, where an article has no other
_LIKEST = 0.5  # of the wrong stretches are about their sentence most like the question
_SHORT, _LONG = 120, 900  # characters of a stretch, of scripts with an alphabet
_DENSE = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DENSER = 2.6  # so many times fewer characters say the same in scripts without one
_SENTENCE = re.compile(r"[.!?。！？؟।]+[\"'”’)\]]*\s*|\n+")
_TITLED = (
    0.2  # of the stretches have the article's title on a line before them, as passages under headings do
)


def examples(files: Sequence[Path], homes: set[str], *, share: float, seed: int) -> list[Example]:
    """Questions of SQuAD-format files beside their own paragraph and one like it.

    Args:
        files: to read.
        homes: names of those, a share of whose articles is held out, in whichever file these are.
        share: of the articles.
        seed: of all that is drawn.
    """
    read = {file.name: msgspec.json.decode(file.read_bytes(), type=dict[str, Any])["data"] for file in files}
    kept = {
        _plain(article["title"])
        for name in homes & read.keys()
        for article in read[name]
        if held_out(article["title"], share, seed)
    }
    found: list[Example] = []
    for name, articles in read.items():
        paragraphs: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for article in articles:
            paragraphs[article.get("title", "")] += article["paragraphs"]
        for title, own in paragraphs.items():
            draw = random.Random(f"{seed} {name} {title}")  # noqa: S311 - no secret
            others = [one["context"] for one in own]
            if len(others) == 1:
                others += [draw.choice(articles)["paragraphs"][0]["context"] for _ in range(_ELSEWHERE)]
            near = Near(others)
            for paragraph in own:
                for asked in paragraph["qas"]:
                    reads = _reads(asked, paragraph["context"], near, title, draw)
                    if reads:
                        found.append(Example(asked["question"], name, title, _plain(title) in kept, reads))
    return random.Random(seed).sample(found, len(found))  # noqa: S311 - no secret


def _plain(title: str) -> str:
    """So that an article has the same title in all files."""
    return title.replace("_", " ").lower()


class Near:
    """Paragraphs of an article, to be read as what does not answer."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._similarity = TrigramSimilarity(texts)

    def of(self, question: str, draw: random.Random) -> Iterator[tuple[str, Span | None]]:
        """Each paragraph, those most like the question first, and the sentence that a stretch is about."""
        for number in self._similarity.order(question):
            yield self._texts[number], self._likest(number, question) if draw.random() < _LIKEST else None

    def _likest(self, number: int, question: str) -> Span | None:
        text = self._texts[number]
        spans = _sentences(text)
        order = TrigramSimilarity([text[start:end] for start, end in spans]).order(question)
        return spans[order[0]] if spans else None


def _reads(asked: dict[str, Any], text: str, near: Near, title: str, draw: random.Random) -> tuple[Read, ...]:
    spans = sorted({(a["answer_start"], a["answer_start"] + len(a["text"])) for a in asked["answers"]})
    if any(end > len(text) for _, end in spans):
        return ()
    first = draw.choice(spans) if spans else None
    start, end = stretch(text, first, draw)
    inside = tuple((a - start, b - start) for a, b in spans if start <= a and b <= end)
    reads = [_titled(Read(text[start:end], 1.0, bool(spans), True, inside), title, draw)]
    answers = {text[start:end].casefold() for start, end in spans}
    for other, about in near.of(asked["question"], draw):
        if other != text and not any(answer in other.casefold() for answer in answers):
            start, end = stretch(other, about, draw)
            reads.append(_titled(Read(other[start:end], 0.5, False, True), title, draw))
            if len(reads) > _WRONG:
                break
    return tuple(reads)


def _sentences(text: str) -> list[Span]:
    borders = [0, *(place.end() for place in _SENTENCE.finditer(text)), len(text)]
    return [(a, b) for a, b in itertools.pairwise(borders) if a < b]


def stretch(text: str, wanted: Span | None, draw: random.Random) -> tuple[int, int]:
    """Where a drawn stretch of a text starts and ends: of whole sentences, about what is wanted, if anything.

    It is longer than it was drawn where a sentence is.
    """
    dense = len(_DENSE.findall(text)) * 2 > len(text)
    room = round(draw.uniform(_SHORT, _LONG) / (_DENSER if dense else 1))
    sentences = _sentences(text)
    if not sentences:
        return 0, len(text)
    if wanted is None:
        first = last = draw.randrange(len(sentences))
    else:
        first = max(n for n, (a, _) in enumerate(sentences) if a <= wanted[0])
        last = min(n for n, (_, b) in enumerate(sentences) if b >= wanted[1])
    while (first > 0 or last < len(sentences) - 1) and sentences[last][1] - sentences[first][0] < room:
        if first > 0 and (last == len(sentences) - 1 or draw.random() < 0.5):
            first -= 1
        else:
            last += 1
    start, end = sentences[first][0], sentences[last][1]
    return start, start + len(text[start:end].rstrip())


def _titled(read: Read, title: str, draw: random.Random) -> Read:
    if draw.random() >= _TITLED or not title or any(letter.isdigit() for letter in title):
        return read
    before = title.replace("_", " ") + "\n"
    spans = tuple((start + len(before), end + len(before)) for start, end in read.spans)
    return Read(before + read.text, read.score, read.right, read.home, spans)
