"""Documents of many kinds and questions about them, made up: what hardly any set of questions has.

Directories, price lists, timetables, minutes, chronicles, logs, tariffs, rotas, rules and procedures, each as
lines, rows, blocks or sentences under its headings, as a reader gets them (``index/units/woven.py``). The
right line stands among near twins; beside the right document lies one that only looks like it: it lacks the
record or the field, or has a code or a year one digit off. The wordings are in ``made.toml``.
"""

import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from bot.reader.examples import Example, Read

FILE = "made"
_WORDINGS = Path(__file__).with_suffix(".toml")
_LANGUAGES = {"en": 0.5, "de": 0.12, "es": 0.1, "fr": 0.09, "ru": 0.1, "zh": 0.09}
_KINDS = {"records": 0.6, "rules": 0.28, "steps": 0.12}
_OTHER_LANGUAGE = 0.12  # of the questions about records are asked in another language
_BACK = 0.35  # of them ask for the record instead of the value
_ABSENT = 0.22  # of the questions have no answer in either document
_HEADED = 0.65  # of the documents stand under headings
_SLOPPY = 0.4  # of the questions are written as people chat
_LAYOUTS = ("dash", "colon", "bracket", "labels", "row", "block", "table", "prose")
_HELD_LAYOUTS = ("comma", "arrow")
_LABELLED = ("labels", "row", "block", "table")


class Record(NamedTuple):
    """What a line tells: what it is about, and the values of its fields."""

    about: str
    values: dict[str, str]


def examples(count: int, seed: int, *, held: bool = False) -> list[Example]:
    """So many questions, each beside a document that answers and one that does not, or beside two such.

    Args:
        count: of them.
        seed: of all that is drawn.
        held: made of what is never learned from, to test with.
    """
    draw = random.Random(f"{seed} {held}")  # noqa: S311 - no secret
    found: list[Example] = []
    while len(found) < count:
        language, kind = _weighed(_LANGUAGES, draw), _weighed(_KINDS, draw)
        maker = {"records": _records, "rules": _rules, "steps": _steps}[kind]
        if made := maker(language, held, draw):
            question, reads = made
            said = _asked(question, language, draw)
            alone = kind != "steps"  # what a step comes after is not said in it
            found.append(Example(said, FILE, f"{FILE} {kind}", held, reads, alone, turns=False))
    return found


# ------------------------------------------------------------------------------------------- records


def _records(language: str, held: bool, draw: random.Random) -> tuple[str, tuple[Read, ...]] | None:
    kinds = {n: k for n, k in _wordings()["kinds"].items() if k.get("held", False) == held and language in k}
    if not kinds:
        return None
    kind = kinds[draw.choice(list(kinds))]
    said = kind[language]
    known = [name for name in kind["fields"] if name in said]
    fields = draw.sample(known, draw.randint(1, len(known)))
    about = _some(kind["entity"], language, draw, draw.randint(3, 9))
    records = _filled(about, fields, kind, language, draw)
    wanted, field = draw.choice(records), draw.choice(fields)
    back = draw.random() < _BACK
    asking = language
    if draw.random() < _OTHER_LANGUAGE:
        asking = draw.choice([one for one in _LANGUAGES if field in kind.get(one, {})])
    value = wanted.values[field]
    if back and [r.values.get(field) for r in records].count(value) > 1:
        back = False
    question = _one(kind[asking][field]["back" if back else "ask"], draw)
    question = question.replace("{e}", wanted.about).replace("{v}", value)
    layout = draw.choice(_HELD_LAYOUTS if held else _LAYOUTS)
    if field in ("old", "hasnot", "since", "next", "status", "notice", "duty") and layout not in _LABELLED:
        layout = draw.choice(("labels", "row", "prose"))  # the bare value would not say what it is
    several = len([name for name in fields if kind["fields"][name] == kind["fields"][field]]) > 1
    if several and layout not in (*_LABELLED, "prose"):
        layout = "row"
    mark = ("about", wanted) if back else (field, wanted)
    right = _document(records, fields, layout, mark, said, language, draw)
    wrong = _document(
        *_twin(records, fields, wanted, field, back, kind, language, draw), layout, None, said, language, draw
    )
    if draw.random() < _ABSENT:
        return question, (wrong,)
    return question, (right, wrong)


