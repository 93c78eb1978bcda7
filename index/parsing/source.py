"""Source code, settings and logs: the text stays the decoded file; comments of some length are read as prose.

Code is cut where an empty line ends a function or a group of lines. What marks a comment is hidden. A line
of a log is a record, with the lines below it that belong to it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from index.parsing.base import Parsed, Unreadable
from index.parsing.lines import Line
from index.parsing.outline import Outline
from index.parsing.prose import Prose
from index.parsing.text import decode


class Language(NamedTuple):
    """How a language marks comments: from a mark to the line's end, and between two marks."""

    line: tuple[str, ...] = ()
    block: tuple[tuple[str, str], ...] = ()


_C = Language(("///", "//!", "//"), (("/**", "*/"), ("/*!", "*/"), ("/*", "*/")))
_HASH = Language(("#",))
_PYTHON = Language(("#:", "#"), (('r"""', '"""'), ('"""', '"""'), ("'''", "'''")))
_MARKUP = Language((), (("<!--", "-->"),))
_LISP = Language((";;;", ";;", ";"))
_LANGUAGES: Mapping[str, Language] = {
    **dict.fromkeys((
        ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".kts", ".scala", ".groovy", ".gradle",
        ".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".cs", ".go", ".rs", ".swift", ".dart", ".proto",
        ".css", ".scss", ".less", ".php", ".vue", ".svelte",
    ), _C),
    **dict.fromkeys((".py", ".pyi", ".pyx"), _PYTHON),
    **dict.fromkeys((
        ".sh", ".bash", ".zsh", ".fish", ".pl", ".pm", ".r", ".jl", ".yaml", ".yml", ".toml", ".conf", ".cfg",
        ".properties", ".mk", ".cmake", ".graphql", ".ex", ".exs",
    ), _HASH),
    **dict.fromkeys((".tf", ".hcl"), Language(("#", "//"), (("/*", "*/"),))),
    **dict.fromkeys((".xml", ".xsd", ".xsl", ".xslt"), _MARKUP),
    **dict.fromkeys((".clj", ".el", ".lisp", ".scm"), _LISP),
    ".rb": Language(("#",), (("=begin", "=end"),)),
    ".ps1": Language(("#",), (("<#", "#>"),)),
    ".sql": Language(("--",), (("/*", "*/"),)),
    ".lua": Language(("---", "--"), (("--[[", "]]"),)),
    ".hs": Language(("-- |", "--"), (("{-", "-}"),)),
    ".erl": Language(("%%%", "%%", "%")),
    ".ini": Language(("#", ";")),
    ".bat": Language(("REM ", "rem ", "::")),
    ".cmd": Language(("REM ", "rem ", "::")),
    ".vb": Language(("'''", "'")),
}  # fmt: skip
SUFFIXES = (*_LANGUAGES, ".log")
"""Of the files that are read, in lower case."""

