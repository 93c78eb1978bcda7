"""HTML: the main text of a page, with what it says of its title, author and date.

Of a page as browsers save it, menus, banners and footers are left out; what is doubtful is kept.
"""

import codecs
import re
from collections.abc import Iterator, Sequence

from index.parsing import chats
from index.parsing.base import Parsed, worded
from index.parsing.builder import Builder
from index.parsing.text import decode
from index.parsing.web import chat_page
from index.parsing.web.elements import Element
from index.parsing.web.hypertext import Walk
from index.parsing.web.main_text import main_text
from index.parsing.web.tree import tree
from index.records import Notice

_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*+=\s*+[\"']?\s*+([\w.:-]+)|<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)",
    re.I,
)
_DECLARED_WITHIN = 4_096  # bytes
_WHATWG = {  # what browsers read instead, https://encoding.spec.whatwg.org
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "big5": "big5hkscs",
}  # fmt: skip
_META = (
    ("author", (
        "author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author",
    )),
    ("date", (
        "article:published_time", "date", "dc.date", "dcterms.created", "dc.date.issued", "datepublished",
        "citation_publication_date", "pubdate", "parsely-pub-date", "dcterms.date", "article:modified_time",
        "last-modified",
    )),
    ("description", ("description", "og:description", "dc.description", "dcterms.description")),
    ("keywords", ("keywords", "dc.subject", "news_keywords")),
)  # fmt: skip
_DIVIDERS = re.compile(r"(?<!\s)\s++[|–—·»«:-]\s++|(?:(?<!\s)\s++)?[|»«]\s*+|:\s++")


def parse(data: bytes, name: str) -> Parsed:
    """Parse an HTML page.

    Raises:
        Unreadable: the bytes are no text, or the page has no words.
    """
    text, notices = decode_page(data)
    head, body = tree(text)
    title = "".join(_text_of(head, "title"))
    properties = properties_of(head, body)
    builder = Builder()
    if messages := chat_page.messages_of(body):
        chats.add(builder, messages, 1)
        return builder.parsed(title=chat_page.title_of(body), properties=properties, notices=notices)
    Walk(builder).add(main_text(body, title))
    parsed = worded(builder.parsed(properties=properties, notices=notices))
    headings = [parsed.text[b.start : b.end] for b in parsed.layout.blocks if b.kind == "heading"]
    return builder.parsed(title=title_of(title, headings), properties=properties, notices=notices)


def decode_page(data: bytes) -> tuple[str, Sequence[Notice]]:
    """Decode a page: as UTF-8 if it is valid, else as it declares, else as is detected.

    Raises:
        Unreadable: the bytes are no text.
    """
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    label = (declared[1] or declared[2]).decode("ascii", "replace") if declared else ""
    try:
        encoding = codecs.lookup(label).name
    except LookupError:
        encoding = ""
    encoding = _WHATWG.get(encoding, encoding)
    if (
        not encoding
        or encoding.startswith("utf")
        or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    ):
        return decode(data)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        broken = text.count("\ufffd")
        return (text, (Notice("replaced", broken),)) if broken < 0.01 * len(text) else decode(data)
    except LookupError:  # a codec that makes no text
        return decode(data)


def title_of(title: str, headings: Sequence[str]) -> str:
    """A page's title, without the name of its site where a heading confirms that the rest is all."""
    title = " ".join(title.split())
    parts = [part for part in _DIVIDERS.split(title) if part]
    for heading in headings[:3]:
        said = " ".join(heading.split())
        if said and said != title and said.casefold() in (part.casefold() for part in _runs_of(title, parts)):
            return said
    return title


def _runs_of(title: str, parts: Sequence[str]) -> Iterator[str]:
    """What a title begins or ends with, at its dividers."""
    at = 0
    for part in parts:
        start = title.find(part, at)
        at = start + len(part)
        yield title[:at]
        yield title[start:]
        yield part


def properties_of(head: Element, body: Element) -> dict[str, str]:
    """What a page says of itself."""
    said: dict[str, str] = {}
    for element in head.below():
        if element.tag == "meta" and (content := " ".join(element.get("content").split())):
            key = (
                element.get("name")
                or element.get("property")
                or element.get("itemprop")
                or element.get("http-equiv")
            )
            said.setdefault(key.lower(), content)
    found = {}
    for key, names in _META:
        value = next((said[name] for name in names if name in said and not said[name].startswith("http")), "")
        if value:
            found[key] = value
    if "date" not in found:
        dates = (
            e.get("datetime")
            for e in body.below()
            if e.tag == "time" and ("pubdate" in e.attributes or e.get("itemprop") == "datePublished")
        )
        found["date"] = next(dates, "")
    return {key: value for key, value in found.items() if value}


def _text_of(head: Element, tag: str) -> Iterator[str]:
    """The text of the first element of that name in a page's head."""
    element = next((child for child in head.below() if child.tag == tag), None)
    if element is not None:
        yield element.text()
