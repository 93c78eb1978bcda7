"""Styles and numbering of a Word document in, what they make of a paragraph out: level, list, look."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from index.parsing import xml
from index.parsing.digits import whole_number

_HEADING = re.compile(r"heading (?P<level>[1-9])")
_LONGEST_CHAIN = 20  # styles based on one another; more are a loop
_BODY = 9  # the outline level of text
_LEVELS = 9  # of a numbered list
_PLACE = re.compile(r"%([1-9])")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


class Look(NamedTuple):
    """What a style says; None where it says nothing, ``size`` is in half points."""

    name: str | None = None
    level: int | None = None
    list_id: str | None = None
    depth: int | None = None
    bold: bool | None = None
    italic: bool | None = None
    hidden: bool | None = None
    size: int | None = None

    def over(self, below: "Look") -> "Look":
        """This, and where it says nothing what another one says."""
        return self._replace(
            **{key: value for key, value in below._asdict().items() if getattr(self, key) is None}
        )


class Styles:
    """The styles of a document, by their identifiers."""

    def __init__(self, root: Element | None) -> None:
        self._elements = {one.get("w:styleId", ""): one for one in xml.children(root, "w:style")}
        self._default = next(
            (
                name for name, one in self._elements.items()
                if one.get("w:type") == "paragraph" and is_on(one.get("w:default", "0"))
            ),
            "",
        )  # fmt: skip
        self._base = run_look(xml.below(root, "w:docDefaults", "w:rPrDefault", "w:rPr"))
        self._known: dict[str, Look] = {}

    def paragraph(self, name: str | None) -> Look:
        """What the style of a paragraph says, with those that it is based on."""
        return self.of(name if name in self._elements else self._default).over(self._base)

    def of(self, name: str | None) -> Look:
        """What a style says."""
        if not name:
            return Look()
        if name not in self._known:
            self._known[name] = self._resolve(name)
        return self._known[name]

    def heads_tables(self, name: str) -> bool:
        """Whether a style of tables makes their first row look otherwise."""
        for _ in range(_LONGEST_CHAIN):
            style = self._elements.get(name)
            if style is None:
                return False
            if any(part.get("w:type") == "firstRow" for part in xml.children(style, "w:tblStylePr")):
                return True
            name = value(style, "w:basedOn") or ""
        return False

    def _resolve(self, name: str) -> Look:
        look = Look()
        for _ in range(_LONGEST_CHAIN):
            style = self._elements.get(name)
            if style is None:
                break
            look = look.over(self._look(style))
            name = value(style, "w:basedOn") or ""
        return look

    def _look(self, style: Element) -> Look:
        own = (value(style, "w:name") or "").lower()
        look = run_look(xml.below(style, "w:rPr"))._replace(name=own)
        found = _HEADING.fullmatch(own)
        properties = paragraph_look(xml.below(style, "w:pPr"))
        if found and properties.level is None:
            properties = properties._replace(level=int(found["level"]))
        return look.over(properties)


def paragraph_look(properties: Element | None) -> Look:
    """What the properties of a paragraph say: its outline level, its list."""
    level = whole_number(value(properties, "w:outlineLvl"))
    numbering = xml.below(properties, "w:numPr")
    return Look(
        level=None if level is None else 0 if level >= _BODY else level + 1,
        list_id=value(numbering, "w:numId"),
        depth=whole_number(value(numbering, "w:ilvl")),
    )


def run_look(properties: Element | None) -> Look:
    """What the properties of a run say: bold, italic, hidden, its size."""
    if properties is None or not len(properties):
        return _PLAIN
    return Look(
        bold=switch(properties, "w:b"),
        italic=switch(properties, "w:i"),
        hidden=switch(properties, "w:vanish"),
        size=whole_number(value(properties, "w:sz")),
    )


_PLAIN = Look()


def value(element: Element | None, name: str) -> str | None:
    """The value of a child, if there is one."""
    child = xml.below(element, name)
    return None if child is None else child.get("w:val")


def is_on(text: str | None) -> bool:
    """Whether a switch is on."""
    return text not in ("0", "false", "off", "none")


def switch(properties: Element | None, name: str) -> bool | None:
    """Whether a property is on, if it is there."""
    child = xml.below(properties, name)
    return None if child is None else is_on(child.get("w:val"))


# ------------------------------------------------------------------------------------ numbering


class _Level(NamedTuple):
    kind: str = "bullet"
    text: str = ""
    start: int = 1
    style: str = ""
    plain: bool = False  # all numbers in Arabic numerals


@dataclass(slots=True)
class _Numbered:
    """One list of a document: what it shares its numbers with, and its levels."""

    abstract: str
    levels: dict[int, _Level]
    restarts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the items of a document's lists."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        abstracts = {one.get("w:abstractNumId", ""): one for one in xml.children(root, "w:abstractNum")}
        names = {
            one.get("w:numId", ""): value(one, "w:abstractNumId") or "" for one in xml.children(root, "w:num")
        }
        self._lists: dict[str, _Numbered] = {}
        for one in xml.children(root, "w:num"):
            name = one.get("w:numId", "")
            abstract = names[name]
            if (linked := value(abstracts.get(abstract), "w:numStyleLink")) is not None:
                abstract = names.get(styles.of(linked).list_id or "", abstract)
            levels = _levels(abstracts.get(abstract))
            found = self._lists[name] = _Numbered(abstract, levels)
            for override in xml.children(one, "w:lvlOverride"):
                depth = whole_number(override.get("w:ilvl")) or 0
                start = whole_number(value(override, "w:startOverride"))
                if start is not None:
                    found.restarts[depth] = start
                levels.update(_levels(override))
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[str] = set()

    def depth_of(self, list_id: str, style: str) -> int:
        """The level of a list that a style belongs to."""
        levels = self._lists[list_id].levels if list_id in self._lists else {}
        return next((depth for depth, level in levels.items() if style and level.style == style), 0)

    def label(self, list_id: str, depth: int) -> tuple[str, bool]:
        """The number of the next item: in words, and whether it is more than a count of its own list.

        It is "" for a bullet.
        """
        numbered = self._lists.get(list_id)
        if numbered is None or depth not in numbered.levels:
            return "", False
        level = numbered.levels[depth]
        counts = self._counts.setdefault(numbered.abstract, [None] * _LEVELS)
        if list_id not in self._begun:
            self._begun.add(list_id)
            for place, start in numbered.restarts.items():
                if place < _LEVELS:
                    counts[place:] = [start - 1, *[None] * (_LEVELS - place - 1)]
        last = counts[depth]
        counts[depth] = level.start if last is None else last + 1
        counts[depth + 1 :] = [None] * (_LEVELS - depth - 1)
        if level.kind in ("bullet", "none"):
            return "", False

        def said(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            of = numbered.levels.get(at, _Level("decimal"))
            count = counts[at]
            return _numeral(of.start if count is None else count, "decimal" if level.plain else of.kind)

        label = _PLACE.sub(said, level.text).strip()
        rest = _PLACE.sub("", level.text)
        return label, len(_PLACE.findall(level.text)) > 1 or any(map(str.isalpha, rest)) or "§" in rest


def _levels(element: Element | None) -> dict[int, _Level]:
    found = {}
    for one in xml.children(element, "w:lvl"):
        depth = whole_number(one.get("w:ilvl"))
        if depth is not None and depth < _LEVELS:
            start = whole_number(value(one, "w:start"))
            found[depth] = _Level(
                value(one, "w:numFmt") or "decimal",
                value(one, "w:lvlText") or "",
                1 if start is None else start,
                value(one, "w:pStyle") or "",
                xml.below(one, "w:isLgl") is not None,
            )
    return found


def _numeral(count: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter") and count > 0:
        letter = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 5)
        return letter if kind == "lowerLetter" else letter.upper()
    if kind in ("lowerRoman", "upperRoman") and 0 < count < 4000:
        said = ""
        for worth, letters in _ROMAN:
            said += letters * (count // worth)
            count %= worth
        return said if kind == "lowerRoman" else said.upper()
    return f"{count:02}" if kind == "decimalZero" else str(count)
