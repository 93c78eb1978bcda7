"""Who was there? The question in the words that answers have, and sentences that say who was not there.

Texts seldom say who attended in so many words: one guest gave a speech, another sent an envoy.
"""

import re

_ATTENDING = r"""
      attend(?: s | ed | ing )?
          (?! \s (?: after | at | before | by | during | for | from | in | on | with ) \b )
    | (?: took | takes? | taken | taking ) \s part (?: \s in \b | (?= \W* $ ) )
    | participat(?: es? | ed | ing ) (?: \s in \b | (?= \W* $ ) )
    | (?: there | present ) (?: \s at \b | (?= \W* $ ) )
"""
_DETERMINER = r"""(?: an? | the | this | that | these | those | my | our | your | his | her | its | their
    | (?: \w+ \s ){0,2} \w+ ['’] s? )"""
_EVENT = r"(?: \s+ (?P<event> .*? ) )? \W*"
_WHO = re.compile(
    rf"""\W* who \s (?: (?: all | also | else | has | have | is | are | was | were ) \s )* (?:
      {_ATTENDING}
    | (?: came | comes? | coming ) (?: \s to (?= \s {_DETERMINER} \s ) | (?= \W* $ ) )
    ) {_EVENT}""",
    re.VERBOSE | re.IGNORECASE,
)
_WHETHER = re.compile(
    rf"""(?! .* \b (?: not | never ) \b )
    \W* (?: did | does | do | will | has | have | is | are | was | were ) \s (?P<guest> .+? ) \s (?:
      {_ATTENDING}
    ) {_EVENT}""",
    re.VERBOSE | re.IGNORECASE,
)
_ABSENT = re.compile(
    r"""\b (?: (?: refus | declin | fail )\w* \s to | unable \s to | not | never | \w+n['’]t )
        \s (?: \w+ \s )? (?: attend | tak(?: e | ing ) \s part | participat | com(?: e | ing )
        | be \s (?: there | present ) )
    | \b stay(?: s | ed | ing )? \s away \b | \b apologies \b""",
    re.VERBOSE | re.IGNORECASE,
)


def wordings(question: str) -> tuple[str, ...]:
    """Ways to read a question, more than one of who was there, or whether; the first is searched for."""
    if asked := _WHO.fullmatch(question):
        who, of, to = _at(asked["event"], "", "of ", "to ")
        others = f"Who attended{who}?", f"Who were the participants{of}?", f"Who sent someone{to}?"
        return (question, *(other for other in others if other.casefold() != question.casefold()))
    if asked := _WHETHER.fullmatch(question):
        guest, (at, to) = asked["guest"], _at(asked["event"], "", "to ")
        return f"Did {guest} attend{at}?", f"Whom did {guest} send{to}?"
    return (question,)


def to_search(question: str) -> str:
    """A question in the words that a search finds most by."""
    return wordings(question)[0]


def _at(event: str | None, *prepositions: str) -> list[str]:
    return [f" {preposition}{event}" if event else "" for preposition in prepositions]


def asks_who_was_there(question: str) -> bool:
    """Whether the question asks for all who were there."""
    return _WHO.fullmatch(question) is not None


def tells_absence(sentence: str) -> bool:
    """Whether the sentence says who was not there."""
    return _ABSENT.search(sentence) is not None
