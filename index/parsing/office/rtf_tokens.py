"""The bytes of an RTF file in, its control words, braces and text out; text in the code page of its font.

The names of control words are those of the Rich Text Format Specification 1.9.1.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?[0-9]{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>[^a-zA-Z])|(?P<brace>[{}])|(?P<text>[^\\{}\r\n\x00]+)|[\r\n\x00]+|\\",
    re.DOTALL,
)
_CHARSETS = {
    0: "cp1252", 2: "cp1252", 77: "mac-roman", 78: "shift_jis", 79: "johab", 80: "gb2312", 81: "big5",
    128: "cp932", 129: "cp949", 130: "johab", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 255: "cp850",
}  # fmt: skip
"""Code pages by the number of a font's character set; 1 is that of the document."""


class Token(NamedTuple):
    """A control word or symbol with its number, a brace, or bytes of text."""

    kind: Literal["word", "symbol", "open", "close", "text"]
    name: str = ""
    number: int | None = None
    data: bytes = b""


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens of a file; binary data is passed over."""
    at = 0
    while found := _TOKEN.match(data, at):
        at = found.end()
        kind = found.lastgroup
        if found["word"]:
            number = int(found["number"]) if found["number"] else None
            if found["word"] == b"bin":
                at += max(0, number or 0)
            else:
                yield Token("word", found["word"].decode(), number)
        elif kind == "hex":
            yield Token("text", data=bytes.fromhex(found["hex"].decode()))
        elif kind == "symbol":
            yield Token("symbol", found["symbol"].decode("latin-1"))
        elif kind == "brace":
            yield Token("open" if found["brace"] == b"{" else "close")
        elif kind == "text":
            yield Token("text", data=found["text"])


def code_page(number: int | None) -> str:
    """The codec of a code page; that of Western Europe where there is none."""
    name = {10000: "mac-roman", 65001: "utf-8"}.get(number or 1252, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def charset(number: int | None, document: str) -> str:
    """The codec of a font's character set."""
    return _CHARSETS.get(number if number is not None else 1, document)
