"""RTF: headings by outline level or style, lists, tables, notes; text in the code page of its font.

Read from the control words: striprtf gives the words, but neither headings nor lists nor what a file says of
itself. Deleted and hidden words, headers, footers, comments and index entries are left out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from index.parsing.base import Parsed, Unreadable
from index.parsing.builder import Run
from index.parsing.office.package import sound_title
from index.parsing.office.rtf_blocks import LEVELS, Blocks, Paragraph
from index.parsing.office.rtf_tokens import Token, charset, code_page, tokens

_DEEPEST = 2_000  # groups in groups; they are no recursion here
_SYMBOLS = {"~": "\u00a0", "_": "-", "\t": "\t"}
_CHARACTERS = {
    "tab": "\t", "line": "\n", "lbr": "\n", "softline": "\n", "emdash": "\u2014", "endash": "\u2013",
    "lquote": "\u2018", "rquote": "\u2019", "ldblquote": "\u201c", "rdblquote": "\u201d",
    "bullet": "\u2022", "emspace": " ", "enspace": " ", "qmspace": " ", "nestcell": " ", "nestrow": " ",
}  # fmt: skip
_UNSEEN = dict.fromkeys((*range(9), *range(0xE, 0x20), 0xAD, 0xFEFF))  # controls, and what only breaks lines
_LEFT_OUT = frozenset((
    "colortbl", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "pict",
    "objdata", "shprslt", "nonshppict", "annotation", "atnid", "atnauthor", "atndate", "atnref", "tc", "tcn",
    "xe", "rxe", "bkmkstart", "bkmkend", "sp", "nonesttables", "pnseclvl", "ftnsep", "ftnsepc", "aftnsep",
    "aftnsepc", "filetbl", "object", "themedata", "revtbl", "rsidtbl", "listtable", "listoverridetable",
    "falt", "panose", "pntxta", "pntxtb", "list", "listlevel", "leveltext", "levelnumbers", "listname",
    "listoverride", "lfolevel",
))  # fmt: skip
_READ_IF_STARRED = frozenset(("shpinst", "shptxt", "fldinst", "shppict"))
_INFO = {
    "title": "title", "author": "author", "subject": "subject", "keywords": "keywords",
    "category": "category", "doccomm": "description",
}  # fmt: skip
_OLD_PAGES = {"mac": "mac-roman", "pc": "cp437", "pca": "cp850"}
_DATES = {"creatim": "created", "revtim": "modified"}
_ADDRESS = re.compile(r'\s*HYPERLINK\s+"(?P<address>[^"]+)"')


@dataclass(slots=True)
class _Group:
    """What holds until a group ends.

    ``into`` is where its words go: "text", "" for nowhere, "note", "label", "address", "style", "font" or the
    name of a property.
    """

    into: str = "text"
    font: int = 0
    bold: bool = False
    italic: bool = False
    hidden: bool = False
    after_unicode: int = 1  # how many characters stand in for one that has a number
    href: str = ""
    first: bool = True


def parse(data: bytes, name: str) -> Parsed:
    """Parse a file in Rich Text Format.

    Raises:
        Unreadable: it is none, or there are no words in it.
    """
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise Unreadable("no RTF file")
    reader = _Reader()
    for token in tokens(data):
        reader.take(token)
    return reader.parsed()


class _Reader:
    """Takes tokens one after the other."""

    def __init__(self) -> None:
        self._blocks = Blocks()
        self._properties: dict[str, str] = {}
        self._group = _Group()
        self._stack: list[_Group] = []
        self._document = "cp1252"
        self._fonts: dict[int, str] = {}
        self._number = 0  # of the font or style whose definition is read
        self._bytes = bytearray()
        self._pending = 0  # characters to pass over after one that has a number
        self._high = 0  # the first half of a character beyond the first 65,536
        self._words: dict[str, list[str]] = {}
        self._date: dict[str, int] = {}

    def parsed(self) -> Parsed:
        """What was read."""
        self._flush()
        self._blocks.end_paragraph()
        self._blocks.end_table()
        title = sound_title(self._properties.pop("title", ""))
        return self._blocks.flow.parsed(self._blocks.title or title, self._properties)

    def take(self, token: Token) -> None:
        """Read on by a token."""
        if token.kind == "text":
            data = token.data[self._pending :]
            self._pending = max(0, self._pending - len(token.data))
            self._bytes += data
            self._group.first = False
            return
        self._flush()
        if token.kind == "open":
            if len(self._stack) >= _DEEPEST:
                raise Unreadable("damaged: its parts nest too deeply")
            self._pending = 0
            self._stack.append(self._group)
            self._group = replace(self._group, first=True)
        elif token.kind == "close":
            self._pending = 0
            self._end_group()
        elif token.kind == "symbol":
            self._symbol(token.name)
        else:
            self._word(token.name, token.number)
            self._group.first = False

    # --------------------------------------------------------------------------------- words

    def _flush(self) -> None:
        """Decode the bytes that were gathered."""
        if not self._bytes:
            return
        data, self._bytes = bytes(self._bytes), bytearray()
        shown = self._group.into in ("text", "note", "label")
        codec = self._fonts.get(self._group.font, self._document) if shown else self._document
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            text = data.decode(self._document, "replace")
        self._say(text)

    def _say(self, text: str) -> None:
        text = text.translate(_UNSEEN)
        into = self._group.into
        if into == "text":
            if not self._group.hidden:
                group = self._group
                look = "link" if group.href else "bold" if group.bold else "italic" if group.italic else ""
                self._blocks.runs.append(Run(text, look, group.href))  # type: ignore[arg-type]
        elif into:
            self._words.setdefault(into, []).append(text)

    def _symbol(self, name: str) -> None:
        if name == "*":
            if self._group.first:
                self._group.into = f"*{self._group.into}"
            return
        if name in "\r\n":
            self._word("par", None)
        elif name in "\\{}":
            if self._pending:
                self._pending -= 1
            else:
                self._bytes += name.encode()
        elif name in _SYMBOLS:
            self._say(_SYMBOLS[name])
        self._group.first = False

    def _unicode(self, number: int) -> None:
        code = number & 0xFFFF
        self._pending = self._group.after_unicode
        if 0xD800 <= code < 0xDC00:
            self._high = code
        elif 0xDC00 <= code < 0xE000:
            if self._high:
                self._say(chr(0x10000 + ((self._high - 0xD800) << 10) + code - 0xDC00))
            self._high = 0
        elif not 0xF000 <= code < 0xF100:  # of fonts of symbols
            self._say(chr(code))

    # --------------------------------------------------------------------------------- control words

    def _word(self, name: str, number: int | None) -> None:
        group = self._group
        if group.into.startswith("*"):  # a destination that readers may pass over
            group.into = group.into[1:] if name in _READ_IF_STARRED else ""
        if group.first and self._destination(name):
            return
        if name == "u":
            self._unicode(number or 0)
        elif name in _CHARACTERS:
            self._say(_CHARACTERS[name])
        elif name in ("ansicpg", "mac", "pc", "pca"):
            self._document = _OLD_PAGES.get(name) or code_page(number)
        elif group.into in ("font", "style"):
            self._define(name, number)
        elif group.into in _DATES:
            self._date[name] = number or 0
        elif (change := _CHANGES.get(name)) is not None:
            change(group, number)
        elif group.into == "text" and not self._set_paragraph(name, number):
            self._set_table(name)

    def _define(self, name: str, number: int | None) -> None:
        """What a control word says of a font or style that is defined."""
        if name == ("f" if self._group.into == "font" else "s"):
            self._group.font = self._number = number or 0
        elif name == "fcharset":
            self._fonts[self._number] = charset(number, self._document)
        elif name == "cpg":
            self._fonts[self._number] = code_page(number)

    def _destination(self, name: str) -> bool:
        """Begin a group whose words go elsewhere, if the control word at its start says so."""
        group = self._group
        if name in _LEFT_OUT:
            group.into = ""
        elif not group.into:
            return False
        elif name in ("footnote", "listtext", "pntext", "fldinst"):
            into = {"footnote": "note", "fldinst": "address"}.get(name, "label")
            group.into = into
            self._words[into] = []
        elif name in ("fonttbl", "stylesheet"):
            group.into = "font" if name == "fonttbl" else "style"
        elif name in _INFO or name in _DATES:
            group.into = name
            self._date = {}
        elif name == "info":
            group.into = "info"
        else:
            if group.into == "style":
                self._number = 0
                self._words["style"] = []
            return False
        return True

    def _set_paragraph(self, name: str, number: int | None) -> bool:
        """Follow a control word that says something of paragraphs; the result is whether it does."""
        paragraph = self._blocks.paragraph
        match name:
            case "par" | "sect" | "page":
                self._blocks.end_paragraph()
            case "pard":
                self._blocks.paragraph = Paragraph(label=paragraph.label)
            case "s":
                paragraph.style = number or 0
            case "outlinelevel":
                paragraph.level = (number or 0) + 1
            case "ls":
                paragraph.list_id = str(number) if number else ""
            case "ilvl":
                paragraph.depth = min(max(0, number or 0), LEVELS)
            case "intbl":
                paragraph.in_table = True
            case _:
                return False
        return True

    def _set_table(self, name: str) -> None:
        """Follow a control word that says something of tables."""
        row = self._blocks.row
        match name:
            case "cell":
                self._blocks.end_cell()
            case "row":
                self._blocks.end_row()
            case "trowd":
                row.merged, row.head = [], False
            case "trhdr":
                row.head = True
            case "clmrg":
                row.left = True
            case "clvmrg":
                row.above = True
            case "cellx":
                row.merged.append((row.left, row.above))
                row.left = row.above = False

    def _end_group(self) -> None:
        if not self._stack:
            return
        ended, self._group = self._group, self._stack.pop()
        into = ended.into
        if into == self._group.into and into != "style":
            return
        said = "".join(self._words.pop(into, ()))
        if into == "note":
            self._blocks.flow.note(said)
        elif into == "label":
            self._blocks.paragraph.label = " ".join(said.split()) or "•"
        elif into == "address" and (found := _ADDRESS.match(said)):
            self._group.href = found["address"]
        elif into == "style" and said.strip():
            self._blocks.styles.setdefault(self._number, said.strip().rstrip(";").strip().lower())
        elif into in _INFO:
            self._properties[_INFO[into]] = said.strip()
        elif into in _DATES and self._date.get("yr"):
            day = (self._date.get(part, 1) for part in ("yr", "mo", "dy"))
            self._properties[_DATES[into]] = "{:04}-{:02}-{:02}".format(*day)


def _set(name: str, *, on: bool | None = None) -> Callable[[_Group, int | None], None]:
    def change(group: _Group, number: int | None) -> None:
        setattr(group, name, number != 0 if on is None else on)

    return change


def _font(group: _Group, number: int | None) -> None:
    group.font = number or 0


def _plain(group: _Group, _: int | None) -> None:
    group.bold = group.italic = group.hidden = False


def _after_unicode(group: _Group, number: int | None) -> None:
    group.after_unicode = min(max(0, 1 if number is None else number), 10)


_CHANGES: dict[str, Callable[[_Group, int | None], None]] = {
    "f": _font,
    "b": _set("bold"),
    "i": _set("italic"),
    "v": _set("hidden"),
    "deleted": _set("hidden"),
    "plain": _plain,
    "uc": _after_unicode,
}
"""Control words that change how what follows in their group looks."""
