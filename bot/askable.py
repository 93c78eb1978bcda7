"""A document's units in, questions that they answer out: by what kind of text they are, in any language.

A question is made of words that stand in the document, so none is translated, and no word is known here: a
row is asked for by its name and a column, a record by its name and a key, what stands below a heading by that
name, and a sentence by what it says before a number.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, zip_longest
from typing import NamedTuple

from bot.plain import line
from index.records import RUNNING, Document, Unit

_NAMED = "Who or what is {}?"  # of a name, in English
_ENDS = ("?", "？", "؟", ";")
_BY_SCRIPT = {"CJK": "？", "HIRAGANA": "？", "KATAKANA": "？", "ARABIC": "؟", "GREEK": ";"}
"""How a question ends, by how the name of its last letter begins in Unicode; elsewhere by "?"."""
_KEY = re.compile(r"([^\W\d_][^:：\n]{0,39})[:：]\s*(\S[^\n]*)")
_COLON = (":", "：")
_MARKS = frozenset(',;:.!?()[]{}|·•→，；：。！？、「」“”"\n')
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_LINKS = {"of", "the", "de", "da", "van", "von"}  # inside a name
_CHARACTERS = 20_000  # of a document that names are looked for in
_LONGEST_NAME = 5  # words of a value that names its record
_FEW = (1, 2)  # spaces of what is said before a number and needs what was said before, as "It costs between"
_WORDS = range(3, 13)  # of what is asked
_LETTERS = range(5, 19)  # likewise, where no words are told apart


class Askable(NamedTuple):
    """A question, and the stretches of its document one of which has to be quoted; of none, any will do.

    ``is_poor``: it gives its answer away, so others come first.
    """

    question: str
    answers: tuple[tuple[int, int], ...] = ()
    is_poor: bool = False

    def is_answered(self, start: int, end: int) -> bool:
        """Whether a quote from its document is an answer."""
        return not self.answers or any(start < last and first < end for first, last in self.answers)


def askable(document: Document, units: Sequence[Unit], language: str) -> Iterator[Askable]:
    """What may be asked of a document: its own questions, then in turn one of each kind.

    Args:
        document: with its text.
        units: of it, in reading order.
        language: the code of the one that most of it is in.
    """
    named, other = _headings(document, units)
    kinds = (
        _records(units),
        _rows(units),
        named,
        _names(document, language),
        _leads(units),
        _numbers(units),
        other,
        _statements(units),
    )
    yield from _own(units)
    yield from filter(None, chain.from_iterable(zip_longest(*kinds)))


def _own(units: Iterable[Unit]) -> Iterator[Askable]:
    """Questions that stand in the document, answered by what stands below."""
    for name, answers in groupby(units, lambda unit: [*unit.context.headings, *unit.context.leads][-1:]):
        if name and name[0].endswith(_ENDS[:3]):
            yield Askable(line(name[0]), _places(answers))


def _rows(units: Iterable[Unit]) -> Iterator[Askable]:
    """A row's first cell of letters, and the head of another column: for each row of the next column.

    First come columns in which rows differ most, of those that differ alike the last.
    """
    rows = [(unit, _cells(unit)) for unit in units if unit.kind == "row" and len(unit.parts) > 1]
    values: dict[str, dict[str, int]] = {}
    for _, cells in rows:
        for number, (head, value) in enumerate(cells):
            values.setdefault(head, {})[value] = number
    for number, (unit, cells) in enumerate(rows):
        name = next((cell for cell in cells if _has_letters(cell[1])), None)
        heads = [head for head, value in cells if value and (head, value) != name and _has_letters(head)]
        heads.sort(key=lambda head: (len(values[head]), max(values[head].values())), reverse=True)
        if name and heads:
            yield Askable(_ended(f"{name[1]}: {heads[number % len(heads)]}"), _places([unit]))


def _cells(row: Unit) -> list[tuple[str, str]]:
    """Heads of columns, and what stands below."""
    text = row.passage.document.text
    return [(part.before.strip(" ·:"), line(text[part.start : part.end])) for part in row.parts]


def _records(units: Sequence[Unit]) -> Iterator[Askable]:
    """What the first line of a record says, and the key of another; a record has each key once."""
    number = 0
    for record in _groups(units):
        lines = [(found, unit) for unit in record if (found := _KEY.fullmatch(line(unit.shown)))]
        keys = [found[1].strip() for found, _ in lines]
        if len(lines) < 2 or len(lines) < len(record) or len(set(keys)) < len(keys):
            continue
        name = lines[0][0][2]
        if len(name.split()) <= _LONGEST_NAME and name[-1].isalnum():
            key = 1 + number % (len(lines) - 1)
            yield Askable(_ended(f"{name}: {keys[key]}"), _places([lines[key][1]]))
            number += 1


def _groups(units: Iterable[Unit]) -> Iterator[list[Unit]]:
    """Records, and lines of keys and values that follow each other without a blank line."""
    group: list[Unit] = []
    for unit in units:
        is_line = unit.kind in ("record", "turn", "property", "caption")
        follows = group and unit.passage.document.text[group[-1].end : unit.start].count("\n") == 1
        if group and not (is_line and follows):
            yield group
            group = []
        if is_line:
            group.append(unit)
    if group:
        yield group


def _headings(document: Document, units: Iterable[Unit]) -> tuple[list[Askable], list[Askable]]:
    """Headings but the title, answered by what stands below: those of several words, and others."""
    below = [unit for unit in units if unit.context.headings and unit.kind != "heading"]
    several: list[Askable] = []
    other: list[Askable] = []
    for heading, answers in groupby(below, lambda unit: unit.context.headings[-1]):
        name = line(heading)
        if not name or name == line(document.title) or name.endswith(_ENDS):
            continue
        if name[0].isalnum() and name[-1].isalnum():
            (several if " " in name else other).append(Askable(_ended(name), _places(answers)))
    return several, other


def _leads(units: Iterable[Unit]) -> Iterator[Askable]:
    """What leads a list in, without its colon."""
    led = (unit for unit in units if unit.context.leads and unit.context.leads[-1].endswith(_COLON))
    for lead, answers in groupby(led, lambda unit: unit.context.leads[-1]):
        asked = line(lead).rstrip(" :：")
        if _is_askable(asked):
            yield Askable(_ended(asked), _places(answers))


def _numbers(units: Iterable[Unit]) -> Iterator[Askable]:
    """What sentences say before their first number."""
    for unit in units:
        said = line(unit.shown)
        place = next((place for place, letter in enumerate(said) if letter.isnumeric()), 0)
        asked = said[:place].rstrip(" ($£€¥~≈±<>+-–")
        follows_letter = place > 0 and said[place - 1].isalnum()  # as in a code, where words are told apart
        if asked.count(" ") in _FEW or (follows_letter and " " in said):
            continue
        if unit.kind in (*RUNNING, "item") and _is_askable(asked):
            yield Askable(_ended(asked), _places([unit]))


def _statements(units: Iterable[Unit]) -> Iterator[Askable]:
    """Short sentences, asked whether they are so: where there is nothing better."""
    for unit in units:
        said = line(unit.shown).rstrip(" .。।")
        if unit.kind in RUNNING and _is_askable(said) and not any(letter.isnumeric() for letter in said):
            yield Askable(_ended(said), _places([unit]), is_poor=True)


def _names(document: Document, language: str) -> Iterator[Askable]:
    """What the document names; outside of English, only what is named by several words."""
    for name in names_in(document.text[:_CHARACTERS]):
        if language == "en":
            yield Askable(_NAMED.format(name))
        elif " " in name:
            yield Askable(_ended(name))


def names_in(text: str) -> list[str]:
    """The names in a text, those of several words first, then by how often they come; none within another."""
    names = Counter(line(name) for name in _runs(text))
    chosen: list[str] = []
    for name in sorted(names, key=lambda name: (" " not in name.removeprefix("the "), -names[name])):
        if not any(name in other or other in name for other in chosen):
            chosen.append(name)
    return chosen


def _runs(text: str) -> Iterator[str]:
    """Runs of capitalised words, with their article; the first word of a sentence is none."""
    name: list[str] = []
    before = ""
    end = 0
    for word in _WORD.finditer(text):
        gap = text[end : word.start()]
        capital = word[0][0].isupper() and len(word[0]) > 1
        if name and (gap not in (" ", "\u00a0") or not (capital or word[0] in _LINKS)):
            yield _joined(name)
            name = []
        if name or (capital and gap in (" ", ", ", "\u00a0")):
            name += [before, word[0]] if before == "the" and not name else [word[0]]
        before, end = word[0], word.end()
    if name:
        yield _joined(name)


def _joined(name: list[str]) -> str:
    """The words of a name, without a linking word at the end, as in "Bank of"."""
    while name[-1] in _LINKS:
        name.pop()
    return " ".join(re.sub(r"['’]s$", "", word) for word in name)


def _is_askable(said: str) -> bool:
    """Whether it is neither too short nor too long to be asked, and of one piece."""
    if not said or not said[0].isalnum() or not _MARKS.isdisjoint(said):
        return False
    return len(said.split()) in _WORDS if " " in said else len(said) in _LETTERS and _is_unspaced(said)


def _is_unspaced(said: str) -> bool:
    """Whether it is written in a script without spaces, or with few: no letter has a capital."""
    return not any(letter.isupper() or letter.islower() for letter in said)


def _has_letters(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _ended(asked: str) -> str:
    """With the mark at its end that a question has in its script."""
    letters = [letter for letter in asked if letter.isalpha()]
    script = unicodedata.name(letters[-1], "").split(" ")[0] if letters else ""
    return asked + _BY_SCRIPT.get(script, "?")


def _places(units: Iterable[Unit]) -> tuple[tuple[int, int], ...]:
    return tuple((unit.start, unit.end) for unit in units)
