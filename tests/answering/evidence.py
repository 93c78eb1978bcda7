"""Evidence of small documents, and what stands around it, as the engine has them."""

import re
from collections.abc import Sequence
from functools import partial

from bot.answering.scoring import Evidence
from bot.answering.whole import Section, Words
from index.records import Features, Unit
from tests.answering.units import layout_of

ALL = Features(*[1.0] * len(Features.__struct_fields__))
SURE = 4.0


def evidence_of(units: Sequence[Unit], scores: dict[str, float], log_odds: float = SURE) -> list[Evidence]:
    """Units by what is shown of them, with their scores, best first; each less sure than the one before."""
    found = {unit.shown: unit for unit in units}
    best_first = sorted(scores.items(), key=lambda item: -item[1])
    return [
        Evidence(found[shown], ALL, score, log_odds - number)
        for number, (shown, score) in enumerate(best_first)
    ]


def words_of(asked: str, **weights: float) -> Words:
    """Stands in for the index: words of a question that a text has, each of weight 1 but for those given."""
    words = asked.casefold().split()

    def found(text: str) -> dict[str, float]:
        own = re.findall(r"\w+", text.casefold())
        return {word: weights.get(word, 1.0) for word in words if word in own}

    return found


def around(units: Sequence[Unit], unit: Unit) -> Section:
    """A unit of a document, among all of them."""
    return Section(units, [one.start for one in units].index(unit.start), partial(layout_of, units))


def alike(lists: Sequence[Sequence[Unit]]) -> list[float]:
    """No list answers better than another."""
    return [0.0] * len(lists)
