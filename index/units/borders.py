"""A text and its language in, its sentences out, as spans.

nupunkt finds where a full stop may end a sentence. It was made for English law, and its abbreviations hold
everyday words (of reporters: "Wall.", "Bus."): only those are left to it that are English ones or cannot be
words. Those of other languages, and what a full stop after a number means, are in
``index/units/abbreviations.py``. In Thai and Lao, where nothing marks an end, blanks do.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from index.function_words import FUNCTION_WORDS
from index.languages import DEFAULT
from index.records import Span
from index.units.abbreviations import BEFORE, ENDING, ENGLISH, NUMBERED, ORDINALS

if TYPE_CHECKING:
    from nupunkt.tokenizers.sentence_tokenizer import PunktSentenceTokenizer

_UPPER = "A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁЄІЇҐΑ-ΩΆ-Ώ"
_MARK = re.compile(
    r"(?<![。！？｡．։።፧၊။។៕༎؟۔।॥])[。！？｡．։።፧၊။។៕༎؟۔।॥]++[」』）”’»\")]*+(?<![؟۔।॥])(?<![؟۔।॥].)"
    r"|(?<![؟۔।॥])[؟۔।॥]++[”’»\")]*+(?=\s)"
)
_HOUR = re.compile(
    r"[ap]\.m\.(?=\s+[A-Z][a-z])(?!\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
)
_UNIT = re.compile(rf"\d ?(?:h|m|g|l|kg|km|cm|mm|min|hod|uhr|ч|м|кг|км|мин)\.(?=\s+[¿¡{_UPPER}][^\W\d_])")
"""Ends that nupunkt does not look for: other scripts' marks, hours and units before a capital."""
_YEAR = re.compile(rf"[\dIVX] [гврі]\.(?=\s+([{_UPPER}]\w*))")
_ASKS_IN_GREEK = re.compile(r"[;\u037e](?=\s+[Α-ΩΆ-Ώ])")
_BLANK = re.compile(
    r"(?<=[\u0e01-\u0e45\u0e47-\u0e4e\u0e81-\u0ec5\u0ec8-\u0ece])\s+(?=[\u0e01-\u0e44\u0e81-\u0ec4])"
)
_BLANKS_END = frozenset(("th", "lo"))
_LEAST_CLAUSE = 30  # letters before a blank that ends a sentence in Thai, and half as many after it
_GAP = re.compile(r"\s{100,}")  # no sentence goes on after it
_TERMS = re.compile(r"[.!?…]")

_NUMBER = re.compile(r"[(\[]?(?:\d|[IVXLC]+\b|§)")
_COUNTED = re.compile(r"(?:(?<![^\W\d_])([^\W\d_]++)\s++)?(?<![\w.,:])(?:\d{1,3}|[IVX]++)\.$")
_DAY, _MONTH_OR_YEAR = (
    re.compile(r"(?<![\w,.:])\d{1,2}\.$|(?<=\d\.)\s?\d{1,2}\.$"),
    re.compile(r"\d{1,2}\.|\d{4}\b"),
)
_MONTH = re.compile(
    r"""(?:jan|feb|mär|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec|janv|févr|avr|juin|juil|août|déc|ene|abr
    |ago|dic|gen|mag|giu|lug|set|ott|tammi|led|úno|bře|dub|kvě|čer|srp|zář|říj|lis|pro|sty|lut|kwi|maj|cze|lip|sie
    |wrz|paź|gru|siječ|velj|ožu|tra|svi|lip|srp|kol|ruj|stu|pros|ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos
    |eylül|ekim|kasım|aralık)""",
    re.VERBOSE | re.IGNORECASE,
)
_NOUN = re.compile(
    r"jahrhundert|klasse|etage|stock|auflage|kapitel|straße|mal\b|geburtstag|og\b|ug\b|weltkrieg|liga|quartal|semester",
    re.IGNORECASE,
)
_STREET = "str"  # a German street ends in it
_OPENING = re.compile(r"^(?:[^\W\d_]*['’]|[^\w.])+")  # quotation marks, and an article that leans on its word
_WORD_ALONE = re.compile(
    r"(?:[^\W\d_\u2e80-\uffff]{1,8}|[\u2e80-\uffff]{1,2})[.!。！।]"
)  # "Yes.", "Nein.", "可以。"
_NEAR = 40  # characters around a full stop that tell what it means
_LONGEST_ASIDE = 160  # characters in parentheses within a sentence


def sentences(text: str, language: str = DEFAULT) -> list[Span]:
    """Start and end of every sentence, without the white space between them."""
    found: list[Span] = []
    rules = _rules(language)
    for start, end in _spans(text, language):
        if found and (
            _says_little(text, found[-1], start)
            or _is_in_parentheses(text, found[-1], start)
            or rules.belong_together(text, found[-1], (start, end))
        ):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _says_little(text: str, span: Span, then: int) -> bool:
    """Whether a sentence is one short word, which says nothing without the next one of its line."""
    return _WORD_ALONE.fullmatch(text, *span) is not None and "\n" not in text[span[1] : then]


def _is_in_parentheses(text: str, span: Span, then: int) -> bool:
    """Whether a border is amid what stands in parentheses within a sentence: "a belt (cat. | no. 7) lies"."""
    start, end = span
    opened = text.rfind("(", max(start + 1, end - _LONGEST_ASIDE), end)
    if opened < 0 or text.find(")", opened, then) >= 0 or "\n\n" in text[end:then]:
        return False
    return text.find(")", then, opened + _LONGEST_ASIDE) >= 0


