"""Interface texts, in the language of whoever reads them.

A text stands in English where it is shown, in a call of ``gettext`` or ``ngettext``; what it is in other
languages stands in ``bot/locales``, one catalogue a language. Where a catalogue lacks it, it stays English.
"""

import gettext as catalogues
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from bot.plain import ISOLATE, clean

FOLDER = Path(__file__).with_name("locales")
LANGUAGES = {
    "en": "English",
    "ru": "русский",
    "de": "Deutsch",
    "es": "español",
    "fa": "فارسی",
    "pt": "português",
    "id": "Bahasa Indonesia",
    "zh": "简体中文",
}
"""Codes as Telegram has them, two letters of ISO 639-1."""

_FROM_RIGHT = ("fa",)
_language: ContextVar[str] = ContextVar("language", default="en")


def language_of(code: str | None) -> str:
    """The language to speak with somebody whose own has that IETF tag, such as "pt-br"."""
    language = (code or "").replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else "en"


def speak(code: str | None) -> None:
    """Have the running task, and those it starts, speak the language of an IETF tag."""
    _language.set(language_of(code))


def spoken() -> str:
    """The code of the language that the running task speaks."""
    return _language.get()


@contextmanager
def speaking(code: str | None) -> Iterator[None]:
    """Speak another language for a while, as to somebody else."""
    before = _language.set(language_of(code))
    try:
        yield
    finally:
        _language.reset(before)


def gettext(text: str, /, **fields: object) -> str:
    """A text in the language spoken, its ``{fields}`` filled in."""
    return _filled(_catalogue(_language.get()).gettext(text), fields)


def ngettext(one: str, many: str, count: int, /, **fields: object) -> str:
    """A text in the form that a number needs, ``{count}`` and other fields filled in."""
    return _filled(_catalogue(_language.get()).ngettext(one, many, count), fields | {"count": count})


def apart(text: str) -> str:
    """A text of its own direction, as a name out of a document, to stand in one of the language spoken."""
    return str(_apart(text))


def noop(text: str) -> str:
    """A text to be translated where it is shown: marked for the catalogues, and left as it is."""
    return text


def _filled(text: str, fields: dict[str, object]) -> str:
    if not fields:
        return text
    return text.format(**{name: _apart(value) for name, value in fields.items()})


def _apart(value: object) -> object:
    """A value that the direction of the sentence around it leaves alone, and which leaves that alone."""
    if not isinstance(value, str) or _language.get() not in _FROM_RIGHT:
        return value
    return f"{ISOLATE[0]}{clean(value)}{ISOLATE[1]}"


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    file = FOLDER / f"{language}.po"
    if not file.exists():
        return catalogues.NullTranslations()
    import polib

    return catalogues.GNUTranslations(io.BytesIO(polib.pofile(str(file), encoding="utf-8").to_binary()))
