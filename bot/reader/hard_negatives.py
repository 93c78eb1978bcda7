"""Answerable questions in, hard negatives out: a name or a number exchanged, or the sense turned round.

People who write questions that only look answerable do the same things: of those in SQuAD 2.0 that
Rajpurkar, Jia and Liang looked at ("Know What You Don't Know", 2018, table 2), a fifth exchange an entity or
a number, a fifth use an antonym and a tenth negate. The right passage does not answer the question then,
though it speaks of nearly the same thing.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterable

from bot.reader.examples import Example

_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w'-]+(?: [A-Z][\w'-]+)*")  # not the first word
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_OPPOSITE = """
first last, before after, most least, more less, many few, largest smallest, highest lowest, oldest youngest,
earliest latest, longest shortest, best worst, increase decrease, increased decreased, north south,
northern southern, east west, eastern western, high low, large small, long short, early late, begin end,
began ended, started finished, won lost, above below, inside outside, allowed forbidden, accepted rejected,
included excluded, strong weak, same different, with without, always never, gained lost, major minor, old new,
born buried, majority minority, positive negative, support oppose, supported opposed
"""
_NEGATED = """
can cannot, did didn't, does doesn't, do don't, is isn't, are aren't, was wasn't, were weren't, has hasn't,
have haven't, had hadn't, could couldn't, would wouldn't
"""
_NEGATES = 0.25  # of the questions that are turned: nearly all of them could be negated


def _both_ways(pairs: str) -> dict[str, str]:
    found = [pair.split() for pair in pairs.split(",")]
    return {a: b for one, other in found for a, b in ((one, other), (other, one))}


_OPPOSITES, _NEGATIONS = _both_ways(_OPPOSITE), _both_ways(_NEGATED)
_WORD = re.compile(r"[a-z]+(?:'t)?")


class HardNegatives:
    """Makes questions that their right passages do not answer, though they speak of nearly the same thing."""

    def __init__(self, examples: Iterable[Example]) -> None:
        self._names: dict[str, list[str]] = defaultdict(list)
        self._numbers: dict[str, list[str]] = defaultdict(list)
        for example in examples:
            self._names[example.title] += _NAME.findall(example.question)
            self._numbers[example.title] += _NUMBER.findall(example.question)

    def of(self, example: Example, draw: random.Random) -> str | None:
        """The question, turned so that its right passages no longer answer it; None where that cannot be.

        What is put in is of another question about the same article, and in none of the right passages.
        """
        texts = " ".join(read.text for read in example.reads if read.right).lower()
        made: list[str] = []
        for pattern, others in ((_NAME, self._names), (_NUMBER, self._numbers)):
            fitting = [one for one in others[example.title] if one.lower() not in texts]
            places = list(pattern.finditer(example.question))
            if fitting and places:
                place = draw.choice(places)
                made.append(_put(example.question, place, draw.choice(fitting)))
        for turned in (_OPPOSITES, _NEGATIONS) if draw.random() < _NEGATES else (_OPPOSITES,):
            places = [place for place in _WORD.finditer(example.question) if place.group() in turned]
            if places:
                place = draw.choice(places)
                made.append(_put(example.question, place, turned[place.group()]))
        made = [one for one in made if one != example.question]
        return draw.choice(made) if made else None


def _put(question: str, place: re.Match[str], words: str) -> str:
    return question[: place.start()] + words + question[place.end() :]