_STAMP = re.compile(
    r"[\[(<]?(?:\d{4}[-/]\d\d[-/]\d\d|\d\d[-/.]\d\d[-/.]\d{2,4}|\d\d:\d\d:\d\d"
    r"|[A-Z][a-z]{2} [ \d]?\d \d\d:|\d{10}|[\w.:-]+ - \S+ \[|(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR"
    r"|FATAL|CRITICAL)\b)"
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_CLOSES = re.compile(r"[\s})\];,]*+(?:end\w*+|fi|done|esac|else|except|finally|catch|elif)?[\s})\];,:{(]*+")
_FILLED = 0.9  # of the lines of a log that begin alike, for others to belong to the one before
_PROSE_LINES, _PROSE_WORDS = 2, 7  # of a comment that is read as prose: so many lines, or words in a line
_LONGEST_LINE = 2_000  # characters on average: code that a program wrote
_TAB = 4


class _Row(NamedTuple):
    """A line: where it starts, where its text does, where that ends."""

    begin: int
    start: int
    end: int


def parse(data: bytes, name: str) -> Parsed:
    """Parse a text file of code: its text is the decoded file, unchanged.

    Raises:
        Unreadable: the bytes are no text, or hold no words, or were made for programs.
    """
    text, notices = decode(data)
    if not any(map(str.isalnum, text)):
        raise Unreadable("empty of words")
    suffix = PurePosixPath(name).suffix.lower()
    outline = Outline()
    rows = list(_rows(text))
    if len(text) > _LONGEST_LINE * max(1, sum(row.start < row.end for row in rows)):
        raise Unreadable("made for programs: its lines are too long to be read")
    if suffix == ".log":
        _log(text, rows, outline)
    else:
        _Code(text, rows, _LANGUAGES.get(suffix, Language()), outline).read()
    return Parsed(text, outline.layout(), notices=notices)


def _rows(text: str) -> Iterator[_Row]:
    at = 1 if text.startswith("\ufeff") else 0
    while at < len(text):
        found = _LINE.match(text, at)
        end = found.end() if found else len(text)
        line = text[at:end]
        bare = line.strip()
        start = at + len(line) - len(line.lstrip()) if bare else at
        yield _Row(at, start, start + len(bare))
        at = end


def _log(text: str, rows: Sequence[_Row], outline: Outline) -> None:
    """Each line is a record; where lines begin with a time, those that do not belong to the one before."""
    filled = [row for row in rows if row.start < row.end]
    stamped = sum(bool(_STAMP.match(text, row.start)) for row in filled)
    indented = any(row.start > row.begin for row in filled)
    parent = outline.add("list", filled[0].start, filled[0].start)
    start, end = filled[0].start, filled[0].end
    for row in filled[1:]:
        begins = row.start == row.begin and (
            bool(_STAMP.match(text, row.start))
            or stamped < 0.2 * len(filled)
            or (not indented and stamped < _FILLED)
        )
        if begins:
            outline.add("record", start, end, parent)
            start = row.start
        end = row.end
    outline.add("record", start, end, parent)


class _Code:
    """Goes through the lines of code."""

    def __init__(self, text: str, rows: Sequence[_Row], language: Language, outline: Outline) -> None:
        self._text = text
        self._rows = rows
        self._language = language
        self._outline = outline
        self._prose = Prose(text, outline, wrapped=True)

    def read(self) -> None:
        """Find all blocks."""
        number, first = 0, -1  # the line; where the block of code begins that it stands in
        last = -1
        while number < len(self._rows):
            row = self._rows[number]
            if row.start >= row.end:
                number += 1
                continue
            count, lines = self._comment(number)
            amid = first >= 0 and number == last + 1 and self._is_line_comment(row)
            if count and not amid and self._is_prose(lines):
                self._add(first, last)
                first = -1
                self._document(lines)
                number += count
                continue
            if first >= 0 and number > last + 1 and self._begins(first, number):
                self._add(first, last)
                first = -1
            first = number if first < 0 else first
            last = number + max(count, 1) - 1
            number += max(count, 1)
        self._add(first, last)

    def _is_line_comment(self, row: _Row) -> bool:
        return (
            self._text.startswith(self._language.line, row.start, row.end) if self._language.line else False
        )

    def _begins(self, first: int, number: int) -> bool:
        """Whether a line below an empty one begins another block, indented no more, and closing none."""
        row = self._rows[number]
        if _CLOSES.fullmatch(self._text, row.start, row.end):
            return False
        return self._indent(number) <= self._indent(first)

    def _indent(self, number: int) -> int:
        row = self._rows[number]
        return len(self._text[row.begin : row.start].expandtabs(_TAB))

    def _add(self, first: int, last: int) -> None:
        if 0 <= first <= last:
            self._outline.add("code", self._rows[first].start, self._rows[last].end)

    # --------------------------------------------------------------------------------- comments

    def _comment(self, number: int) -> tuple[int, list[Line]]:
        """How many lines a comment takes that begins here, and what they say without its marks."""
        row = self._rows[number]
        for opening, closing in self._language.block:
            if self._text.startswith(opening, row.start, row.end):
                return self._block_comment(number, opening, closing)
        lines: list[Line] = []
        count = 0
        for place in range(number, len(self._rows)):
            other = self._rows[place]
            mark = next(
                (m for m in self._language.line if self._text.startswith(m, other.start, other.end)), ""
            )
            if not mark or (self._text.startswith("#!", other.start) and other.begin == 0):
                break
            lines.append(self._said(other.start + len(mark), other.end))
            count += 1
        return count, lines

    def _block_comment(self, number: int, opening: str, closing: str) -> tuple[int, list[Line]]:
        begin = self._rows[number].start + len(opening)
        end = self._text.find(closing, begin)
        if end < 0:
            return 0, []
        last = max(number, bisect_right(self._rows, end, key=lambda row: row.begin) - 1)
        if self._text[end + len(closing) : self._rows[last].end].strip(" ;,"):
            return 0, []  # code goes on behind it
        lines: list[Line] = []
        for row in self._rows[number : last + 1]:
            start = max(begin, row.start)
            if closing == "*/" and lines and self._text[start : start + 1] == "*" and start < end:
                start += 1
            lines.append(self._said(start, max(start, min(end, row.end))))
        return len(lines), lines

    def _said(self, start: int, end: int) -> Line:
        """What stands between two places, without white space around it."""
        stretch = self._text[start:end]
        bare = stretch.strip()
        begin = start + len(stretch) - len(stretch.lstrip()) if bare else start
        return Line(begin, begin + len(bare), bare)

    @staticmethod
    def _is_prose(lines: Sequence[Line]) -> bool:
        """Whether a comment says something to people."""
        words = [word for line in lines for word in line.text.split()]
        written = sum(word.strip("\"'.,:;()!?").isalpha() for word in words)
        said = sum(any(map(str.isalpha, line.text)) for line in lines)
        return (
            written >= 0.5 * len(words) and written >= 3 and (said >= _PROSE_LINES or written >= _PROSE_WORDS)
        )

    def _document(self, lines: Sequence[Line]) -> None:
        """Note a comment down, paragraph by paragraph."""
        paragraph: list[Line] = []
        for line in [*lines, Line(0, 0, "")]:
            if line.text:
                if paragraph:
                    self._hide_marks(paragraph[-1].end, line.start)
                paragraph.append(line)
            elif paragraph:
                self._prose.add(paragraph)
                paragraph = []
        self._prose.heading()

    def _hide_marks(self, start: int, end: int) -> None:
        """Hide what stands before the words of a line of a comment."""
        gap = self._text[start:end]
        feed = max(gap.rfind("\n"), gap.rfind("\r")) + 1
        self._outline.hide(start + feed, end)
