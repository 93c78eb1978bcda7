"""E-books: their chapters in order, and what is left out."""

import zipfile
from io import BytesIO

import pytest

from index.parsing.base import Unreadable
from index.parsing.web.epub import parse
from tests.parsing.office import zipped
from tests.parsing.outlined import outlined

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
METADATA = (
    "<dc:title>The  Lighthouse</dc:title><dc:creator>Anna Berg</dc:creator><dc:creator>Ben Roth</dc:creator>"
    "<dc:date>2026-03-01</dc:date><dc:language>en</dc:language><dc:subject>Sea</dc:subject>"
)


def page(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head><title/></head><body>{body}</body></html>"
    )


def book(
    pages: dict[str, str], *, metadata: str = METADATA, more: dict[str, str] | None = None, nav: str = ""
) -> bytes:
    """A book of pages, in their order."""
    items = "".join(
        f'<item id="i{n}" href="{name.replace(" ", "%20")}" media-type="application/xhtml+xml"'
        f"{' properties=' + chr(34) + 'nav' + chr(34) if name == nav else ''}/>"
        for n, name in enumerate(pages)
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(pages)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata><manifest>{items}'
        '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
        f"</manifest><spine>{spine}</spine></package>"
    )
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OPS/book.opf", package)
        for name, text in pages.items():
            archive.writestr(f"OPS/{name}", text)
        for name, text in (more or {}).items():
            archive.writestr(name, text)
    return data.getvalue()


def test_chapters_in_order_with_what_the_book_says_of_itself():
    parsed = parse(
        book({
            "z first.xhtml": page("<h1>One</h1><p>The sea.</p>"),
            "a second.xhtml": page("<h1>Two</h1><p>The <i>storm</i>.</p>"),
        }),
        "a.epub",
    )  # fmt: skip
    assert outlined(parsed) == [
        "heading1: One",
        "paragraph: The sea.",
        "heading1: Two",
        "paragraph: The storm.",
    ]
    assert parsed.title == "The Lighthouse"
    assert parsed.properties == {
        "author": "Anna Berg, Ben Roth",
        "date": "2026-03-01",
        "language": "en",
        "keywords": "Sea",
    }


def test_a_table_of_contents_is_left_out_but_names_pages_without_headings():
    nav = page('<nav epub:type="toc"><ol><li><a href="one.xhtml">Prologue</a></li></ol></nav>')
    listing = page("".join(f'<p><a href="c{n}.xhtml">Chapter {n}</a></p>' for n in range(5)))
    pages = {"nav.xhtml": nav, "listing.xhtml": listing, "one.xhtml": page("<p>It was dark.</p>")}
    assert outlined(parse(book(pages, nav="nav.xhtml"), "a.epub")) == [
        "heading1: Prologue",
        "paragraph: It was dark.",
    ]


def test_older_books_name_their_pages_in_another_file():
    ncx = (
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Prologue</text></navLabel>'
        '<content src="one.xhtml#start"/></navPoint></navMap></ncx>'
    )
    parsed = parse(book({"one.xhtml": page("<p>It was dark.</p>")}, more={"OPS/toc.ncx": ncx}), "a.epub")
    assert outlined(parsed) == ["heading1: Prologue", "paragraph: It was dark."]


def test_footnotes_and_printed_pages():
    parsed = parse(
        book({
            "one.xhtml": page(
                '<span epub:type="pagebreak" title="1"/><p>The sea<a epub:type="noteref" href="#n">1</a> is '
                'wide <span epub:type="pagebreak" title="2"/>and deep.</p><p>It roars.</p>'
                '<aside epub:type="footnote" id="n"><p>All of it.</p></aside>'
            )
        }),
        "a.epub",
    )  # fmt: skip
    assert outlined(parsed) == [
        "paragraph: The sea is wide and deep.",
        "paragraph: It roars.",
        "note: All of it.",
    ]
    assert [(one.label, parsed.text[one.start : one.end].strip()) for one in parsed.layout.pages] == [
        ("1", "The sea is wide and deep."),
        ("2", "It roars.\n\nAll of it."),
    ]


def encryption(algorithm: str, name: str) -> dict[str, str]:
    return {
        "META-INF/encryption.xml": '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
        f'<enc:EncryptionMethod Algorithm="{algorithm}"/><enc:CipherData><enc:CipherReference URI="{name}"/>'
        "</enc:CipherData></enc:EncryptedData></encryption>"
    }


def test_a_protected_book_is_refused_but_not_one_with_protected_fonts():
    pages = {"one.xhtml": page("<p>It was dark.</p>")}
    aes = encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OPS/one.xhtml")
    with pytest.raises(Unreadable, match=r"^encrypted$"):
        parse(book(pages, more=aes), "a.epub")
    fonts = encryption("http://www.idpf.org/2008/embedding", "OPS/font.otf")
    assert parse(book(pages, more=fonts), "a.epub").text == "It was dark."


def test_no_book():
    other = BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "words")
    for data, reason in (
        (b"", "^empty$"),
        (b"no zip", "^damaged"),
        (other.getvalue(), "^no EPUB"),
        (book({}), "^damaged: the book has no pages$"),
        (book({"one.xhtml": page("<img src='a.jpg'/>")}), "^empty of words$"),
        (book({"one.xhtml": page("<p>It was dark.</p>")})[:-60], "^damaged"),
    ):
        with pytest.raises(Unreadable, match=reason):
            parse(data, "a.epub")


def test_a_page_is_read_once_however_often_the_spine_names_it():
    whole = book({"a.xhtml": page("<p>Once.</p>")})
    assert parse(whole, "a.epub").text == "Once."
    with zipfile.ZipFile(BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    spine = b'<itemref idref="i0"/>'
    parts["OPS/book.opf"] = parts["OPS/book.opf"].replace(spine, spine * 3)
    assert parse(zipped(parts), "a.epub").text == "Once."
