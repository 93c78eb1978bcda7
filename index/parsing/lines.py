"""Lines in, their roles out: whether they flow on or stand by themselves, and what begins a list or a
heading.

People write price lists, addresses and conversations into text files, one line each. Whether a line ends
because its writer wanted it to or because it was full, its neighbours tell: where the first word of the next
line would still have fitted, the break was wanted.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

BULLET = re.compile(
    r"[ \t]*(?:[-*+•‣◦▪·–—]|\[[ xX-]\]|\(?\d{1,3}[.)]|\(?(?:[a-zA-Z]|[ivx]{1,4})\))[ \t]+(?=\S)"
)
"""What begins an item of a list: a bullet, a number or a letter."""

TASK = re.compile(r"\[(?P<done>[ xX])\][ \t]+(?=\S)")
"""What an item begins with that is to be done, or is done."""

DONE = "✓ "
"""What is shown of an item that is done."""

_ORDERED = re.compile(r"[ \t]*\(?(?:\d{1,3}[.)]|(?:[a-zA-Z]|[ivx]{1,4})\))")
_KEY = re.compile(r"[ \t]*[^\s:：,;.!?][^:：.!?\n]{0,39}[:：](?:[ \t]+\S|(?<=：)\S)")
_PART = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3})*)\.?[ \t]+[^\W\d_]")
"""The number of a part of a text, and its name."""
_LEADER = re.compile(r"\.{4}|(?:\. ){4}|…{2}|_{4}")
_QUANTITY = re.compile(r"\d{1,6}(?:[.,]\d{1,6})?(?: ?[x×])? [^\W\d_]")
_SUBPART = re.compile(r"[ \t]*\d{1,3}(?:\.\d{1,3})+\.?[ \t]+[^\W\d_]")

_SPEAKER = re.compile(
    r"[ \t]*(?:\[[\d:., /apmAPM-]+\][ \t]*)?"
    r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?[ \t]+)?"
    r"(?:\d{1,2}:\d{2}(?::\d{2})?(?:[ \t]?[apAP]\.?[mM]\.?)?[ \t]+)?(?:[-–][ \t]+)?"
    r"(?P<name>[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,2})(?: \([^()\n]{1,30}\))?[ \t]*[:：][ \t]+(?=\S)"
)
_LABEL = r"[ \t]*(?:(?:{words})[ \t]*+\d*+[ \t]*+[.:)：]|[{letters}](?:\d+[.:)：]|[ \t]*[:)：]))[ \t]*"
_QUESTION_LABEL = re.compile(
    _LABEL.format(words="question|frage|pregunta|domanda|вопрос|问", letters="qfpdв"), re.I
)
_ANSWER_LABEL = re.compile(
    _LABEL.format(words="answer|antwort|réponse|reponse|respuesta|risposta|ответ|答", letters="arо"), re.I
)
"""One letter and a full stop is no label by itself: "A. Archer"."""
_DOTTED = tuple(re.compile(rf"[ \t]*[{letters}]\.[ \t]+", re.IGNORECASE) for letters in ("qfpdв", "arо"))
_DATED = re.compile(
    r"(?:[^\W\d_]{2,12}[.,]{0,2} )?(?:"
    r"\d{1,2}(?:\.|[^\W\d_]{1,2})? (?:(?:de|of) )?[^\W\d_]{3,12}\.?,?(?: (?:de )?\d{4})?"
    r"|[^\W\d_]{3,12}\.? \d{1,2}[^\W\d_]{0,2}(?:,? \d{4})?"
    r"|\d{1,2}(?:st|nd|rd|th|\.)"
    r"|\d{1,2}[./-]\d{1,2}[./-]?(?:\d{2}|\d{4})?|\d{4}-\d\d-\d\d|\d{1,2}月\d{1,2}日)[:,.]?"
)
"""A day, as "Mon 7 July", or a number and a word that name what is below them, as "Week 3"."""
_VERSION = re.compile(r"\d+(?:\.\d+){2,3}\b|\d+\.\d+[ \t]+[(–-]")
_COUNTED = re.compile(r"(?P<word>[^\W\d_]{2,12}|§)\.?[ \t]+(?:\d{1,3}|[IVX]{1,5})\b")
_STAMP = re.compile(r"[ \t]*\[?(?:\d{4}-\d\d-\d\d|\d{1,2}[:.]\d\d\b|\d{1,2}/\d{1,2}/\d{2,4})")
_LINE = re.compile(r"(?P<text>[^\r\n]*)(?:\r\n|\r|\n|\Z)")
_FENCE = re.compile(
    r"[ \t]*(?:[-=_*~+|#]{3,}(?:[ \t]+[-=_*~+|#]{3,})*|(?P<mark>[-=_*~])(?:[ \t]*(?P=mark)){2,})[ \t]*$"
)
_DELIMITERS = ("\t", " | ", ";", " – ", " — ", " - ", ", ")
_ENDS = ".!?…。！？؟۔।"
_CLOSING = "\"'”’»)]*_"

_NARROW = 40  # characters: lines of prose are wider
_FEW_WORDS = 3  # of every line of a list of things
_LONGEST_HEADING = 80
_HEADING_WORDS = 12
_UNFILLED = 0.6  # of the width of the lines below it, that a heading right above them takes at most
_NAME_WORDS = 6  # of a line right above what it names
_LONGEST_TITLE, _TITLE_WORDS = 120, 20


class Line(NamedTuple):
    """A line of a text, without the white space around it.

    ``text`` is what is shown of it. ``offsets`` are where each of its characters stands; None where they
    stand one after the other.
    """

    start: int
    end: int
    text: str
    offsets: Sequence[int] | None = None

    def offset(self, place: int) -> int:
        """Where in the document the character at a place of the line stands."""
        if self.offsets is None or place >= len(self.offsets):
            return min(self.start + place, self.end) if self.offsets is None else self.end
        return self.offsets[place]


def lines_of(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The lines of a stretch of a text, be they empty, whatever ends them."""
    found = []
    for line in _LINE.finditer(text, start, len(text) if end is None else end):
        if line.end() == line.start():  # behind the last line
            break
        bare = line["text"].strip()
        begin = line.start() + len(line["text"]) - len(line["text"].lstrip())
        found.append(Line(begin, begin + len(bare), bare))
    return found


