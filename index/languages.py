"""A text in, its language out, as its ISO 639 code; and what each language is called.

Where a script is written by one language only, the script decides; where function words of one language are
many and of others few, these do. For what is left, py3langid does: it takes 0.7 s and 100 MB, so it is loaded
by the first text that needs it, which a question never does.
"""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from unicodedata import normalize

from index.errors import SettingsError
from index.function_words import FUNCTION_WORDS

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

Detect = Callable[[str, str], str]
"""The language of a text; where that cannot be told, the second argument."""

AUTO = "auto"
DEFAULT = "en"
"""The language of a document that does not show any."""

NAMES = {
    "af": "afrikaans", "am": "amharic", "ar": "arabic", "az": "azerbaijani", "be": "belarusian",
    "bg": "bulgarian", "bn": "bengali", "bo": "tibetan", "ca": "catalan", "cs": "czech", "cy": "welsh",
    "da": "danish", "de": "german", "el": "greek", "en": "english", "eo": "esperanto", "es": "spanish",
    "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "gl": "galician", "gu": "gujarati", "he": "hebrew", "hi": "hindi", "hr": "croatian", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "is": "icelandic", "it": "italian", "ja": "japanese",
    "ka": "georgian", "kk": "kazakh", "km": "khmer", "kn": "kannada", "ko": "korean", "lo": "lao",
    "lt": "lithuanian", "lv": "latvian", "mk": "macedonian", "ml": "malayalam", "mn": "mongolian",
    "mr": "marathi", "ms": "malay", "my": "burmese", "ne": "nepali", "nl": "dutch", "no": "norwegian",
    "or": "odia", "pa": "punjabi", "pl": "polish", "ps": "pashto", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "si": "sinhala", "sk": "slovak", "sl": "slovenian", "sq": "albanian", "sr": "serbian",
    "sv": "swedish", "sw": "swahili", "ta": "tamil", "te": "telugu", "th": "thai", "tl": "tagalog",
    "tr": "turkish", "uk": "ukrainian", "ur": "urdu", "uz": "uzbek", "vi": "vietnamese", "zh": "chinese",
}  # fmt: skip
"""What each language is called, by its code."""

_SCRIPTS = {
    "ja": "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f",
    "zh": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    "ko": "\uac00-\ud7a3\u1100-\u11ff", "th": "\u0e00-\u0e7f", "lo": "\u0e80-\u0eff", "km": "\u1780-\u17ff",
    "my": "\u1000-\u109f", "el": "\u0370-\u03ff\u1f00-\u1fff", "he": "\u0590-\u05ff", "hy": "\u0530-\u058f",
    "ka": "\u10a0-\u10ff", "am": "\u1200-\u137f", "bn": "\u0980-\u09ff", "gu": "\u0a80-\u0aff",
    "pa": "\u0a00-\u0a7f", "or": "\u0b00-\u0b7f", "ta": "\u0b80-\u0bff", "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff", "ml": "\u0d00-\u0d7f", "si": "\u0d80-\u0dff", "bo": "\u0f00-\u0fff",
}  # fmt: skip
"""The letters of scripts that tell their language; where several share one, the language that most write."""

_WIDEST = {"ar": "\u0600-\u06ff\u0750-\u077f", "hi": "\u0900-\u097f", "ru": "\u0400-\u052f"}
"""The letters of scripts that languages share, but Latin ones, by the language that most write in them."""

_OWN_SCRIPT = re.compile(f"[{''.join(_SCRIPTS.values())}]")
_WIDEST_SCRIPT = {code: re.compile(f"[{letters}]") for code, letters in _WIDEST.items()}
_SCRIPT = {code: re.compile(f"[{letters}]") for code, letters in _SCRIPTS.items()}
_SHARED_SCRIPT = re.compile(f"[A-Za-z\u00c0-\u024f\u1e00-\u1eff{''.join(_WIDEST.values())}]+")
_KANA_SHARE = 0.1  # of the letters of a Japanese text at least so many are kana; Chinese has none
_LEAST_LETTERS = 24  # of shared scripts: below, what surrounds a text tells more than the text
_LEAST_PROBABILITY = 0.65  # to be another language than what surrounds it
_LEAST_VOTES, _CLEAR = 4, 1.5  # function words that decide, and how many times those of another language
_NEAR = 0.8  # of the most votes, so many for the language of what surrounds a text are enough
_WORD = re.compile(r"[\w\u0900-\u097f]+")
_STRETCHES = 4
_SAMPLE = 400  # characters that are looked at; more tell nothing new
_EXCLUDED = {"eo", "gl", "ms"}  # so near to others that they would only make these unsure


