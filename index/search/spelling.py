"""A question in, the same with its slips mended out: words misspelt, and little words written twice.

A word is taken to be misspelt if it stands nowhere in the collection, the encoder does not know it as a word,
and the collection has words that are nearly the same. Of these the nearest is meant, of equally near ones
that with which the question is found best. What has digits, is part of an address or stands in a long text is
left alone, and so is what may be a name that the collection does not have. In languages with more endings
than English a word of eight letters may have one slip, before its ending (``benchmarks/spelling.py``).
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from index.invisible import visible
from index.words import CAPITAL_NOUNS, stems_of

if TYPE_CHECKING:
    from index.engines.base import Words

IsWord = Callable[[str, str], bool]
"""Whether a word, told with the code of a language, is spelled as one that is known."""

LONGEST = 300  # characters of a question
_SHORTEST, _LONG = 4, 8  # letters of a word that may be misspelt, and in two places
_ENDING = 2  # letters of a word that is inflected, in which no slip is seen
_WEIGHED = 8  # equally near words, the most frequent first
_DOUBLING = frozenset(("af", "de", "id", "ms", "nl", "tl", "vi"))
"""Languages in which little words are rightly written twice: "die Uhr, die die Zeit sagt"."""
_RIGHTLY_TWICE = frozenset(("had", "that"))  # in English
_LONG_WORDS = frozenset(("az", "et", "eu", "fi", "hu", "ka", "kk", "mn", "tr", "uz", "vi"))
"""Languages whose words have so many forms that most are unknown, and one whose words are syllables."""
_LETTER = "A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u052f\u0531-\u0587\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3"
_WORD = re.compile(rf"(?<![\w@#./\\:'’-])[{_LETTER}]{{{_SHORTEST},}}(?![\w@#/\\:-]|[.]\w|['’]\w\w)")
_CONTRACTED = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|should|would|could|must|need|ca|wo|sha|ai)nt"
    r"|(?:we|you|they|who)(?:ve|ll|re|d)",
    re.IGNORECASE,
)  # "dont"
_TWICE = re.compile(rf"(?<![\w'’-])([{_LETTER}]+)(?:\s+\1)+(?![\w'’-])", re.IGNORECASE)


class Speller:
    """Mends questions to one collection. Safe to share between threads.

    Args:
        lexical: its words.
        text_of: the text of its passage of a number.
        is_word: tells the words of languages.
    """

    def __init__(self, lexical: "Words", text_of: Callable[[int], str], is_word: IsWord) -> None:
        self._lexical = lexical
        self._text_of = text_of
        self._is_word = is_word

    def mended(self, question: str) -> str:
        """The question as it was probably meant; the very same where nothing is wrong with it."""
        if len(question) > LONGEST:
            return question
        language = self._lexical.asked.language(question)
        functions = self._lexical.asked.functions(language)
        if language not in _DOUBLING:
            once = functions - _RIGHTLY_TWICE
            question = _TWICE.sub(lambda twice: twice[1] if twice[1].lower() in once else twice[0], question)
        moved = 0
        for found in list(_WORD.finditer(question)):
            word, start = found[0], found.start() + moved
            if word.lower() in functions or self._is_right(word, language, amid=start > 0):
                continue
            before, after = question[:start], question[start + len(word) :]
            if meant := self._meant(word, before, after, language):
                question = f"{before}{meant}{after}"
                moved += len(meant) - len(word)
        return question

    def _is_right(self, word: str, language: str, *, amid: bool) -> bool:
        """Whether a word stands in the collection, or is known, or may be the name of something else."""
        named = amid and not word.islower() and language not in CAPITAL_NOUNS
        if named or self._lexical.stands(word):
            return True
        if language == "en" and _CONTRACTED.fullmatch(word):
            return True
        forms = {word, word.lower(), *stems_of([word.lower()], language)}
        return any(self._is_word(form, language) for form in forms)

    def _meant(self, word: str, before: str, after: str, language: str) -> str:
        """The word of the collection that is meant by a misspelt one; "" where none is near."""
        if len(tokens := self._lexical.asked.written(word, language)) != 1:
            return ""
        near = self._near(tokens[0], language)
        if not near:
            return ""
        functions = self._lexical.asked.functions(language)
        fits = {one: self._lexical.best(f"{before}{one}{after}") for one in near}
        meant = max(near, key=lambda one: (fits[one][1], one not in functions, _is_left_out(tokens[0], one)))
        as_written = self._as_written(meant, fits[meant][0], language)
        return as_written.capitalize() if word[0].isupper() else as_written

    def _near(self, token: str, language: str) -> list[str]:
        """The words of the collection that are nearest to a misspelt one, the most frequent first."""
        english = language == "en"
        if not english and (len(token) < _LONG or language in _LONG_WORDS):
            return []
        most = 2 if english and len(token) >= _LONG else 1
        found = self._lexical.near(token, most)
        nearest = min((distance for distance, _ in found.values()), default=0)
        near = [one for one, (distance, _) in found.items() if distance == nearest]
        if len(token) == _SHORTEST:
            near = [one for one in near if _is_left_out(token, one)]
        if not english:
            near = [one for one in near if one[-_ENDING:] == token[-_ENDING:]]
        return sorted(near, key=lambda one: (-found[one][1], one))[:_WEIGHED]

    def _as_written(self, token: str, passage: int, language: str) -> str:
        """A word as a passage has it, with its accents; if that does not have it, without."""
        for found in _WORD.finditer(visible(self._text_of(passage))):
            if self._lexical.asked.written(found[0], language) == [token]:
                return found[0].lower()
        return token


def _is_left_out(token: str, meant: str) -> bool:
    """Whether letters were left out or changed places: likelier than that wrong ones were typed."""
    return len(meant) > len(token) or sorted(meant) == sorted(token)
