"""A text and its language in, its words out, as search compares them: lower-case stems without accents.

Scripts without blanks between words give pairs of neighbouring letters, and Chinese characters by
themselves; Vietnamese, which has a blank after each syllable, pairs of syllables too. Function words that are
written as names ("IT", "Will") are words of their own. How each was chosen: ``docs/quality.md``.
"""

import re
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING
from unicodedata import normalize

import tantivy

from index.function_words import FUNCTION_WORDS
from index.invisible import visible
from index.languages import by_script, votes
from index.records import Span
from index.units.dates import in_words, spelled

if TYPE_CHECKING:
    import Stemmer

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hr": "serbian",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "ms": "indonesian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish",
}  # fmt: skip
"""Snowball's stemmer of each language that has one."""

Term = tuple[str, ...]
"""One word of a question: its stem in each of the languages of a collection; empty where it has none."""

_LONGEST_WORD = 100  # characters; longer runs are not words
_HAN, _KATAKANA = r"\p{Han}々〆", r"\p{Katakana}ー"
_CLUSTERED = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_RUNS = (rf"[{_HAN}]+", r"\p{Hiragana}+", rf"[{_KATAKANA}]+", r"\p{Hangul}+", rf"[{_CLUSTERED}]+")
_UNSPACED = rf"{_HAN}\p{{Hiragana}}{_KATAKANA}\p{{Hangul}}{_CLUSTERED}"
_TOKEN = "|".join([*_RUNS, rf"[[\p{{Alphabetic}}\p{{M}}\p{{N}}]--[{_UNSPACED}]]+"])
_CLUSTER = r"[เแโใไເແໂໃໄ]?\p{L}(?:[\x{17D2}\x{1039}]\p{L}|\p{M})*|[\p{N}\p{M}]"
_IS_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\U0003ffff]")
_IS_HAN = re.compile("[\u3005\u3006\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_IS_CLUSTERED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_FOLDED = {
    0x307: None,
    0x200C: " ",
    0x200D: None,
    ord("ё"): "е",
    ord("Ё"): "Е",
    ord("İ"): "I",
}
_ASCII = bytes(ord(chr(one).lower()) if one < 128 and chr(one).isalnum() else ord(" ") for one in range(256))
"""What the tokenizer makes of each character of ASCII, which takes it six times as long."""
_LATIN = *range(0xA0, 0x250), *range(0x1E00, 0x1F00), *range(0x2010, 0x2028), *range(0x2030, 0x205F)
"""Letters with accents, and the marks of typographers."""
_ZEROS = re.compile(r"(?<= )0+(?=\d)")
_UPPER, _LOWER = "A-ZÀ-ÖØ-ÞА-ЯЁΑ-Ω", "a-zß-öø-ÿа-яёα-ώ"
_ALL_CAPITALS = rf"(?<![^\W_].)[{_UPPER}]+"  # after the first of them, which is quick to find
_CAPITAL_AMID = rf"(?<=[\w,;:] .)[{_LOWER}]+"
_NAME = re.compile(rf"(?<=[\w,] )[{_UPPER}][\w’'-]*[0-9{_LOWER}][\w’'-]*")
_AS_NAME = "ʹ"  # after a function word that is written as a name: a letter that no word ends in
CAPITAL_NOUNS = frozenset(("de",))
"""Languages that write more than names with capitals."""

_PHRASES = frozenset(("ja", "ko", "th", "zh"))  # whose function words are cut out of questions

_stemmers = threading.local()  # a stemmer of PyStemmer's serves one thread at a time


def words(text: str, language: str) -> list[str]:
    """The stem of every word, in order.

    Args:
        text: what is taken apart.
        language: its code, as in ``index/languages.py``.
    """
    return stems_of(tokens_of(text, language), language)


def spaced(text: str, language: str) -> str:
    """The stem of every word, each between spaces, where a certain one is found quickly.

    Numbers are without leading zeros; dates in digits are there in words too, in English as well.
    """
    return _ZEROS.sub("", f" {' '.join(words(' '.join([text, *spelled(text, language, 'en')]), language))} ")


def searched(units: Iterable[tuple[Iterable[str], str]]) -> str:
    """A passage as its words are indexed: what its units stand under, each name once, then what they show.

    Args:
        units: of each the names that it stands under, and what it shows.
    """
    names: dict[str, None] = {}
    said = []
    for under, shown in units:
        names |= dict.fromkeys(under)
        said.append(shown)
    return "\n".join([*names, *said])


