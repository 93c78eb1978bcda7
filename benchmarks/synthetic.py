"""Text and vectors of any size, for benchmarks whose cost must not be that of encoding.

A sentence is made of the first half of one of a file's sentences and the second half of another, joined by
a dash. Five make a paragraph, ten paragraphs a document, whose first halves are all of one article. The words
are those of the file however many sentences there are, so each is in more passages than in real text.

A sentence's vector is the unit vector of the sum of the vectors of its halves, which the encoder of the
settings made, and of noise that depends on the text alone. So the vectors lie where real ones do, and
questions are encoded as always.
"""

from __future__ import annotations

import os
import random
import re
import signal
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bot.evaluation.questions import Article
    from index.encoder import Encoder, Vectors

JOINT = " – "
PER_PARAGRAPH, PARAGRAPHS = 5, 10
PER_DOCUMENT = PER_PARAGRAPH * PARAGRAPHS
NOISE = 0.5  # length of the noise beside two vectors of length 1
_NOISES = 4096  # vectors of noise, of which each text gets two

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_PLAIN = re.compile(r"[A-Z][^.!?–\n]+ [a-z]{4,}\.")  # one full stop, at which every splitter cuts
_FEWEST_WORDS = 8


def halves(articles: Iterable[Article]) -> list[list[tuple[str, str]]]:
    """The halves of the plain sentences of each article."""
    found = []
    for article in articles:
        rows = []
        for sentence in _SENTENCE.split(article.text):
            words = sentence.split()
            if len(words) >= _FEWEST_WORDS and _PLAIN.fullmatch(sentence):
                middle = len(words) // 2
                rows.append((" ".join(words[:middle]), " ".join(words[middle:])))
        if rows:
            found.append(rows)
    return found


def documents(articles: list[list[tuple[str, str]]], sentences: int) -> Iterator[list[str]]:
    """The sentences of each document, so many together, the same ones each time."""
    drawn = random.Random(0)
    ends = [second for article in articles for _, second in article]
    for start in range(0, sentences, PER_DOCUMENT):
        article = drawn.choice(articles)
        left = min(PER_DOCUMENT, sentences - start)
        yield [f"{drawn.choice(article)[0]}{JOINT}{drawn.choice(ends)}" for _ in range(left)]


def write(articles: list[list[tuple[str, str]]], folder: Path, sentences: int) -> None:
    """Write documents of so many sentences below a folder."""
    for number, lines in enumerate(documents(articles, sentences)):
        starts = range(0, len(lines), PER_PARAGRAPH)
        file = folder / f"{number // 1000:03}" / f"{number:06}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        paragraphs = (" ".join(lines[start : start + PER_PARAGRAPH]) for start in starts)
        file.write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


class Recombining:
    """The encoder of the settings, but for the vectors of documents, which are put together.

    Args:
        real: the encoder of the settings.
        articles: the halves that the documents were made of.
        file: where the vectors of the halves are kept; made if it is not there.
        killed_after: so many texts, after which the process kills itself.
    """

    def __init__(
        self,
        real: Encoder,
        articles: list[list[tuple[str, str]]],
        file: Path,
        killed_after: int | None = None,
    ) -> None:
        self.real = real
        self.encoded = 0
        """Texts encoded so far."""
        self.fingerprint = sha256(f"recombining {real.fingerprint}".encode()).hexdigest()
        texts = list(dict.fromkeys(half for article in articles for pair in article for half in pair))
        if not file.exists():
            np.save(file, real.encode(texts))
        self.halves = np.load(file)
        """Vectors of the halves, shape (halves, dimension)."""
        self.row = {text: row for row, text in enumerate(texts)}
        """The row of each half."""
        noise = np.random.default_rng(0).standard_normal((_NOISES, self.halves.shape[1])).astype(np.float32)
        self.noise = noise / np.linalg.norm(noise, axis=1, keepdims=True) * NOISE / np.sqrt(2)
        """Vectors of noise, of which each text gets two, shape (noises, dimension)."""
        self._killed_after = killed_after

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)  # names, tokens, questions: as they are

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> Vectors:
        """See ``Encoder``."""
        parts = [self._encode(texts[start : start + 4096]) for start in range(0, len(texts), 4096)]
        advance(len(texts))
        return np.concatenate(parts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        if self._killed_after is not None and self.encoded > self._killed_after:
            os.kill(os.getpid(), signal.SIGKILL)
        sums = np.zeros((len(texts), self.halves.shape[1]), np.float32)
        for place, text in enumerate(texts):
            for half in text.split(JOINT):
                if (row := self.row.get(half)) is not None:
                    sums[place] += self.halves[row]
        hashes = np.array([crc32(text.encode()) for text in texts])
        sums += self.noise[hashes % _NOISES] + self.noise[hashes // _NOISES % _NOISES]
        vectors: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return vectors