def _spans(text: str, language: str) -> list[Span]:
    """What lies between the marks that may end a sentence."""
    spans = [*_punkts(text, language)] if _TERMS.search(text) else [(0, len(text))]
    marks = [_UNIT] if text.isascii() else [_UNIT, _MARK]
    ends = {border.end() for mark in (*marks, _HOUR) for border in mark.finditer(text)}
    functions = _rules(language).functions
    ends |= {border.end() for border in _YEAR.finditer(text) if border[1].lower() in functions}
    if language == "el":
        ends |= {border.end() for border in _ASKS_IN_GREEK.finditer(text)}
    if language in _BLANKS_END:
        ends |= set(_clauses(text))
    if not ends:
        return [span for one in spans if (span := _trimmed(text, *one))]
    parts = []
    for first, end in spans:
        inner = [first, *sorted(border for border in ends if first < border < end), end]
        parts += [span for one in pairwise(inner) if (span := _trimmed(text, *one))]
    return parts


def _punkts(text: str, language: str) -> Iterator[Span]:
    """What nupunkt takes for sentences; it looks through a gap again for each of its lines."""
    borders = [0, *chain.from_iterable(gap.span() for gap in _GAP.finditer(text)), len(text)]
    for start, end in zip(borders[::2], borders[1::2], strict=True):
        for first, last in _punkt(language).spans(text[start:end]):
            yield start + first, start + last


def _clauses(text: str) -> Iterable[int]:
    """The blanks that end a sentence where nothing else does."""
    last = 0
    for blank in _BLANK.finditer(text):
        if blank.start() - last >= _LEAST_CLAUSE and len(text) - blank.end() >= _LEAST_CLAUSE / 2:
            last = blank.end()
            yield blank.start()


def _trimmed(text: str, start: int, end: int) -> Span | None:
    stretch = text[start:end]
    bare = stretch.strip()
    if not bare:
        return None
    start += len(stretch) - len(stretch.lstrip())
    return start, start + len(bare)


def _last_words(text: str) -> list[str]:
    """What a text ends in before its full stop: the last word, the last two, the last three; no blanks."""
    words = [_OPENING.sub("", word) for word in text[:-1].lower().split()[-3:]]
    return ["".join(words[first:]) for first in range(len(words))]


class _Rules:
    """What a full stop means in a language."""

    def __init__(self, language: str) -> None:
        tables = [f"{table['']} {table.get(language, '')}".lower() for table in (BEFORE, NUMBERED, ENDING)]
        words = [frozenset(table.replace("~", "").split()) for table in tables]
        self._before, self._numbered, self._ending = words
        several = [re.escape(word).replace(r"\~", r"\s?") for word in " ".join(tables).split() if "~" in word]
        self._several = (
            re.compile(rf"(?<![\w.])(?:{'|'.join(several)})\.", re.IGNORECASE) if several else None
        )
        self._counts = language in ORDINALS
        self.functions = frozenset(FUNCTION_WORDS.get(language, "").split())

    def belong_together(self, text: str, before: Span, after: Span) -> bool:
        """Whether the full stop between two stretches shortens a word or counts: "S. 2", "12. Juli"."""
        end, start = before[1], after[0]
        if text[end - 1] != "." or "\n\n" in text[end:start]:
            return False
        head, tail = text[max(before[0], end - _NEAR) : end], text[start : start + _NEAR]
        said = _last_words(head)
        if not said:
            return False
        if not self._before.isdisjoint(said) or self._is_amid(head, tail) or self._is_counted(head, tail):
            return True
        if not self._numbered.isdisjoint(said) or said[-1].endswith(_STREET):
            return _NUMBER.match(tail) is not None or tail[:1].islower()
        return tail[:1].islower() and not self._ending.isdisjoint(said)

    def _is_amid(self, head: str, tail: str) -> bool:
        """Whether the border is amid an abbreviation of several words: "z. | B."."""
        if not self._several:
            return False
        found = self._several.finditer(f"{head} {tail}")
        return any(one.start() < len(head) < one.end() for one in found)

    def _is_counted(self, head: str, tail: str) -> bool:
        """Whether a number is an ordinal or part of a date: "am 3. Oktober", "3. 10. 2024"."""
        if _DAY.search(head) and _MONTH_OR_YEAR.match(tail):
            return True
        counted = _COUNTED.search(head)
        if not counted:
            return False
        if tail[:1].islower() or (_MONTH.match(tail) and head[-2].isdigit()):
            return True
        if not self._counts:
            return False
        next_word = re.match(r"\w+", tail)
        led = (counted[1] or "").lower() in self.functions
        follows = next_word is not None and next_word[0].lower() not in self.functions
        return (led and follows) or _NOUN.match(tail) is not None


_rules = cache(_Rules)


@cache
def _punkt(language: str) -> "PunktSentenceTokenizer":
    """Nupunkt's model, without the abbreviations that are everyday words, or are no words of the language."""
    import nupunkt
    from nupunkt.tokenizers.sentence_tokenizer import PunktSentenceTokenizer

    punkt = PunktSentenceTokenizer(nupunkt.load_default_model().parameters)
    english = frozenset(ENGLISH.split()) if language == DEFAULT else frozenset()
    longest = 2 if language == DEFAULT else 1  # letters, in what may stay whatever it is
    known = {word for word in punkt.abbreviations if not word.isalpha() or len(word) <= longest}
    punkt.parameters.abbrev_types = (known - _rules(language).functions) | english
    punkt.clear_decision_cache()
    return punkt
