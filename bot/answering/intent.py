"""A question in, what it wants out: one thing, several, or to know how something is done.

The judge (``judges.py``) is taught by labelled questions of many domains; for encoders that have none,
patterns decide.
"""

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from bot.answering.judges import judge_of
from bot.answering.talk import is_keyword

if TYPE_CHECKING:
    from index.encoder import Vectors

Intent = Literal["one", "several", "steps"]
"""One thing, be it a fact or a reason; all members of a group; all steps of a procedure."""

LIKELIER = 0.5
"""Probability from which on a question is taken to want more than one thing."""
SURE = 0.7
"""The same, for them to be gathered from running text: a list there costs more if one thing was wanted. It is
less of judges that take fewer questions for one thing for others (``benchmarks/intents.py``).
"""
CERTAIN = 0.9
"""The same, for what answers best as if one thing was wanted not to come first."""

_HOW = re.compile(
    r"\W*how\s+(?:do|can|should|could|would|to)\b|\W*(?:what|which)\s+are\s+the\s+steps\b", re.I
)
_ASKS_FOR_LIST = re.compile(
    r"""\W* (?: (?: please | can\ you | could\ you ) \s+ )? (?:
      (?: list | enumerate | name \s (?: all | the | every ) ) \b
    | (?: who | what | which ) \s (?: (?: are | were ) \s (?: all | some | the ) | all | else ) \b
    | who \s (?: (?: all | also | is | was | were | has\ been ) \s )?
          (?: there | present | invited | involved | attend(?:s|ed|ing)? | participat(?:es?|ed|ing)
            | join(?:s|ed|ing)? | came | comes? | coming | (?: took | takes? ) \ part ) \b
    )""",
    re.VERBOSE | re.IGNORECASE,
)


class Wanted(NamedTuple):
    """What a question wants, how likely it does, in [0, 1], and whether that is sure enough for a sweep."""

    intent: Intent
    probability: float = 1.0
    is_sure: bool = True


def wanted_by(question: str, vector: "Vectors", encoder: str) -> Wanted:
    """What a question wants. By a keyword alone nobody wants all that is said of it.

    Args:
        question: in words.
        vector: its unit vector, shape (dimension,).
        encoder: the fingerprint of the model that made it.
    """
    judge = judge_of("intents", encoder)
    if judge is None:
        return Wanted(by_pattern(question))
    name, probability = judge.likeliest(vector)
    intent = cast(Intent, name) if probability >= LIKELIER else "one"
    is_sure = probability >= (judge.sure or SURE) and not is_keyword(vector, encoder)
    return Wanted(intent, probability, is_sure)


def by_pattern(question: str) -> Intent:
    """What a question in English wants, by its first words alone."""
    if _HOW.match(question):
        return "steps"
    return "several" if _ASKS_FOR_LIST.match(question) else "one"