def indexed(text: str, language: str) -> tuple[list[str], list[str]]:
    """What an index keeps of a text: the stem of every word, and the words as they are written."""
    return forms_of(tokens_indexed(text, language), language)


def forms_of(tokens: list[str], language: str) -> tuple[list[str], list[str]]:
    """The stems of tokens, but for those without one, as a run of tatweel; and the words as written."""
    return list(filter(None, stems_of(tokens, language))), written(tokens)


def tokens_indexed(text: str, language: str) -> list[str]:
    """The tokens of a text that an index is made of: its own, and those of dates in words."""
    return tokens_of(" ".join([text, *spelled(text, language, "en")]), language)


class Asked:
    """How questions to a collection are taken apart.

    Args:
        languages: those of the collection, the one of most of it first; at least one.
        only: whether questions are in the first of them too, whatever they look like.
    """

    def __init__(self, languages: Sequence[str], *, only: bool = False) -> None:
        self.languages = tuple(languages)
        self._only = only

    def terms(self, question: str) -> list[Term]:
        """Every word of a question, in order."""
        return list(zip_longest(*(words(question, code) for code in self.languages), fillvalue=""))

    def content(self, question: str) -> list[Term]:
        """The words that a question is about, each once; all its words if there is no such.

        Dates in digits count as the words that are said for them, which texts with such dates have too.
        """
        language = self.language(question)
        question = in_words(question, language)
        if language in _PHRASES:
            asked = _phrases(language).sub(" ", question)
            return list(dict.fromkeys(self.terms(asked) or self.terms(question)))
        functions = _function_words(language)
        terms, tokens = self.terms(question), tokens_of(question, language)
        telling = [term for term, token in zip(terms, tokens, strict=False) if token not in functions]
        pairs = terms[len(tokens) :]  # of syllables
        return list(dict.fromkeys([*telling, *pairs] if telling else terms))

    def numbers(self, question: str) -> list[str]:
        """The words of a question with a digit in them: years, codes, amounts; as ``spaced`` has them."""
        found = spaced(question, self.languages[0]).split()
        return [word for word in found if any(map(str.isdigit, word))]

    def functions(self, language: str) -> frozenset[str]:
        """The function words of a language."""
        return _function_words(language)

    def written(self, text: str, language: str) -> list[str]:
        """The words of a text as the collection keeps them to be spelled by."""
        return written(tokens_of(text, language))

    def names(self, question: str) -> list[Term]:
        """The words of a question that are capitals amid others, where these are names."""
        if question.isupper() or self.language(question) in CAPITAL_NOUNS:
            return []
        return self.terms(" ".join(_NAME.findall(question)))

    def spaced(self, text: str) -> str:
        """The stems of a text in any language of the collection, each between spaces."""
        return "".join(spaced(text, code) for code in self.languages)

    def matches(self, terms: Iterable[Term], text: str) -> Iterator[Span]:
        """Where in the text words of a question stand; not those with decomposed accents."""
        stems = {stem for term in terms for stem in term if stem}
        tokens = _tokenizer().pre_tokenize(text).tokens
        said = [token.text for token in tokens]
        for token, *forms in zip(tokens, *(stems_of(said, code) for code in self.languages), strict=False):
            start, end = token.char_offset_from, token.char_offset_to
            if _IS_UNSPACED.match(token.text):
                yield from ((start + one, start + other) for one, other in _found_in(token.text, stems))
                continue
            named = (form + _AS_NAME for form in forms if text[start].isupper())
            if not stems.isdisjoint((*forms, *named)):
                yield start, end

    def language(self, question: str) -> str:
        """The language that a question is asked in: that of its script, or of most of its function words."""
        if self._only:
            return self.languages[0]
        if own := by_script(question):
            return own
        said = votes(question)
        known = max(self.languages, key=lambda code: said[code])
        other = max(said, key=lambda code: said[code], default=known)
        return other if said[other] > max(said[known], 1) else known  # one word may mean something else


def written(tokens: Iterable[str]) -> list[str]:
    """Of tokens the words that are spelled by letters, without marks."""
    found = (token.removesuffix(_AS_NAME) for token in tokens)
    return [word for word in found if word.isalpha() and not _IS_UNSPACED.match(word)]


def unmarked(term: Term) -> Term:
    """A word as it is when it is not written as a name."""
    return tuple(stem.removesuffix(_AS_NAME) for stem in term)