def line_start(text: str, offset: int) -> int:
    """Where the line begins that an offset is in."""
    while offset and text[offset - 1] not in "\r\n":
        offset -= 1
    return offset


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    bare = text.rstrip().rstrip(_CLOSING)
    return bare != "" and bare[-1] in _ENDS


def asks(text: str) -> bool:
    """Whether a text ends as a question does."""
    return text.rstrip().rstrip(_CLOSING)[-1:] in ("?", "？", "؟")


def leads_in(text: str) -> bool:
    """Whether a text ends as what leads a list in does."""
    return text.rstrip().rstrip(_CLOSING)[-1:] in (":", "：")


def is_rule(text: str) -> bool:
    """Whether a line only divides or underlines."""
    return _FENCE.match(text) is not None


def is_ordered(marker: str) -> bool:
    """Whether the mark of an item counts."""
    return _ORDERED.match(marker) is not None


def question_label(text: str) -> int:
    """How many characters before a question only say that it is one."""
    label = _QUESTION_LABEL.match(text)
    return label.end() if label else 0


def answer_label(text: str) -> int:
    """How many characters before an answer only say that it is one."""
    label = _ANSWER_LABEL.match(text)
    return label.end() if label else 0


def dotted_labels(question: str, answer: str) -> tuple[int, int]:
    """How many characters are "Q. " and "A. " before a question and the line below it; else 0 and 0."""
    asked, answered = (label.match(text) for label, text in zip(_DOTTED, (question, answer), strict=True))
    return (asked.end(), answered.end()) if asked and answered and asks(question) else (0, 0)


def part_of(text: str) -> str:
    """What a line names that counts parts, as "TOP" in "TOP 5  Fees"; empty where it counts none."""
    found = _COUNTED.match(text)
    return found["word"] if found and is_heading(text) else ""


def is_dated(text: str) -> bool:
    """Whether a line is a day, or a word and a number, as what is noted below it begins with."""
    return _DATED.fullmatch(text) is not None


