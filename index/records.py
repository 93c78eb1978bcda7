"""The nouns of Docent: what a document is made of, and what a search finds.

A question makes hundreds of them: msgspec's structs are made several times as quickly as dataclasses.
All offsets count Unicode code points of ``Document.text``, start inclusive, end exclusive.
"""

from typing import Literal

import msgspec


class Mark(msgspec.Struct, frozen=True):
    """A place in a document that a person can name.

    ``label`` is the heading's text, or the number of the paragraph or page. ``level`` is the
    depth of a heading, 1 at the top, and 0 for the other kinds.
    """

    offset: int
    kind: Literal["heading", "paragraph", "page"]
    label: str
    level: int = 0


class Document(msgspec.Struct, frozen=True):
    """One file of the documents folder, decoded.

    ``source`` is its path relative to that folder, with forward slashes; ``digest`` the SHA-256 of
    its bytes in hexadecimal; ``marks`` are sorted by offset.
    """

    source: str
    title: str
    text: str
    digest: str
    marks: tuple[Mark, ...] = ()


class Passage(msgspec.Struct, frozen=True):
    """A stretch of a document short enough for the encoder to read whole."""

    document: Document
    start: int
    end: int
    locator: str

    @property
    def place(self) -> tuple[str, int]:
        """Its document's source and where it starts there, which no other passage has."""
        return self.document.source, self.start

    @property
    def text(self) -> str:
        """The passage, word for word."""
        return self.document.text[self.start : self.end]


class Sentence(msgspec.Struct, frozen=True):
    """A sentence of a passage; row *i* of the vectors belongs to sentence *i* of an index."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The sentence, word for word."""
        return self.passage.document.text[self.start : self.end]


class Features(msgspec.Struct, frozen=True):
    """What speaks for a sentence as the answer to a question.

    Cosines lie in [-1, 1]. A coverage is the share, in [0, 1], of the question's content words found
    in the text, each word weighted by its inverse document frequency; a smooth one weights them as if
    passages about other things were in the index too, for in a few documents about one thing the
    word for that thing counts for nothing. Phrases are the share of the question's pairs of neighbouring
    words, at least one of them a content word, that stand in the text like that, each weighted by its
    content words. The fused score, in [0, 1], is the one by which the search ranks the passage.
    """

    sentence_cosine: float
    sentence_coverage: float
    sentence_coverage_smooth: float
    passage_cosine: float
    passage_coverage: float
    passage_coverage_smooth: float
    passage_phrases: float
    passage_fused: float

    def weighed(self, weights: "Features") -> float:
        """The sum of the features, each times its weight."""
        return (
            weights.sentence_cosine * self.sentence_cosine
            + weights.sentence_coverage * self.sentence_coverage
            + weights.sentence_coverage_smooth * self.sentence_coverage_smooth
            + weights.passage_cosine * self.passage_cosine
            + weights.passage_coverage * self.passage_coverage
            + weights.passage_coverage_smooth * self.passage_coverage_smooth
            + weights.passage_phrases * self.passage_phrases
            + weights.passage_fused * self.passage_fused
        )


class Hit(msgspec.Struct, frozen=True):
    """A sentence found, its evidence in about [0, 1] (higher is better), and why."""

    sentence: Sentence
    score: float
    features: Features
