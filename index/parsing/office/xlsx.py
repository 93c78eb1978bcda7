"""A workbook of Excel 2007 or later in, its sheets out: what their cells show, as their formats say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from index.parsing import xml
from index.parsing.base import Unreadable
from index.parsing.digits import whole_number
from index.parsing.office import numbers
from index.parsing.office.package import Package
from index.parsing.office.sheet import Counter, Merged, Sheet

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_NUMBER = re.compile(r"[-+]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d{1,3})?")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::\d\d)?.*)?")
_ESCAPED = re.compile(r"_x([0-9a-fA-F]{4})_")


@dataclass(slots=True)
class _Styles:
    """Of each number of a style, its format and whether it is bold."""

    formats: list[str] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)


def sheets(package: Package, root: Element) -> Iterator[Sheet]:
    """The sheets of a workbook in their order, those aside that only a program can show.

    Raises:
        Unreadable: it is damaged, or larger than is read.
    """
    relations = package.relations(package.main)
    styles = _styles(package)
    strings = _Strings()
    for part in package.all(package.main, "sharedStrings"):
        xml.stream(package.read(part), strings)
    settings = xml.below(root, "s:workbookPr")
    since_1904 = settings is not None and settings.get("date1904") in ("1", "true")
    counter = Counter()
    for one in xml.children(root, "s:sheets", "s:sheet"):
        relation = relations.get(one.get("r:id", ""))
        if one.get("state") == "veryHidden" or not relation or relation.kind != "worksheet":
            continue
        sheet = Sheet(one.get("name", ""))
        if relation.target in package and relation.target not in package.told:
            package.told.add(relation.target)
            reader = _Reader(sheet, strings.found, styles, counter, since_1904=since_1904)
            xml.stream(package.read(relation.target), reader)
        yield sheet


def _styles(package: Package) -> _Styles:
    found = _Styles()
    for part in package.all(package.main, "styles"):
        root = package.tree(part)
        codes = dict(numbers.BUILT_IN)
        for one in xml.children(root, "s:numFmts", "s:numFmt"):
            codes[whole_number(one.get("numFmtId")) or 0] = one.get("formatCode", numbers.GENERAL)
        fonts = [_is_bold(font) for font in xml.children(root, "s:fonts", "s:font")]
        for one in xml.children(root, "s:cellXfs", "s:xf"):
            font = whole_number(one.get("fontId")) or 0
            found.formats.append(codes.get(whole_number(one.get("numFmtId")) or 0, numbers.GENERAL))
            found.bold.append(font < len(fonts) and fonts[font])
    return found


def _is_bold(font: Element) -> bool:
    bold = xml.below(font, "s:b")
    return bold is not None and bold.get("val", "1") not in ("0", "false")


class _Strings:
    """Takes the strings that cells share; how East Asian words are read out is left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._text: list[str] = []
        self._inside = self._spoken = False

    def start(self, tag: str, _: dict[str, str], /) -> None:
        """An element begins."""
        if tag == "s:rPh":
            self._spoken = True
        elif tag == "s:t":
            self._inside = not self._spoken

    def end(self, tag: str, /) -> None:
        """An element ends."""
        if tag == "s:si":
            self.found.append(_tidy("".join(self._text)))
            self._text = []
        elif tag == "s:rPh":
            self._spoken = False
        elif tag == "s:t":
            self._inside = False

    def data(self, data: str, /) -> None:
        """Text between tags."""
        if self._inside:
            self._text.append(data)


class _Reader:
    """Takes the cells of a sheet."""

    def __init__(
        self, sheet: Sheet, strings: list[str], styles: _Styles, counter: Counter, *, since_1904: bool
    ) -> None:
        self._sheet, self._strings, self._styles, self._counter = sheet, strings, styles, counter
        self._since_1904 = since_1904
        self._row, self._column = -1, -1
        self._bold: list[bool] = []
        self._kind, self._style = "n", 0
        self._text: list[str] = []
        self._inside = self._spoken = False

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        """An element begins."""
        if tag == "s:c":
            place = _CELL.fullmatch(attributes.get("r", ""))
            self._column = _column(place[1]) if place else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), whole_number(attributes.get("s")) or 0
            self._text = []
        elif tag in ("s:v", "s:t"):
            self._inside = not self._spoken
        elif tag == "s:row":
            self._row = (whole_number(attributes.get("r")) or 0) - 1 if attributes.get("r") else self._row + 1
            self._column = -1
            self._bold = []
        elif tag == "s:rPh":
            self._spoken = True
        elif tag == "s:mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, tag: str, /) -> None:
        """An element ends."""
        if tag in ("s:v", "s:t"):
            self._inside = False
        elif tag == "s:c":
            said = self._shown("".join(self._text))
            if said:
                self._sheet.rows.setdefault(self._row, {})[self._column] = said
                self._bold.append(self._style < len(self._styles.bold) and self._styles.bold[self._style])
                self._counter.add(self._sheet, said)
        elif tag == "s:row":
            if self._bold and all(self._bold):
                self._sheet.strong.add(self._row)
        elif tag == "s:rPh":
            self._spoken = False

    def data(self, data: str, /) -> None:
        """Text between tags."""
        if self._inside:
            self._text.append(data)

    def _shown(self, text: str) -> str:
        """What a cell shows."""
        if not text:
            return ""
        if self._kind == "s":
            number = whole_number(text) or 0
            return self._strings[number] if number < len(self._strings) else ""
        if self._kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if self._kind == "d" and (found := _ISO.fullmatch(text)):
            return f"{found[1]} {found[2]}" if found[2] and found[2] != "00:00" else found[1]
        if self._kind != "n" or not _NUMBER.fullmatch(text):
            return _tidy(text)
        code = (
            self._styles.formats[self._style] if self._style < len(self._styles.formats) else numbers.GENERAL
        )
        return numbers.shown(float(text), code, since_1904=self._since_1904)

    def _merge(self, reference: str) -> None:
        ends = [_CELL.fullmatch(end) for end in reference.split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:
            (left, top), (right, bottom) = ends[0].groups(), ends[1].groups()
            self._sheet.merged.append(Merged(int(top) - 1, int(bottom) - 1, _column(left), _column(right)))


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _tidy(text: str) -> str:
    """A string of a cell on one line; control characters are written as "_x000D_"."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1][0] not in "dD" else "", text)
    return " ".join(text.split())


def main(package: Package) -> Element:
    """The root of a workbook.

    Raises:
        Unreadable: the file holds none, or is damaged.
    """
    root = package.tree(package.main)
    if root.tag != "s:workbook":
        raise Unreadable("no workbook in it")
    return root
