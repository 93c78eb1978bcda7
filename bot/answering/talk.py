"""What somebody says in, whether it is small talk out: a greeting, thanks, a question about the bot.

The judge (``judges.py``) is taught by lines in many languages. For encoders without one, as all-MiniLM-L6-v2,
whose judge takes 1.3 % of questions for talk, only what has no word at all is none.
"""

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, cast

from bot.answering.judges import judge_of

if TYPE_CHECKING:
    from index.encoder import Vectors

Talk = Literal["", "greeting", "thanks", "about", "wordless"]
"""What is said that is no question: "" where it is one; "wordless" are a lone emoji, marks and the like."""

LONGEST = 80  # characters; whoever writes more asks something
_QUESTION, _KEYWORD = "question", "keyword"  # what the judge calls all that is no talk
SURE = 0.7
"""Probability from which on something is small talk: a question that gets no answer costs more."""


def is_wordless(text: str) -> bool:
    """Whether a text has neither letter nor digit."""
    return not any(unicodedata.category(character)[0] in "LN" for character in text)


def talk_of(text: str, vector_of: "Callable[[str], Vectors]", encoder: str) -> Talk:
    """What is said that is no question.

    Args:
        text: what is said.
        vector_of: finds its unit vector, shape (dimension,).
        encoder: the fingerprint of the model that made it.
    """
    if is_wordless(text):
        return "wordless"
    judge = judge_of("talk", encoder)
    if judge is None or len(text) > LONGEST:
        return ""
    name, probability = judge.likeliest(vector_of(text))
    return "" if name in (_QUESTION, _KEYWORD) or probability < SURE else cast(Talk, name)


def is_keyword(vector: "Vectors", encoder: str) -> bool:
    """Whether something is only named, as by "vacation" or "sick leave".

    Args:
        vector: of what is said, a unit vector of shape (dimension,).
        encoder: the fingerprint of the model that made it.
    """
    judge = judge_of("talk", encoder)
    if judge is None:
        return False
    name, probability = judge.likeliest(vector)
    return name == _KEYWORD and probability >= SURE