def code_of(name: str) -> str:
    """The code of a language by its name or code, or ``AUTO``.

    Raises:
        SettingsError: there is no such language.
    """
    wanted = name.strip().casefold()
    if wanted == AUTO or wanted in NAMES:
        return wanted
    for code, known in NAMES.items():
        if known == wanted:
            return code
    known = ", ".join(sorted(NAMES.values()))
    raise SettingsError(f"lexical.language: there is no '{name}'. There are: auto, {known}.")


def detector(name: str) -> Detect:
    """What tells languages by a setting: by looking, or always the same one.

    Raises:
        SettingsError: there is no such language.
    """
    code = code_of(name)
    return detect if code == AUTO else lambda text, fallback: code


def detect(text: str, fallback: str = DEFAULT) -> str:
    """The language of a text, as its code; where it is too short or unclear, the fallback."""
    text = text[:_SAMPLE]
    if own := by_script(text):
        return own
    if sum(map(len, _SHARED_SCRIPT.findall(text))) < _LEAST_LETTERS:
        return fallback
    said = votes(text)
    [(best, most), (_, next_most), *_] = [*said.most_common(2), ("", 0), ("", 0)]
    if most >= _LEAST_VOTES and most >= _CLEAR * next_most:
        return best
    if said[fallback] > 1 and said[fallback] >= _NEAR * most:
        return fallback
    code, probability = _classified(text)
    return code if probability >= _LEAST_PROBABILITY else fallback


def sample(text: str) -> str:
    """What tells the language of a long text: stretches from all over it."""
    if len(text) <= _SAMPLE:
        return text
    places = range(0, len(text), max(1, len(text) // _STRETCHES))
    return " ".join(text[place : place + _SAMPLE // _STRETCHES] for place in places)


def by_script(text: str) -> str:
    """The language of a text whose script tells it; else nothing."""
    letters = "" if text.isascii() else "".join(_OWN_SCRIPT.findall(text))
    if len(letters) < sum(map(len, _SHARED_SCRIPT.findall(text))) / 2 or not letters:
        return ""  # names and code in Latin letters stand in all scripts
    own = {code: len(script.findall(letters)) for code, script in _SCRIPT.items()}
    if own["ja"] >= _KANA_SHARE * (own["ja"] + own["zh"]):
        own["ja"] += own.pop("zh")
    return max(own, key=lambda code: own[code])


def by_shared_script(text: str) -> str:
    """The language that most write in the script of a text that several share; English of Latin letters."""
    found = {code: len(script.findall(text)) for code, script in _WIDEST_SCRIPT.items()}
    best = max(found, key=lambda code: found[code])
    return best if found[best] else DEFAULT


def votes(text: str) -> Counter[str]:
    """How many function words of each language stand in a text."""
    speakers = _speakers()
    return Counter(
        code for word in _WORD.findall(text.replace("İ", "i").lower()) for code in speakers.get(word, ())
    )


def is_english(question: str) -> bool:
    """Whether a question is English as far as it shows: no language has more function words in it.

    Where none has any, letters decide: "wifi password?" is, "şifre?" is not.
    """
    said = votes(question)
    if not said:
        return all(letter.isascii() for letter in question if letter.isalpha())
    return said["en"] == max(said.values()) and not by_script(question)


@cache
def _speakers() -> dict[str, list[str]]:
    """The languages that a function word is one of, by the word; also by long ones without accents."""
    found: dict[str, list[str]] = {}
    for code, words in FUNCTION_WORDS.items():
        plain = {word: "".join(c for c in normalize("NFD", word) if c < "\u0300") for word in words.split()}
        for word in {*plain, *(bare for word, bare in plain.items() if 2 < len(bare) == len(word))}:
            found.setdefault(word, []).append(code)
    return found


@lru_cache(maxsize=8)
def _classified(text: str) -> tuple[str, float]:
    """What the detector takes a text for, and how probable that is."""
    code, probability = _identifier().classify(text)
    return code, probability


@cache
def _identifier() -> "LanguageIdentifier":
    """The detector for scripts that languages share, among those that have a name here."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(NAMES) - _EXCLUDED - set(_SCRIPTS)
    identifier.set_languages(sorted(known & set(identifier.labels)))
    return identifier
