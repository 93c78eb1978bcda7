"""Question files in, examples out, without an index: each paragraph beside the one most like it.

It serves all languages: likeness is that of letters in threes, and the wrong paragraph is of the same article
where it has others. What is read is a stretch of the paragraph, of whole sentences.
"""

import itertools
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bot.reader.examples import Example, Read, held_out

_LETTERS = 3  # that are compared together
_COMPARED = 12  # paragraphs of an article, drawn for each question
_SHORT, _LONG = 120, 520  # characters of a stretch, of scripts with an alphabet
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
                others += [draw.choice(articles)["paragraphs"][0]["context"] for _ in range(3)]
            for paragraph in own:
                for asked in paragraph["qas"]:
                    reads = _reads(asked, paragraph["context"], others, title, draw)
                    if reads:
                        found.append(Example(asked["question"], name, title, _plain(title) in kept, reads))
    return random.Random(seed).sample(found, len(found))  # noqa: S311 - no secret


def _plain(title: str) -> str:
    """So that an article has the same title in all files."""
    return title.replace("_", " ").lower()


def _reads(
    asked: dict[str, Any], text: str, others: Sequence[str], title: str, draw: random.Random
) -> tuple[Read, ...]:
    spans = sorted({(a["answer_start"], a["answer_start"] + len(a["text"])) for a in asked["answers"]})
    if any(end > len(text) for _, end in spans):
        return ()
    reads = []
    if spans:
        first = draw.choice(spans)
        start, end = stretch(text, first, draw)
        inside = tuple((a - start, b - start) for a, b in spans if start <= a and b <= end)
        reads.append(_titled(Read(text[start:end], 1.0, True, True, inside), title, draw))
    else:
        start, end = stretch(text, None, draw)
        reads.append(_titled(Read(text[start:end], 1.0, False, True), title, draw))
    answers = {text[start:end].casefold() for start, end in spans}
    wanted = threes(asked["question"])
    drawn = draw.sample(others, min(_COMPARED, len(others)))
    for other in sorted(drawn, key=lambda one: -len(wanted & threes(one))):
        if other != text and not any(answer in other.casefold() for answer in answers):
            start, end = stretch(other, None, draw)
            reads.append(_titled(Read(other[start:end], 0.5, False, True), title, draw))
            break
    return tuple(reads)


def threes(text: str) -> set[str]:
    """The letters of a text in threes, without case."""
    text = text.casefold()
    return {text[at : at + _LETTERS] for at in range(len(text) - _LETTERS + 1)}


def stretch(text: str, wanted: tuple[int, int] | None, draw: random.Random) -> tuple[int, int]:
    """Where a drawn stretch of a text starts and ends: of whole sentences, about what is wanted, if anything.

    It is longer than it was drawn where a sentence is.
    """
    dense = len(_DENSE.findall(text)) * 2 > len(text)
    room = round(draw.uniform(_SHORT, _LONG) / (_DENSER if dense else 1))
    borders = [0, *(place.end() for place in _SENTENCE.finditer(text)), len(text)]
    sentences = [(a, b) for a, b in itertools.pairwise(borders) if a < b]
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
