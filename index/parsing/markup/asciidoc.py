"""AsciiDoc: headings, lists, tables, boxes, code and the marks within lines; nothing is included or computed.

No library for Python that is kept up and free to use reads the format; this reads what people write by hand.
Both branches of a condition are read; macros without words are left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from index.parsing.base import Parsed, worded
from index.parsing.builder import Builder, Run
from index.parsing.lines import DONE
from index.parsing.markup.asciidoc_tables import table
from index.parsing.markup.asciidoc_words import words
from index.parsing.paragraphs import Paragraphs
from index.parsing.text import decode

_HEADING = re.compile(r"(?P<marks>={1,6}|#{1,6})[ \t]+(?P<text>\S.*)")
_ATTRIBUTE = re.compile(r":(?P<name>!?[\w-]+!?):(?:[ \t]++(?P<value>.*))?")
_FENCE = re.compile(r"(?P<fence>-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```\w*|[|,:!]===)[ \t]*")
_STYLE = re.compile(r"\[(?P<style>[^\[\]]*+(?:\[[^\]]*+\])?+[^\[\]]*+)\][ \t]*|\[\[[^\]]*+\]\][ \t]*")
_COMMENT = re.compile(r"//(?!/)")
_DIRECTIVE = re.compile(r"(?:ifn?def|ifeval|endif|include)::[^\s\[]*+\[.*\]\s*$")
_TITLE = re.compile(r"\.(?P<text>[^\s.].*)")
_MACRO = re.compile(r"(?:[a-z]\w*+::[^\s\[]*+\[.*\]|'{3,}|<{3,}|---|\*\*\*)[ \t]*+|//(?!/).*")
_ITEM = re.compile(
    r"[ \t]*(?P<mark>\*{1,6}|-|\.{1,6}|\d{1,3}\.|[a-zA-Z]\.|<(?:\d{1,2}|\.)>)[ \t]+(?P<text>\S.*)"
)
_TERM = re.compile(r"[ \t]*(?P<text>\S.*?)(?P<mark>:{2,4}|;;)(?:[ \t]++(?P<rest>\S.*))?[ \t]*+")
_BOX = re.compile(r"(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+")
_CHECKED = re.compile(r"\[(?P<done>[ xX*])\][ \t]+")
_AUTHOR = re.compile(r"(?P<name>[^\W\d_][^<>:=\[\]|;]{1,60}?)(?:[ \t]+<(?P<mail>[^<>\s]+)>)?[ \t]*")
_REVISION = re.compile(r"v?[\d.]++,?+[ \t]*+(?P<date>\d{4}-\d\d-\d\d)?.*|(?P<alone>\d{4}-\d\d-\d\d)")
_CALLOUT = re.compile(r"(?<![ \t])[ \t]*+(?://|#|--|;;)?[ \t]*+<(?:\d+|\.)>")
_CODE = ("-", ".", "`")
_HIDDEN = ("/", "+")
_DEEPEST = 20


def parse(data: bytes, name: str) -> Parsed:
    """Parse an AsciiDoc file.

    Raises:
        Unreadable: the bytes are no text, or hold no words.
    """
    text, notices = decode(data)
    reader = _Reader(Builder())
    lines = [line.rstrip() for line in text.lstrip("\ufeff").splitlines() if not _DIRECTIVE.match(line)]
    begin, title = reader.head(lines)
    reader.read(lines[begin:])
    return worded(reader.builder.parsed(title=title, properties=reader.properties, notices=notices))


@dataclass(slots=True)
class _Reader:
    """Goes through lines and adds what they say to a text that is put together."""

    builder: Builder
    properties: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    _paragraphs: Paragraphs = field(init=False)
    _style: str = ""
    _title: str = ""
    _depth: int = 0

    def __post_init__(self) -> None:
        self._paragraphs = Paragraphs(self.builder)

    def head(self, lines: Sequence[str]) -> tuple[int, str]:
        """Read a document's title, author, and what is said of it; tells where the text goes on."""
        at, title = 0, ""
        while at < len(lines) and (
            not lines[at] or _COMMENT.match(lines[at]) or _ATTRIBUTE.fullmatch(lines[at])
        ):
            self._attribute(lines[at])
            at += 1
        found = _HEADING.fullmatch(lines[at]) if at < len(lines) else None
        if found is None or len(found["marks"]) > 1:
            return at, ""
        title = found["text"]
        at += 1
        header: list[str] = []
        while at < len(lines) and lines[at]:
            if not self._attribute(lines[at]) and not _COMMENT.match(lines[at]):
                header.append(lines[at])
            at += 1
        authors = [_AUTHOR.fullmatch(one.strip()) for one in header[0].split(";")] if header else []
        if authors and all(authors):
            names = ", ".join(author["name"].replace("_", " ") for author in authors if author)
            self.properties.setdefault("author", names)
            if len(header) > 1 and (revision := _REVISION.fullmatch(header[1])):
                self.properties.setdefault("date", revision["date"] or revision["alone"] or "")
            header = []
        runs, _ = words(title, self.attributes)
        self.builder.heading(runs, 1)
        if header:  # no head but a first paragraph right below the title
            self.read(header)
        return at, "".join(run.text for run in runs)

    def _attribute(self, line: str) -> bool:
        found = _ATTRIBUTE.fullmatch(line)
        if not found:
            return False
        name, value = found["name"].lower(), found["value"] or ""
        self.attributes[name] = value
        kept: Mapping[str, str] = {
            "author": "author",
            "revdate": "date",
            "description": "description",
            "keywords": "keywords",
        }
        if name in kept and value:
            self.properties[kept[name]] = value
        return True

    # --------------------------------------------------------------------------------- blocks

    def read(self, lines: Sequence[str]) -> None:
        """Read lines, block by block."""
        self._depth += 1
        at = 0
        while at < len(lines) and self._depth <= _DEEPEST:
            at = self._block(lines, at)
        self._depth -= 1

    def _block(self, lines: Sequence[str], at: int) -> int:
        """Read the block that begins at a line; the result is the line behind it."""
        line = lines[at]
        if fence := _FENCE.fullmatch(line):
            return self._fenced(lines, at, fence["fence"])
        if self._is_read(line):
            return at + 1
        if _ITEM.fullmatch(line) or _TERM.fullmatch(line):
            self._caption()
            return self._list(lines, at)
        return self._literal(lines, at) if line[0] in " \t" else self._paragraph(lines, at)

    def _is_read(self, line: str) -> bool:
        """Read a line that stands for itself; tells whether it is one."""
        if not line or line == "+" or self._attribute(line) or _MACRO.fullmatch(line):
            return True
        if style := _STYLE.fullmatch(line):
            self._style = style["style"] or self._style
            return True
        if heading := _HEADING.fullmatch(line):
            self._heading(heading)
            return True
        title = _TITLE.fullmatch(line)
        self._title = title["text"] if title else self._title
        return title is not None

    def _heading(self, found: re.Match[str]) -> None:
        self._style = self._title = ""
        self.builder.heading(self._words(found["text"]), len(found["marks"]))
        self._paragraphs.heading()

    def _caption(self) -> None:
        if self._title:
            self.builder.add("caption", self._words(self._title))
        self._title = self._style = ""

    def _words(self, text: str) -> list[Run]:
        runs, notes = words(text, self.attributes)
        self._notes(notes)
        return runs

    def _notes(self, notes: Sequence[str]) -> None:
        for note in notes:
            self.builder.add("note", words(note, self.attributes)[0])

    def _paragraph(self, lines: Sequence[str], at: int) -> int:
        end = at + 1
        while end < len(lines) and lines[end] and not self._interrupts(lines[end]):
            end += 1
        stretch = [line for line in lines[at:end] if not _COMMENT.match(line)]
        style = self._style.partition(",")[0]
        self._caption()
        if style in ("source", "listing", "literal"):
            self.builder.add("code", "\n".join(stretch), keep=True)
            return end
        runs, notes = words(_BOX.sub("", _flowing(stretch)), self.attributes)
        if style in ("quote", "verse"):
            with self.builder.inside("quotation"):
                self._paragraphs.add(runs)
        else:
            following = lines[end] if end < len(lines) else lines[end + 1] if end + 1 < len(lines) else ""
            before = next((line for line in lines[end:] if line), following)
            self._paragraphs.add(runs, before_list=bool(_ITEM.fullmatch(before)))
        self._notes(notes)
        return end

    @staticmethod
    def _interrupts(line: str) -> bool:
        return line == "+" or bool(
            _FENCE.fullmatch(line) or (_STYLE.fullmatch(line) and line.startswith("["))
        )

    def _literal(self, lines: Sequence[str], at: int) -> int:
        end = at
        while end < len(lines) and lines[end]:
            end += 1
        self._caption()
        indent = min(len(line) - len(line.lstrip()) for line in lines[at:end])
        self.builder.add("code", "\n".join(line[indent:] for line in lines[at:end]), keep=True)
        return end

    def _fenced(self, lines: Sequence[str], at: int, fence: str) -> int:
        """Read what stands between two fences; one that is never closed ends with the text."""
        closing = "```" if fence.startswith("```") else fence
        end = next((n for n in range(at + 1, len(lines)) if lines[n].rstrip() == closing), len(lines))
        inner = lines[at + 1 : end]
        style = self._style
        if fence[0] in _HIDDEN or style.startswith("comment"):
            self._style = self._title = ""
        elif fence.endswith("==="):
            if fence[1:] == "===" and fence[0] in "|,:!":
                self._table(inner, fence[0])
            else:
                self._box(inner)
        elif fence[0] in _CODE and fence != "--":
            self._caption()
            self.builder.add("code", _CALLOUT.sub("", "\n".join(inner)), keep=True)
        elif fence == "--" and style.startswith(("source", "listing")):
            self._caption()
            self.builder.add("code", "\n".join(inner), keep=True)
        elif fence[0] == "_" or style.startswith(("quote", "verse")):
            self._caption()
            with self.builder.inside("quotation"):
                self.read(inner)
        else:
            self._box(inner)
        return end + 1

    def _box(self, lines: Sequence[str]) -> None:
        """What stands apart from the text; its title names it."""
        title, self._title, self._style = self._title, "", ""
        if not title:
            self.read(lines)
            return
        with self.builder.inside("list"):
            self.builder.add("term", self._words(title))
            with self.builder.inside("definition"):
                self.read(lines)

    # --------------------------------------------------------------------------------- lists

    def _list(self, lines: Sequence[str], at: int) -> int:
        """Read a list with all that is in it; marks of other kinds begin lists in its items."""
        end = self._end_of_list(lines, at)
        self._entries(lines[at:end], ())
        return end

    @staticmethod
    def _end_of_list(lines: Sequence[str], at: int) -> int:
        fence = ""
        number = at
        while number < len(lines):
            line = lines[number]
            if fence:
                fence = "" if line == fence else fence
            elif found := _FENCE.fullmatch(line):
                attached = lines[number - 1] == "+" or (
                    _STYLE.fullmatch(lines[number - 1]) and lines[number - 2] == "+"
                )
                if not attached:
                    return number
                fence = "```" if line.startswith("```") else found["fence"]
            elif not line:
                following = next((n for n in range(number, len(lines)) if lines[n]), len(lines))
                goes_on = following < len(lines) and (
                    lines[following] == "+"
                    or _ITEM.fullmatch(lines[following])
                    or _TERM.fullmatch(lines[following])
                    or (lines[following][0] in " \t")
                )
                if not goes_on or _HEADING.fullmatch(lines[following]):
                    return number
                number = following
                continue
            elif _HEADING.fullmatch(line):
                return number
            number += 1
        return number

    def _entries(self, lines: Sequence[str], above: tuple[str, ...]) -> None:
        """Read the entries of a list whose mark is that of the first line, each with what stands below it."""
        mark = _kind(lines[0])
        starts = [0]
        number, fence = 1, ""
        while number < len(lines):
            line = lines[number]
            if fence:
                fence = "" if line == fence else fence
            elif found := _FENCE.fullmatch(line):
                fence = "```" if line.startswith("```") else found["fence"]
            elif _kind(line) == mark:
                starts.append(number)
            elif _kind(line) in above:
                break
            number += 1
        inner = (*above, mark)
        with self.builder.inside("list"):
            for start, end in zip(starts, [*starts[1:], number], strict=True):
                self._entry(lines[start:end], inner)
        if number < len(lines):
            self._entries(lines[number:], above)

    def _entry(self, lines: Sequence[str], marks: tuple[str, ...]) -> None:
        if (found := _ITEM.fullmatch(lines[0])) is not None:
            kind: Literal["item", "definition"] = "item"
            checked = _CHECKED.match(found["text"])
            done = DONE if checked and checked["done"].strip() else ""
            first = [done + found["text"][checked.end() if checked else 0 :]]
        else:
            term = _TERM.fullmatch(lines[0])
            self.builder.add("term", self._words(term["text"] if term else lines[0]))
            kind = "definition"
            first = [term["rest"]] if term and term["rest"] else []
        at = 1
        while at < len(lines) and not first and not lines[at]:
            at += 1
        while (
            at < len(lines)
            and lines[at]
            and lines[at] != "+"
            and not _kind(lines[at])
            and not _FENCE.fullmatch(lines[at])
        ):
            first.append(lines[at].strip())
            at += 1
        if not first and not any(lines[at:]):
            return
        with self.builder.inside(kind):
            if first:
                self._paragraphs.add(self._words(_flowing(first)))
            self._below(lines[at:], marks)

    def _below(self, lines: Sequence[str], marks: tuple[str, ...]) -> None:
        """What stands below an entry's first words: blocks that are attached, and lists."""
        at = 0
        while at < len(lines):
            if not lines[at] or lines[at] == "+":
                at += 1
            elif _kind(lines[at]) and len(marks) < _DEEPEST:
                self._entries(lines[at:], marks)
                return
            else:
                before = at
                self._depth += 1
                at = self._block(lines, at) if self._depth <= _DEEPEST else len(lines)
                self._depth -= 1
                at = max(at, before + 1)

    # --------------------------------------------------------------------------------- tables

    def _table(self, lines: Sequence[str], divider: str) -> None:
        style, title = self._style, self._title
        self._style = self._title = ""
        laid = table(lines, divider, style, self.attributes)
        with self.builder.inside("table"):
            if title:
                self.builder.add("caption", self._words(title))
            self.builder.row(laid.head, head=True)
            for row in laid.rows:
                self.builder.row(row)


def _kind(line: str) -> str:
    """What marks a line as an entry of a list; numbers are all alike. Empty where nothing does."""
    if found := _ITEM.fullmatch(line):
        mark = found["mark"]
        return "1." if mark[0].isdigit() else "a." if mark[0].isalpha() else "<1>" if mark[0] == "<" else mark
    if (term := _TERM.fullmatch(line)) and not _FENCE.fullmatch(line):
        return term["mark"]
    return ""


def _flowing(lines: Sequence[str]) -> str:
    """Lines that flow on, but for those that end with a plus sign."""
    parts = []
    for number, line in enumerate(lines):
        wanted = line.endswith(" +")
        parts.append(line.removesuffix(" +") if wanted else line)
        if number + 1 < len(lines):
            parts.append("\n" if wanted else " ")
    return "".join(parts)