def _twin(
    records: list[Record], fields: list[str], wanted: Record, field: str, back: bool,
    kind: dict[str, Any], language: str, draw: random.Random,
) -> tuple[list[Record], list[str]]:  # fmt: skip
    """Records of the same kind that do not answer."""
    way = draw.random()
    key = wanted.values[field] if back else wanted.about
    others = [record for record in records if record is not wanted]
    near = _near(key, kind["fields"][field] if back else kind["entity"], language, draw)
    if way < 0.5 and near and near not in (r.values.get(field) if back else r.about for r in others):
        changed = (
            Record(wanted.about, {**wanted.values, field: near}) if back else Record(near, wanted.values)
        )
        return [changed if record is wanted else record for record in records], fields
    if way < 0.75 and len(fields) > 1 and not back:
        return records, [name for name in fields if name != field]
    if back:
        others = [record for record in others if record.values.get(field) != wanted.values[field]]
    return others or [Record("—", dict.fromkeys(fields, "—"))], fields


def _near(value: str, kind: str, language: str, draw: random.Random) -> str | None:
    """A value of the kind that is nearly the same: a digit off, or a name that shares a word."""
    digits = [place for place, letter in enumerate(value) if letter.isdigit()]
    if digits and kind not in ("item", "activity"):
        place = draw.choice(digits)
        other = str((int(value[place]) + draw.randint(1, 9)) % 10)
        return value[:place] + other + value[place + 1 :]
    words = set(re.split(r"[ ,]+", value))
    pool = [one for one in _pool(kind, language) if one != value]
    shared = [one for one in pool if words & set(re.split(r"[ ,]+", one))]
    return draw.choice(shared or pool) if pool else None


def _filled(
    about: Sequence[str], fields: Sequence[str], kind: dict[str, Any], language: str, draw: random.Random
) -> list[Record]:
    values = {name: _some(kind["fields"][name], language, draw, len(about)) for name in fields}
    return [
        Record(one, {name: values[name][number % len(values[name])] for name in fields})
        for number, one in enumerate(about)
    ]


_MARKS = {  # of layouts: after what a record is about, between its values, after them
    "dash": (" — ", ", ", ""),
    "colon": (": ", " · ", ""),
    "bracket": (" (", ", ", ")"),
    "labels": (": ", ", ", ""),
    "row": (" · ", " · ", ""),
    "table": (" | ", " | ", ""),
    "comma": (", ", ", ", ""),
    "arrow": (" → ", " / ", ""),
    "block": ("\n", "\n", ""),
}


def _document(
    records: Sequence[Record], fields: Sequence[str], layout: str, mark: tuple[str, Record] | None,
    said: dict[str, Any], language: str, draw: random.Random,
) -> Read:  # fmt: skip
    """Records as a text, and where what is asked for stands in it."""
    labels = {name: _one(said[name]["label"], draw) for name in fields}
    sentences = {name: _one(said[name]["say"], draw) for name in fields}
    name = _one(said["name"], draw)
    bullet = {"row": f"{name}: ", "table": "", "block": ""}.get(layout, draw.choice(("- ", "* ", "• ", "")))
    text = _headings(said["titles"], said.get("sections"), language, draw)
    if layout == "table":
        text += " | ".join((name, *labels.values())) + "\n"
    blank = "" if language == "zh" else " "
    between = {"block": "\n\n", "prose": draw.choice(("\n", blank))}.get(layout, "\n")
    spans: list[tuple[int, int]] = []
    for number, record in enumerate(records):
        parts = (
            _prose(record, sentences, blank)
            if layout == "prose"
            else [(bullet, ""), *_parts(record, labels, layout)]
        )
        text += between if number else ""
        for part, field in parts:
            if mark and record is mark[1] and field == mark[0]:
                spans.append((len(text), len(text) + len(part)))
            text += part
    return Read(text, 1.0, bool(spans), True, tuple(spans))


def _prose(record: Record, sentences: dict[str, str], blank: str) -> Iterator[tuple[str, str]]:
    """A sentence for each value; see ``_parts``."""
    for number, (field, sentence) in enumerate(sentences.items()):
        yield blank if number else "", ""
        for part in re.split(r"(\{e\}|\{v\})", sentence):
            filled = {"{e}": (record.about, "about"), "{v}": (record.values[field], field)}
            yield filled.get(part, (part, ""))


def _parts(record: Record, labels: dict[str, str], layout: str) -> Iterator[tuple[str, str]]:
    """What a record is written as: texts, each with the field that it is the value of, or none."""
    opening, between, last = _MARKS[layout]
    yield record.about, "about"
    for number, (field, label) in enumerate(labels.items()):
        yield between if number else opening, ""
        yield f"{label}: " if layout in ("labels", "row", "block") else "", ""
        yield record.values[field], field
    yield last, ""


# --------------------------------------------------------------------------------------------- rules


