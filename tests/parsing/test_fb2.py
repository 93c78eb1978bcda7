"""Books in FictionBook's XML."""

import pytest

from index.parsing.base import Unreadable
from index.parsing.web.fb2 import parse
from tests.parsing.outlined import outlined

SPACE = 'xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink"'
ABOUT = (
    "<description><title-info><author><first-name>Нора</first-name><last-name>Окафор</last-name></author>"
    "<author><nickname>piet</nickname></author><book-title>Приливы</book-title><date>2024</date>"
    "</title-info></description>"
)
CHAPTER = """<section><title><p>Часть</p><p>первая</p></title><section><title><p>1</p></title>
<p>The <emphasis>gauge</emphasis> stood at the gate<a l:href="#n1" type="note">[1]</a>.</p><empty-line/>
<subtitle>* * *</subtitle><p>It was <strong>old</strong>.<image l:href="#a"/></p><subtitle>Later</subtitle>
<poem><stanza><v>Come tide,</v><v>go tide.</v></stanza><text-author>Thales</text-author></poem>
<cite><p>Keep off.</p></cite>
<table><tr><th>Gauge</th><th>Height</th></tr><tr><td>A</td><td>2.4</td></tr></table></section></section>"""
NOTES = '<body name="notes"><section id="n1"><title><p>1</p></title><p>Since 2019.</p></section></body>'


def book(content: str, encoding: str = "utf-8") -> bytes:
    picture = '<binary id="a" content-type="image/jpeg">/9j/4AAQ</binary>'
    text = f"<FictionBook {SPACE}>{ABOUT}<body>{content}</body>{NOTES}{picture}</FictionBook>"
    return f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_a_book(encoding: str):
    parsed = parse(book(CHAPTER, encoding), "a.fb2")
    assert (parsed.title, parsed.properties) == ("Приливы", {"author": "Нора Окафор, piet", "date": "2024"})
    assert outlined(parsed) == [
        "heading2: Часть первая",
        "heading3: 1",
        "paragraph: The gauge stood at the gate.",
        "paragraph: It was old.",
        "heading4: Later",
        "paragraph: Come tide,\ngo tide.",
        "paragraph: Thales",
        "quotation",
        "  paragraph: Keep off.",
        "table",
        "  head: Gauge | Height",
        "  row: A | 2.4",
        "heading2: 1",
        "paragraph: Since 2019.",
    ]


@pytest.mark.parametrize(
    "data",
    [b"", b"<a/>", book("").replace(b"1", b"").replace(b"Since 209.", b""), book(CHAPTER)[:900]],
)
def test_what_says_nothing_is_refused(data: bytes):
    with pytest.raises(Unreadable):
        parse(data, "a.fb2")


def test_without_a_namespace_and_a_description():
    plain = b"<FictionBook><body><section><p>It was old.</p></section></body></FictionBook>"
    assert outlined(parse(plain, "a.fb2")) == ["paragraph: It was old."]
