"""Interface texts are complete in every language, and stay English where one is missing."""

import string
from collections.abc import Iterator

import polib
import pytest

from bot.telegram.commands import ADMINISTRATORS, EVERYBODY
from bot.telegram.showing import answered, requested, screens
from bot.texts import FOLDER, LANGUAGES, gettext, language_of, ngettext, speaking
from bot.words import coverage_in_words, place_in_words
from index.records import Locator
from tests.found import FOUND, LED, LOST
from tests.telegram.strategies import keyboard, taken
from tests.texts import plurals, said, texts_of, update

OTHERS = [language for language in LANGUAGES if language != "en"]


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(FOLDER / f"{language}.po"))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str):
    entries = catalogue(language)
    known = {(one.msgid, one.msgid_plural) if one.msgid_plural else (one.msgid,): one for one in entries}
    assert list(known) == list(said()), "run `make texts`"
    assert [one.msgid for one in entries if not one.translated() or one.fuzzy or one.obsolete] == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_fields_and_forms_that_are_filled_in(language: str):
    entries = catalogue(language)
    for one in entries:
        wanted = fields(one.msgid_plural or one.msgid)
        known = wanted | fields(one.msgid) | {"count"}  # "Add “{name}”?" is of one only
        if one.msgid_plural:
            assert len(one.msgstr_plural) == int(plurals(entries)), one.msgid
        for form in one.msgstr_plural.values() if one.msgid_plural else [one.msgstr]:
            assert fields(form) <= known, one.msgid
            assert wanted - fields(form) <= {"count"}, one.msgid  # "one byte" needs no number
            assert form.count("\n\n") == one.msgid.count("\n\n"), one.msgid


@pytest.mark.parametrize("language", OTHERS)
def test_what_telegram_shows_on_buttons_and_in_menus_is_short_enough(language: str):
    with speaking(language):
        for told in (EVERYBODY | ADMINISTRATORS).values():
            assert 1 <= len(gettext(told)) <= 256
        assert len(gettext(requested.PRIVATE)) <= 200
        assert len(screens.limited(30)) <= 200
        assert len(screens.one_moment(59)) <= 200
        assert len(gettext(answered.ONLY_ASKER_STOPS)) <= 200
        for reply in (FOUND, LED, LOST):
            for row in keyboard(answered.answer(reply, 7)):
                assert all(len(button["text"]) <= 30 for button in row)


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ["0 documents", "1 document", "2 documents", "5 documents", "21 documents"]),
        ("ru", ["0 документов", "1 документ", "2 документа", "5 документов", "21 документ"]),
        ("de", ["0 Dokumente", "1 Dokument", "2 Dokumente", "5 Dokumente", "21 Dokumente"]),
        ("fa", ["0 سند", "1 سند", "2 سند", "5 سند", "21 سند"]),
        ("id", ["0 dokumen", "1 dokumen", "2 dokumen", "5 dokumen", "21 dokumen"]),
        ("zh", ["0 个文档", "1 个文档", "2 个文档", "5 个文档", "21 个文档"]),
    ],
)
def test_plural_forms(language: str, shown: list[str]):
    with speaking(language):
        assert [ngettext("{count} document", "{count} documents", n) for n in (0, 1, 2, 5, 21)] == shown


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("pt-br", "pt"),
        ("zh-hans", "zh"),
        ("DE", "de"),
        ("fa_IR", "fa"),
        ("fr", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_language_of_a_code(code: str | None, language: str):
    assert language_of(code) == language


def test_speaking_ends():
    with speaking("de"):
        assert gettext("Thank you.") == "Danke."
        with speaking("es"):
            assert gettext("Thank you.") == "Gracias."
        assert gettext("Thank you.") == "Danke."
    assert gettext("Thank you.") == "Thank you."


def test_a_missing_text_stays_english():
    with speaking("ru"):
        assert gettext("Nobody has translated {what}.", what="this") == "Nobody has translated this."
        assert ngettext("{count} hedgehog", "{count} hedgehogs", 2) == "2 hedgehogs"


def test_places_in_other_languages():
    place = Locator(page="4", headings=("Rules", "Fees"), first=2, last=3)
    with speaking("de"):
        assert place_in_words(place) == "Seite 4, Rules › Fees, Absätze 2–3"
    with speaking("zh"):
        assert place_in_words(place) == "第 4 页，Rules › Fees，第 2–3 段"
    with speaking("ru"):
        assert coverage_in_words(FOUND) == ""


def test_persian_reads_from_the_right_whatever_stands_in_it():
    with speaking("fa"):
        shown = place_in_words(Locator(page="iv", headings=("Rules",), first=2, last=2))
        assert shown == "صفحهٔ \u2068iv\u2069، \u2068Rules\u2069، بند 2"
        [message] = answered.answer(FOUND, 7).messages
        assert taken(message)[0].endswith("\nبند 2\nاطمینان 87%")
        hostile = gettext("The file {source} is empty.", source="a\u202eb\u2069c")
        assert hostile == "پروندهٔ \u2068abc\u2069 خالی است."
    assert place_in_words(Locator(page="iv")) == "page iv"


@pytest.fixture
def bare_catalogue() -> Iterator[polib.POFile]:
    made = polib.POFile()
    made.metadata = {"Plural-Forms": "nplurals=3; plural=0;"}
    made.append(polib.POEntry(msgid="old", msgstr="alt"))
    made.append(polib.POEntry(msgid="kept", msgstr="bleibt"))
    yield made


def test_catalogues_are_updated_from_the_sources(bare_catalogue: polib.POFile):
    source = 'a = noop("kept")\nb = gettext("new {x}", x=1) + ngettext("one", "many", n) + gettext(b)'
    assert set(texts_of(source)) == {("kept",), ("new {x}",), ("one", "many")}
    new = update(bare_catalogue, {("kept",): "a.py", ("one", "many"): "a.py"})
    assert [(one.msgid, one.msgstr) for one in new] == [("kept", "bleibt"), ("one", "")]
    assert new[1].msgstr_plural == {0: "", 1: "", 2: ""}