def _rules(language: str, held: bool, draw: random.Random) -> tuple[str, tuple[Read, ...]] | None:
    rules = [rule for rule in _wordings()["rules"].get(language, []) if rule.get("held", False) == held]
    if not rules:
        return None
    wanted = draw.choice(rules)
    asked = draw.randrange(len(wanted["ask"]))
    question = _one(wanted["ask"][asked], draw)
    near = [rule for rule in rules if rule["topic"] == wanted["topic"] and rule is not wanted]
    far = [rule for rule in rules if rule["topic"] != wanted["topic"]]
    about = draw.sample(near, min(len(near), draw.randint(1, 4)))
    about += draw.sample(far, min(len(far), draw.randint(0, 2)))
    listed = draw.choice(("- ", "* ", "", "", " "))
    wrong = _ruled(about, None, 0, listed, wanted["topic"], language, draw)
    if draw.random() < _ABSENT:
        return question, (wrong,)
    where = draw.randint(0, len(about))
    right = _ruled(
        [*about[:where], wanted, *about[where:]], wanted, asked, listed, wanted["topic"], language, draw
    )
    return question, (right, wrong)


def _ruled(
    rules: Sequence[dict[str, Any]], wanted: dict[str, Any] | None, asked: int, listed: str,
    topic: str, language: str, draw: random.Random,
) -> Read:  # fmt: skip
    text = _headings(topic, None, language, draw)
    spans: list[tuple[int, int]] = []
    for number, rule in enumerate(rules):
        if number:
            text += ("" if language == "zh" else " ") if listed == " " else "\n"
        text += listed.strip(" ") + " " if listed.strip() else ""
        place = 0
        for part in re.split(r"(\[[^\]]*\])", rule["say"]):
            filled = _slots(part.strip("[]") if part.startswith("[") else part, language, draw)
            if part.startswith("["):
                if rule is wanted and place == asked:
                    spans.append((len(text), len(text) + len(filled)))
                place += 1
            text += filled
    return Read(text, 1.0, bool(spans), True, tuple(spans))


def _slots(text: str, language: str, draw: random.Random) -> str:
    return re.sub(r"\{(\w+)\}", lambda place: _some(place.group(1), language, draw, 1)[0], text)


# --------------------------------------------------------------------------------------------- steps


def _steps(language: str, held: bool, draw: random.Random) -> tuple[str, tuple[Read, ...]] | None:
    lists = [one for one in _wordings()["steps"].get(language, []) if one.get("held", False) == held]
    if not lists:
        return None
    chosen = draw.choice(lists)
    steps = chosen["steps"]
    said = _wordings()["stepping"][language]
    way = draw.choice(("after", "after", "before", "nth", "first", "last"))
    at = draw.randrange(1, len(steps) - 1)
    goal = {"after": at + 1, "before": at - 1, "nth": at, "first": 0, "last": len(steps) - 1}[way]
    question = _one(said[way], draw).replace("{s}", steps[at]).replace("{n}", str(at + 1))
    numbered = way == "nth" or draw.random() < 0.6
    right = _stepped(steps, goal, numbered, chosen["titles"], language, draw)
    others = [one for one in lists if one is not chosen]
    if others and way != "nth":
        other = draw.choice(others)
        wrong = _stepped(other["steps"], None, numbered, other["titles"], language, draw)
    elif way == "nth":
        wrong = _stepped(steps[:at], None, numbered, chosen["titles"], language, draw)
    else:
        return None
    if way in ("first", "last"):
        question = f"{_one(chosen['titles'], draw)}: {question}"
    return question, (right, wrong)


def _stepped(
    steps: Sequence[str], goal: int | None, numbered: bool, titles: str, language: str, draw: random.Random
) -> Read:
    text = _headings(titles, None, language, draw)
    spans: list[tuple[int, int]] = []
    mark = draw.choice((". ", ") "))
    for number, step in enumerate(steps):
        text += ("\n" if number else "") + (f"{number + 1}{mark}" if numbered else "- ")
        if number == goal:
            spans.append((len(text), len(text) + len(step)))
        text += step
    return Read(text, 1.0, bool(spans), True, tuple(spans))


# ------------------------------------------------------------------------------------------- wordings


def _headings(titles: str, sections: str | None, language: str, draw: random.Random) -> str:
    text = ""
    if draw.random() < _HEADED:
        names = [_one(titles, draw)]
        if sections and draw.random() < 0.5:
            names.append(_one(sections, draw))
        if draw.random() < 0.25:
            names.insert(0, draw.choice(("handbook", "README", "notes 2023", "info", "intranet", "doc-7")))
        text = " › ".join(names) + "\n"
    if draw.random() < 0.25:
        text += _one(_wordings()["words"][language]["lead"], draw) + "\n"
    return text