def tokens_of(text: str, language: str) -> list[str]:
    """Lower-case words without accents, and neighbouring letters of scripts without blanks."""
    text = normalize("NFKC", _names_marked(visible(text), language))
    if not text.isascii():
        text = text.translate(_folded())
    ascii_only = text.isascii()
    found = text.encode().translate(_ASCII).decode().split() if ascii_only else _tokenizer().analyze(text)
    if ascii_only or not _IS_UNSPACED.search(text):
        return [word for word in found if len(word) <= _LONGEST_WORD]
    tokens: list[str] = []
    for word in found:
        if _IS_UNSPACED.match(word):
            tokens += _neighbours(word)
        elif len(word) <= _LONGEST_WORD:
            tokens.append(word)
    return tokens


def stems_of(tokens: list[str], language: str) -> list[str]:
    """Stems of tokens, and in Vietnamese pairs of neighbouring syllables after them."""
    if language == "vi":
        return [*tokens, *map("_".join, pairwise(tokens))]
    if language not in STEMMERS:
        return tokens
    stems: list[str] = _stemmer(STEMMERS[language]).stemWords(tokens)
    return stems


def _neighbours(run: str) -> list[str]:
    """The pairs of neighbouring letters of a run without blanks, each with its marks; Han alone as well."""
    letters = _clusters().analyze(run) if _IS_CLUSTERED.match(run) else list(run)
    pairs = list(map("".join, pairwise(letters)))
    return [*pairs, *letters] if _IS_HAN.match(run) else pairs or letters


def _found_in(run: str, stems: Collection[str]) -> list[Span]:
    """The stretches of a run without blanks that stems make up."""
    found: list[Span] = []
    places = {match.span() for stem in stems for match in re.finditer(re.escape(stem), run)}
    for start, end in sorted(places):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _names_marked(text: str, language: str) -> str:
    """The text, where function words that are written as names are marked as such."""
    if language not in FUNCTION_WORDS or language in _PHRASES or text.islower():
        return text
    functions = _function_words(language)

    def marked(found: re.Match[str]) -> str:
        word = found[0]
        if word.lower() not in functions:
            return word
        start, end = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.end())
        line = text[start : end if end >= 0 else None]
        if word.isupper():
            named = not line.isupper() or line.strip() == word
        else:  # a title has capitals throughout
            before, after = text[start : found.start()].split()[-1:], text[found.end() :].split(None, 1)[:1]
            named = any(other[:1].islower() for other in (*before, *after))
        return word + _AS_NAME if named else word

    return (_WRITTEN_ALIKE if language in CAPITAL_NOUNS else _WRITTEN_AS_NAMES).sub(marked, text)


_WRITTEN_ALIKE = re.compile(rf"[{_UPPER}]{_ALL_CAPITALS}(?![^\W_])")
_WRITTEN_AS_NAMES = re.compile(rf"[{_UPPER}](?:{_ALL_CAPITALS}|{_CAPITAL_AMID})(?![^\W_])")


@cache
def _function_words(language: str) -> frozenset[str]:
    return frozenset(tokens_of(FUNCTION_WORDS.get(language, ""), "")) | {
        *FUNCTION_WORDS.get(language, "").split()
    }


@cache
def _phrases(language: str) -> re.Pattern[str]:
    longest_first = sorted(FUNCTION_WORDS[language].split(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))


@cache
def _tokenizer() -> tantivy.TextAnalyzer:
    """Lower-case words without accents, runs of a script that has no blanks by themselves."""
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_TOKEN))
    return words.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold()).build()


@cache
def _folded() -> dict[int, str | None]:
    """What the tokenizer makes of each of these characters: most texts are ASCII then."""
    made = {one: "".join(_tokenizer().analyze(chr(one))) or " " for one in _LATIN}
    return {one: letter for one, letter in made.items() if letter.islower() or not letter.isalpha()} | _FOLDED


@cache
def _clusters() -> tantivy.TextAnalyzer:
    """Letters with the marks on them."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_CLUSTER)).build()


def _stemmer(algorithm: str) -> "Stemmer.Stemmer":
    """This thread's stemmer."""
    import Stemmer

    known: dict[str, Stemmer.Stemmer] = _stemmers.__dict__
    if algorithm not in known:
        known[algorithm] = Stemmer.Stemmer(algorithm)
    return known[algorithm]
