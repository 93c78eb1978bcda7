"""Who was there? The question in the words that answers have, and sentences that say who was not there.

Texts seldom say who attended in so many words: one guest gave a speech, another sent an envoy.
"""

import re

_ASKED = re.compile(
    r"""\W* who \s (?: (?: all | also | else | has | have | is | are | was | were ) \s )* (?:
      attend(?:s|ed|ing)? (?! \s (?: after | at | before | by | during | for | from | in | on | with ) \b )
    | (?: took | takes? | taking ) \s part (?: \s in \b | (?= \W* $ ) )
    | participat(?:es?|ed|ing) (?: \s in \b | (?= \W* $ ) )
    | (?: came | comes? | coming ) (?: \s to \b | (?= \W* $ ) )
    | (?: there | present ) (?: \s at \b | (?= \W* $ ) )
    ) (?: \s+ (?P<event> .*? ) )? \W*""",
    re.VERBOSE | re.IGNORECASE,
)
_WORDINGS = (
    ("Who attended",),
    ("Who were the participants", "of"),
    ("Who sent someone", "to"),
)
_ABSENT = re.compile(
    r"""\b (?: (?: refus | declin | fail )\w* \s to | unable \s to | not | never | \w+n['’]t )
        \s (?: \w+ \s )? (?: attend | tak(?: e | ing ) \s part | participat | com(?: e | ing )
        | be \s (?: there | present ) )
    | \b stay(?: s | ed | ing )? \s away \b | \b apologies \b""",
    re.VERBOSE | re.IGNORECASE,
)


def wordings(question: str) -> tuple[str, ...]:
    """The question, and if it asks who was there, more ways to ask it."""
    if (asked := _ASKED.fullmatch(question)) is None:
        return (question,)
    event = asked["event"]
    others = (f"{' '.join((*words, event) if event else words[:1])}?" for words in _WORDINGS)
    return (question, *(other for other in others if other.casefold() != question.casefold()))


def asks_who_was_there(question: str) -> bool:
    """Whether the question is of this kind."""
    return _ASKED.fullmatch(question) is not None


def tells_absence(sentence: str) -> bool:
    """Whether the sentence says who was not there."""
    return _ABSENT.search(sentence) is not None
