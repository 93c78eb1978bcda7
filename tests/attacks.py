"""Texts that are slow for a pattern on purpose: its repeats pumped up, where the rest cannot match."""

import re
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_CATEGORIES = {
    op.CATEGORY_DIGIT: "7",
    op.CATEGORY_SPACE: " \n",
    op.CATEGORY_WORD: "a7_",
    op.CATEGORY_NOT_DIGIT: "a ",
    op.CATEGORY_NOT_SPACE: "a7.",
    op.CATEGORY_NOT_WORD: " .-",
}
_ANY = "a .-\n7"
_ENDS = ("", "\0", "\n\0")  # after each of which few patterns match


def attacks(pattern: "re.Pattern[Any]", length: int) -> Iterator[str]:
    """Texts of at least that many characters, for every repeat without an end in a pattern."""
    tree = list(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    marks = "".join(dict.fromkeys(one for one in _literals(tree) if not one.isalnum()))[:12]
    seen = set()
    for before, pump in _pumps(tree, "", marks):
        for end in _ENDS:
            text = before + pump * (length // len(pump) + 1) + end
            if text not in seen:
                seen.add(text)
                yield text


def _literals(nodes: list[Any]) -> Iterator[str]:
    """The characters that a pattern names outside of sets."""
    for kind, value in nodes:
        if kind is op.LITERAL:
            yield chr(value)
        for inner in _inside(kind, value):
            yield from _literals(inner)


def _pumps(nodes: list[Any], before: str, marks: str) -> Iterator[tuple[str, str]]:
    """What has to stand before a repeat, and what it repeats: of the marks too, where they fit."""
    for kind, value in nodes:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            _, most, body = value
            if most > 100:
                yield from ((before, pump) for pump in _examples(list(body)) if pump)
            if len(body) == 1 and body[0][0] in (op.IN, op.ANY, op.NOT_LITERAL):
                yield from ((before, mark) for mark in marks)
        for inner in _inside(kind, value):
            yield from _pumps(inner, before, marks)
        before += next(iter(_examples([(kind, value)])), "")


def _inside(kind: Any, value: Any) -> list[list[Any]]:
    """The sequences that a node holds."""
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return [list(value[2])]
    if kind is op.SUBPATTERN:
        return [list(value[3])]
    if kind is op.BRANCH:
        return [list(branch) for branch in value[1]]
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [list(value[1])] if value[0] > 0 else []
    return [list(value)] if kind is op.ATOMIC_GROUP else []


def _examples(nodes: list[Any]) -> list[str]:
    """A few texts that a sequence matches, each way of its sets and branches in some of them."""
    made = [""]
    for kind, value in nodes:
        ways = _ways(kind, value) or [""]
        made = [made[i % len(made)] + ways[i % len(ways)] for i in range(max(len(made), len(ways)))]
    return list(dict.fromkeys(made))


def _ways(kind: Any, value: Any) -> list[str]:
    """Texts that a node matches."""
    if kind is op.LITERAL:
        return [chr(value)]
    if kind is op.NOT_LITERAL:
        return [one for one in _ANY if ord(one) != value]
    if kind is op.ANY:
        return list(_ANY.replace("\n", ""))
    if kind is op.IN:
        return _members(value)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return [one * max(value[0], 1) for one in _examples(list(value[2]))]
    if kind is op.SUBPATTERN:
        return _examples(list(value[3]))
    if kind is op.BRANCH:
        return [_examples(list(branch))[0] for branch in value[1]][:8]
    return _examples(list(value)) if kind is op.ATOMIC_GROUP else []


def _members(items: list[Any]) -> list[str]:
    """Some characters of a set."""
    if items[0][0] is op.NEGATE:
        refused = re.compile("[" + "".join(map(_class, items[1:])) + "]")
        return [one for one in _ANY + "xé「" if not refused.match(one)]
    found = ""
    for kind, value in items:
        if kind is op.CATEGORY:
            found += _CATEGORIES[value]
        else:
            found += chr(value) if kind is op.LITERAL else chr(value[0]) + chr(value[1])
    return list(dict.fromkeys(found))[:8]


def _class(item: tuple[Any, Any]) -> str:
    """An item of a set, as it is written."""
    kind, value = item
    if kind is op.CATEGORY:
        letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[str(value).rpartition("_")[2]]
        return "\\" + (letter.upper() if "_NOT_" in str(value) else letter)
    written = [value] if kind is op.LITERAL else value
    return "-".join(f"\\U{code:08x}" for code in written)
