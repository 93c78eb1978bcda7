"""Answers and citations that tests show, keep and judge."""

from dataclasses import replace
from typing import Any

from bot.answering.answers import Answer, Citation
from index.records import Locator

CITED = Citation(
    number=1,
    source="letters/ferry.txt",
    title="Dear Miriam",
    place=Locator(first=2, last=2),
    start=14,
    end=42,
    quote="The ferry leaves on Tuesday.",
    passage="The ferry leaves on Tuesday. It rains.",
    passage_start=14,
    passage_end=52,
    span=None,
    score=0.5,
)


def quoting(quote: str, words: str = "", **more: Any) -> Citation:
    """A citation with another quote, and with words of it that answer."""
    at = CITED.start + quote.index(words)
    span = (at, at + len(words)) if words else None
    return replace(CITED, quote=quote, end=CITED.start + len(quote), span=span, **more)


SECOND = quoting("Boil it.", number=2, source="soup.txt", title="Soup", place=Locator(first=1, last=1))
THIRD = quoting("Take the ferry back.", number=3, place=Locator(first=4, last=4))
FOUND = Answer(
    question="When does the ferry leave?",
    searched_for="When does the ferry leave?",
    found=True,
    confidence=0.874,
    text="The ferry leaves on Tuesday. [1]",
    citations=(CITED,),
    elapsed_ms=12.345,
)
LED = replace(
    FOUND,
    citations=(quoting("The ferry leaves on Tuesday.", "on Tuesday"),),
    lead="on Tuesday",
    text="on Tuesday [1]\nThe ferry leaves on Tuesday. [1]",
)
LOST = Answer(
    question="Why?", searched_for="Why?", found=False, confidence=0.01, text="", citations=(), near=(CITED,)
)
