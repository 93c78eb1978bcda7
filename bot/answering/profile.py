"""The numbers that were fitted: how features make scores, and scores confidence; one file a pair of models.

The files in ``profiles/`` are written by ``python -m benchmarks.fitting``, for the models of the settings;
their first lines say it in full.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import Annotated

import msgspec

from index.catalogue import MINILM
from index.records import Features

FOLDER = Path(__file__).parent / "profiles"
LEAST_SHARE = 0.003  # added to a share before its logarithm is taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Of a sum of log-odds: of features, of what a reader says, and a bias.

    ``answers`` is of the reader's log-odds that the passage answers; ``share`` of the log of the probability,
    if it does, that the answer starts in the unit.
    """

    bias: float
    features: Features
    answers: float = 0.0
    share: float = 0.0

    def sum(self, features: Features, answers: float = 0.0, share: float = 1.0) -> float:
        """The log-odds."""
        read = self.answers * answers + self.share * log(share + LEAST_SHARE)
        return self.bias + features.fused(self.features) + read


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Which units belong in a list that is gathered from running text; by ``python -m benchmarks.lists``.

    Attributes:
        least: log-odds that a unit answers when it is read alone, from which on it may belong.
        alone: what these count, beside the log-odds that it answers where it stands, in how well it fits.
        behind: how far it may lie behind the one that fits best.
    """

    least: float = 0.4
    alone: float = 0.3
    behind: float = 1.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How passages are read, the best first; by ``python -m benchmarks.pace``.

    Attributes:
        at_once: passages read at a time.
        clear: log-odds of the best unit from which on no more are read.
    """

    at_once: Annotated[int, msgspec.Meta(ge=1)] = 3
    clear: float = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The fitted numbers of a pair of models.

    Attributes:
        evidence: weights of a hit's score, by retrieval alone; they order what is read.
        ranking: of the log-odds that a unit of a passage that was read answers.
        sure: of the log-odds that one of the first three quotes answers, by the first of them.
        found: the same, by retrieval alone.
        members: which units belong in a list.
        pace: how passages are read.
        near: the relevance from which on a passage is shown where nothing was found, see
            ``bot.answering.answers.relevance``; by ``python -m benchmarks.near``: 0.57 leaves nine in ten
            questions about other things without any, and four in five about the documents with one.
    """

    evidence: Features
    ranking: Weights
    sure: Weights
    found: Weights
    members: Members = Members()
    pace: Pace = Pace()
    near: float = 0.57


def file_of(reader: str, encoder: str) -> Path:
    """Where the profile of a pair of models is kept: with all-MiniLM-L6-v2, under the reader's name alone."""
    return FOLDER / (f"{reader}.toml" if encoder == MINILM.name else f"{reader}-{encoder}.toml")


@cache
def profile_of(reader: str = "docent", encoder: str = MINILM.name) -> Profile:
    """The profile of a pair of models, named as in the settings.

    A pair that has none gets that of the reader, or else that of the encoder, or else that of Docent's own.
    """
    known = (
        file_of(reader, encoder),
        file_of(reader, MINILM.name),
        file_of("docent", encoder),
        file_of("docent", MINILM.name),
    )
    file = next((file for file in known if file.is_file()), known[-1])
    return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Profile)