def _asked(question: str, language: str, draw: random.Random) -> str:
    """As people write: without capitals and question marks, with a slip, or with more around it."""
    if draw.random() >= _SLOPPY:
        return question
    if draw.random() < 0.6:
        question = question.rstrip("?？ ").lstrip("¿")
    if draw.random() < 0.5:
        question = question.lower()
    if draw.random() < 0.15 and len(question) > 12 and language != "zh":
        place = draw.randrange(1, len(question) - 2)
        if question[place : place + 2].isalpha():
            question = question[:place] + question[place + 1] + question[place] + question[place + 2 :]
    if draw.random() < 0.35:
        question = _one(_wordings()["words"][language]["chat"], draw).replace("{q}", question)
    return question


def _some(kind: str, language: str, draw: random.Random, count: int) -> list[str]:
    """Different values of a kind, as many as there are at most."""
    found: list[str] = []
    for _ in range(count * 8):
        value = _value(kind, language, draw)
        if value not in found:
            found.append(value)
        if len(found) == count:
            break
    if kind in ("year",) and draw.random() < 0.8:
        found.sort()
    return found


def _value(kind: str, language: str, draw: random.Random) -> str:
    if pool := _pool(kind, language):
        value = draw.choice(pool)
        return value.replace("{n}", str(draw.randint(2, 48)))
    amount = draw.choice((draw.randint(2, 99), draw.randint(100, 2500)))
    month, day = draw.choice(_pool("month", language)), draw.randint(1, 28)
    hour, minute = draw.randint(6, 22), draw.choice((0, 0, 15, 30, 45))
    clock = {
        "en": f"{(hour - 1) % 12 + 1}:{minute:02} {'am' if hour < 12 else 'pm'}",
        "fr": f"{hour} h {minute:02}",
    }
    dates = {
        "en": draw.choice((f"{day} {month}", f"{month} {day}", f"2024-0{draw.randint(1, 9)}-{day:02}")),
        "de": f"{day}. {month}", "fr": f"{day} {month}", "es": f"{day} de {month}", "ru": f"{day} {month}",
        "zh": f"{month}{day}日",
    }  # fmt: skip
    cents = draw.choice(("", ".50", ".90", ".20"))
    prices = {
        "en": draw.choice((f"£{amount}{cents and cents}", f"${amount}{cents}", f"{amount} euros")),
        "ru": f"{amount} ₽", "zh": f"{amount}元",
    }  # fmt: skip
    letters, names = "ABCDEFGHKLMNPRSTX", ("holm", "vega", "marsh", "kim", "pike", "brandt")
    long = f"0{draw.randint(20, 99)} {draw.randint(100, 999)} {draw.randint(1000, 9999)}"
    made = {
        "phone": draw.choice((str(draw.randint(100, 9999)), long)),
        "mail": f"{draw.choice(letters.lower())}.{draw.choice(names)}{draw.randint(1, 99)}@example.org",
        "price": prices.get(language, f"{amount}{cents.replace('.', ',')} €"),
        "date": dates[language],
        "time": clock.get(language, f"{hour}:{minute:02}"),
        "year": str(draw.randint(1890, 2024)),
        "code": f"{draw.choice(letters)}{draw.choice(letters)}-{draw.randint(100, 9999)}",
        "count": str(draw.randint(1, 480)),
        "age": str(draw.randint(6, 26)),
        "nth": str(draw.randint(2, 28)),
        "n": str(draw.randint(2, 40)),
        "m": str(draw.randint(2, 40)),
        "mb": str(draw.choice((5, 8, 10, 16, 25, 40, 50, 64, 100, 250))),
        "port": str(draw.choice((80, 443, 3000, 4000, 5432, 8000, 8080, 8443, 9000))),
        "size": f"{draw.randint(1, 3)}.{draw.randint(1, 9)} m",
        "version": f"{draw.randint(1, 9)}.{draw.randint(0, 20)}",
        "system": draw.choice(("Windows 8", "Debian 10", "macOS 11", "PHP 7", "Python 3.8", "Android 6")),
        "command": draw.choice(("`sync`", "`push --all`", "`tool import`", "`make up`", "`ctl reset`")),
    }
    value = made[kind]
    if language == "en" and kind == "nth":
        ending = "th" if 10 < int(value) < 20 else {"1": "st", "2": "nd", "3": "rd"}.get(value[-1], "th")
        value += ending
    return value


@cache
def _wordings() -> dict[str, Any]:
    return tomllib.loads(_WORDINGS.read_text(encoding="utf-8"))


@cache
def _pool(kind: str, language: str) -> list[str]:
    words = _wordings()["words"]
    said: str = words[language].get(kind) or words["en"].get(kind, "")
    return [one.strip() for one in said.split(" | ") if one.strip()]


def _one(said: str, draw: random.Random) -> str:
    return draw.choice(said.split(" | ")).strip()


def _weighed(shares: dict[str, float], draw: random.Random) -> str:
    return draw.choices(list(shares), list(shares.values()))[0]