def is_heading(text: str, *, title: bool = False, any_case: bool = False) -> bool:
    """Whether a line that stands alone reads as a heading: short, and no sentence.

    Args:
        text: the line.
        title: whether it would be the title, which may be longer.
        any_case: whether it may begin in lower case.
    """
    line = text.strip()
    words = line.split()
    return (
        0 < len(line) <= (_LONGEST_TITLE if title else _LONGEST_HEADING)
        and len(words) <= (_TITLE_WORDS if title else _HEADING_WORDS)
        and not ends_sentence(line)
        and line[-1] not in ",;:："
        and (any_case or line[0].isupper() or line[0].isdigit() or not line[0].isascii())
        and (any(map(str.isalpha, line)) or _VERSION.match(line) is not None)
    )


def is_name(text: str) -> bool:
    """Whether a line above others names what they are about: a short heading, or what leads them in."""
    short = len(text.split()) <= _NAME_WORDS
    return short and (leads_in(text) or is_heading(text))


def heads(text: str, below: Sequence[str], *, only_items: bool = False, wide: int = 0) -> bool:
    """Whether a line is a heading of the items or sentences right below it.

    Of sentences, where the end of the line was wanted, and theirs were not; of one line below it also where
    lines of the document are so ``wide`` in characters that nothing was wrapped here.
    """
    if not is_name(text) or leads_in(text) or is_key_value(text):
        return False
    if BULLET.match(text):  # "2. Fees" above "2.1 Adults pay 185 pounds."
        part, below_it = _PART.match(text), _PART.match(below[0])
        return bool(part and below_it and below_it["number"].startswith(f"{part['number']}."))
    if only_items or BULLET.match(below[0]):
        return BULLET.match(below[0]) is not None
    if numbered := _PART.match(text):
        number, following = numbered["number"], _PART.match(below[0])
        if following:
            return following["number"].startswith(f"{number}.")
        return _first_letter(below[0]).isupper() and ends_sentence(below[-1])
    width = max(*map(len, below), wide if len(below) == 1 else 0)
    wanted = len(text) + 1 + len(_first_word(below[0])) <= _UNFILLED * width
    prose = len(below) == 1 or flows([Line(0, 0, line) for line in below])
    upper = _first_letter(below[0]).isupper()
    return (
        wanted and prose and upper and width >= _NARROW and ends_sentence(below[-1]) and not asks(below[-1])
    )


def is_shouted(text: str) -> bool:
    """Whether a line is all in capitals."""
    return (
        text.upper() == text and sum(character.isalpha() for character in text) >= 3 and text.lower() != text
    )


def flows(lines: Sequence[Line], *, wrapped: bool = False) -> bool:
    """Whether the lines of a paragraph are prose that was wrapped, rather than records of a line each.

    Where the format says that lines flow on, ``wrapped``, they need to begin with capitals to be records.
    """
    texts = [line.text for line in lines]
    if len(texts) < 2:
        return True
    joins = list(pairwise(texts))
    lower = sum(_first_letter(after).islower() for _, after in joins) / len(joins)
    width = max(map(len, texts))
    wanted = sum(len(before) + 1 + len(_first_word(after)) <= width for before, after in joins) / len(joins)
    if (
        (len(texts) > 2 and _are_keyed(texts))
        or (is_regular(texts) and lower < 0.5)
        or (not wrapped and (_are_things(texts) or _are_notes(texts, wanted)))
    ):
        return False
    if lower >= 0.3:
        told = len(texts) == 2 or ends_sentence(texts[-1])
        return wrapped or width >= _NARROW or (wanted <= 0.5 and told)
    if wanted > 0.5 or width < _NARROW:
        return False
    full = sum(ends_sentence(text) for text in texts[:-1])
    return len(texts) == 2 or full > 0 or lower > 0


def _are_things(texts: Sequence[str]) -> bool:
    """Whether three lines or more have so few words that no sentence was wrapped there."""
    return len(texts) > 2 and all(
        len(text) < _NARROW and len(text.split()) <= _FEW_WORDS and not ends_sentence(text) for text in texts
    )


