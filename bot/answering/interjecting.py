"""What nobody asked the bot in, an answer and how sure it is that it is welcome out; or nothing.

A judge (``judges.py``) tells questions to anybody from what people say to each other; only these are searched
for, and what is found is weighed by few signs. Weights and bar are fitted, a file for each encoder, by
``python -m benchmarks.interjecting --write``.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bot.answering.answers import Answer
from bot.answering.intent import wanted_by
from bot.answering.judges import FOLDER, judge_of

if TYPE_CHECKING:
    from index.encoder import Vectors

QUESTION = "question"
"""What the judge calls a question to anybody."""

_LEAST = 1e-4  # of a probability, whose log-odds would else be without bounds
MOST_QUOTES = 3  # of an answer that is short


class Signs(msgspec.Struct, frozen=True):
    """What tells whether an answer that nobody asked for is welcome.

    ``asked`` are the log-odds that it answers a question to anybody, ``sure`` those of its confidence;
    ``beside`` counts the quotes after the first: where there are none, nothing else comes near it.
    """

    asked: float
    sure: float
    beside: float


class Bar(msgspec.Struct, frozen=True):
    """What was fitted to an encoder.

    Attributes:
        command: that made it.
        encoder: the fingerprint of the model.
        weights: of the signs, in a sum of log-odds that an answer is right and welcome.
        bias: of it.
        least: the sum from which on surely at most 2 in 100 are wrong.
        step: by which a group that disliked one raises that.
    """

    command: str
    encoder: str
    weights: Signs
    bias: float
    least: float
    step: float

    def sum(self, signs: Signs) -> float:
        """The log-odds that an answer is right and welcome."""
        weights = self.weights
        parts = weights.asked * signs.asked, weights.sure * signs.sure, weights.beside * signs.beside
        return self.bias + sum(parts)

    def passes(self, log_odds: float, raised: int = 0) -> bool:
        """Whether that is enough for a group that has raised the bar by so many steps."""
        return log_odds >= self.least + raised * self.step


@dataclass(frozen=True, slots=True)
class Interjection:
    """An answer that nobody asked for, and the log-odds that it is right and welcome."""

    answer: Answer
    log_odds: float


def bar_of(encoder: str) -> Bar | None:
    """The bar for the model of a fingerprint, if one was fitted."""
    return _bars(FOLDER).get(encoder)


def asked(said: str, vector: "Vectors", encoder: str) -> float | None:
    """The log-odds that something is a question to anybody; None where it is none, or wants a list.

    Args:
        said: in words.
        vector: its unit vector, shape (dimension,).
        encoder: the fingerprint of the model that made it.
    """
    judge = judge_of("asked", encoder)
    name, probability = judge.likeliest(vector) if judge else ("", 0.0)
    if name != QUESTION or wanted_by(said, vector, encoder).intent == "several":
        return None
    return logit(probability)


def signs_of(answer: Answer, asked: float) -> Signs | None:
    """The signs of an answer; None where it is none, or no short one."""
    quotes = len(answer.citations)
    if answer.talk or answer.swept or not answer.found or quotes > MOST_QUOTES:
        return None
    return Signs(asked=asked, sure=logit(answer.confidence), beside=float(quotes - 1))


def interjection(
    said: str, vector: "Vectors", bar: Bar, raised: int, answer_to: Callable[[str], Answer]
) -> Interjection | None:
    """What to say to something that nobody asked the bot; None where it had better be silent.

    Args:
        said: by somebody to others.
        vector: its unit vector, shape (dimension,).
        bar: for the model that made it.
        raised: by how many steps those others have raised the bar.
        answer_to: answers a question.
    """
    certainty = asked(said, vector, bar.encoder)
    if certainty is None:
        return None
    answer = answer_to(said)
    signs = signs_of(answer, certainty)
    if signs is None or not bar.passes(log_odds := bar.sum(signs), raised):
        return None
    return Interjection(answer, log_odds)


def logit(probability: float) -> float:
    """Of a probability."""
    sure = min(max(probability, _LEAST), 1 - _LEAST)
    return log(sure / (1 - sure))


@cache
def _bars(folder: Path) -> dict[str, Bar]:
    """Those of a folder, by their encoders."""
    bars = (
        msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Bar)
        for file in sorted(folder.glob("interjecting-*.toml"))
    )
    return {bar.encoder: bar for bar in bars}