def _are_notes(texts: Sequence[str], wanted: float) -> bool:
    """Whether lines that begin in lower case are notes, one a line.

    ``wanted`` is the share of the breaks between them that no width asked for.
    """
    if not texts[0][:1].islower():
        return False
    begins = Counter(map(_first_word, texts)).most_common(1)[0][1]
    apart = wanted > 0 or begins > 1 or any(_first_letter(text).isupper() for text in texts)
    return wanted > 0.5 or (apart and not any(map(ends_sentence, texts)))


def _first_letter(text: str) -> str:
    return next(filter(str.isalnum, text), "")


def _first_word(text: str) -> str:
    if text[:1] > "\u2e80":  # scripts without spaces break anywhere
        return text[:1]
    return text.split(maxsplit=1)[0] if text else ""


def is_regular(texts: Sequence[str]) -> bool:
    """Whether lines are built alike: a key and a value, a time or "2.1" at the start, or so many fields."""
    most = 0.8 * len(texts)
    if len(texts) < 2:
        return False
    if (
        _are_keyed(texts)
        or sum(bool(_STAMP.match(text)) for text in texts) >= most
        or sum(bool(_SUBPART.match(text)) for text in texts) >= most
        or sum(bool(_LEADER.search(text)) for text in texts) >= most
        or sum(bool(_QUANTITY.match(text)) for text in texts) >= max(most, 2)
    ):
        return True
    for delimiter in _DELIMITERS:
        counts = Counter(text.count(delimiter) for text in texts)
        count, times = counts.most_common(1)[0]
        if (
            count
            and times >= most
            and not (delimiter == ", " and (count < 2 or any(map(ends_sentence, texts))))
        ):
            return True
    return False


def _are_keyed(texts: Sequence[str]) -> bool:
    """Whether nearly all lines are a key and a value."""
    return sum(map(is_key_value, texts)) >= 0.8 * len(texts)


def key_of(text: str) -> str:
    """The key that a line begins with, as "Phone" in "Phone: 4401"; empty where there is none."""
    return re.split("[:：]", text, maxsplit=1)[0].strip().casefold() if is_key_value(text) else ""


def naming_keys(paragraphs: Sequence[Sequence[Line]]) -> frozenset[str]:
    """The keys whose values name records: two or more begin with them, of some lines each."""
    named: dict[str, set[str]] = defaultdict(set)
    for lines in paragraphs:
        texts = [line.text for line in lines]
        if len(texts) > 1 and _are_keyed(texts):
            named[key_of(texts[0])].add(texts[0])
    return frozenset(key for key, values in named.items() if key and len(values) > 1)


def is_key_value(text: str) -> bool:
    """Whether a line is a name and what is said of it, as "Phone: 4401"."""
    return _KEY.match(text) is not None


def speakers(lines: Sequence[Line]) -> frozenset[str]:
    """The names of those who talk, where the lines are a conversation: two who take turns."""
    labels = [
        found["name"]
        for line in lines
        if (found := _SPEAKER.match(line.text)) and not (question_label(line.text) or answer_label(line.text))
    ]
    names = Counter(labels)
    several = [name for name, times in names.items() if times >= 2]
    talk = len(several) >= 2 and names.total() >= 4 and not _are_keys(labels)
    return frozenset(names) if talk else frozenset()


def _are_keys(labels: Sequence[str]) -> bool:
    """Whether labels are the keys of records: from the first one on again and again in the same order."""
    records: list[list[str]] = []
    for label in labels:
        if label == labels[0]:
            records.append([])
        records[-1].append(label)
    first = {label: place for place, label in enumerate(records[0])}
    alike = 0
    for record in records:
        places = [first[label] for label in record if label in first]
        alike += len(record) > 2 and len({*record}) == len(record) and places == sorted(places)
    return len(records) > 1 and alike >= 0.8 * len(records)


def turn_of(line: Line, names: frozenset[str]) -> int:
    """How many characters at the start of a line say who talks; 0 where nobody begins to."""
    found = _SPEAKER.match(line.text)
    return found.end() if found and found["name"] in names else 0
