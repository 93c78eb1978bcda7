"""XML or JSON in, the same with other contents out, still well-formed, so that damage is read."""

import json
from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring, tostring

_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 10**400, float("nan"), float("inf"), "", "x", "\ud800", "\0", [], {}, [[]],
    [None], {"": None}, {"source": [1]}, "# x\n- y", "<p>x", "a" * 3000,
)  # fmt: skip
_DEEP = (2, 5, 60, 140, 900)
_MOST_PLACES = 100_000


def changed_xml(data: bytes, other: bytes, words: Sequence[bytes], random: Random) -> bytes | None:
    """XML with elements, attributes and text changed, some of them those of other XML; None if it is none."""
    try:
        root = fromstring(data)
    except (ParseError, ValueError, LookupError):
        return None
    try:
        strange = list(fromstring(other).iter())
    except (ParseError, ValueError, LookupError):
        strange = []
    for _ in range(random.choice((1, 1, 2, 3, 8))):
        _change(root, strange or list(root.iter()), words, random)
    try:
        return tostring(root, "utf-8", xml_declaration=True)
    except ValueError:
        return None


def _change(root: Element, strange: list[Element], words: Sequence[bytes], random: Random) -> None:
    holders = [element for element in root.iter() if len(element)] or [root]
    holder = random.choice(holders)
    at = random.randrange(len(holder)) if len(holder) else 0
    child = holder[at] if len(holder) else root
    roll = random.random()
    if roll < 0.3:
        _change_values(random.choice(list(root.iter())), strange, words, random)
    elif roll < 0.4 and len(holder):
        del holder[at]
    elif roll < 0.6:
        holder.insert(at, deepcopy(random.choice(strange)))
    elif roll < 0.7 and len(holder):
        holder[at : at + 1] = (
            [deepcopy(child) for _ in range(random.choice((2, 3, 20, 300)))] if _small(child) else []
        )
    elif roll < 0.8:
        random.choice(holders).append(deepcopy(child))
    elif roll < 0.87:
        holder.tag, child.tag = child.tag, holder.tag
    elif roll < 0.93:
        child.tag = random.choice(strange).tag
    elif _small(child) and len(holder):
        for _ in range(random.choice(_DEEP)):
            above = Element(child.tag, child.attrib)
            above.append(child)
            child = above
        holder[at] = child
    else:
        child[:] = list(child)[::-1]


def _change_values(element: Element, strange: list[Element], words: Sequence[bytes], random: Random) -> None:
    word = "".join(
        one for one in random.choice(words).decode("utf-8", "replace") if one.isprintable() or one in "\t\n"
    )
    if element.attrib and random.random() < 0.6:
        name = random.choice(list(element.attrib))
        if random.random() < 0.2:
            del element.attrib[name]
        else:
            values = [value for one in random.choices(strange, k=20) for value in one.attrib.values()]
            element.attrib[name] = random.choice(values) if values and random.random() < 0.4 else word
    elif random.random() < 0.3:
        element.attrib |= random.choice(strange).attrib
    elif random.random() < 0.7:
        element.text = random.choice((word, (element.text or "") + word, None))
    else:
        element.tail = word


def _small(element: Element) -> bool:
    return sum(1 for _ in element.iter()) < 50


def changed_json(data: bytes, random: Random) -> bytes | None:
    """JSON, or lines of it, with values changed; None if it is none."""
    try:
        values = [json.loads(data)]
    except (ValueError, RecursionError):
        try:
            values = [json.loads(line) for line in data.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            return None
    for _ in range(random.choice((1, 1, 2, 4))):
        places: list[tuple[Any, Any]] = []
        _places(values, places)
        if places:
            holder, key = random.choice(places)
            _exchange(holder, key, places, random)
    try:
        return "\n".join(json.dumps(value) for value in values).encode()
    except (ValueError, MemoryError):
        return None


def _places(value: Any, found: list[tuple[Any, Any]]) -> None:
    """The first places of a value; what was put into itself again and again has no end of them."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        if len(found) >= _MOST_PLACES:
            return
        found.append((value, key))
        _places(value[key], found)


def _exchange(holder: Any, key: Any, places: list[tuple[Any, Any]], random: Random) -> None:
    roll = random.random()
    if roll < 0.4:
        holder[key] = deepcopy(random.choice(_VALUES))
    elif roll < 0.55:
        del holder[key]
    elif roll < 0.75:
        other, name = random.choice(places)
        holder[key] = (
            deepcopy(other[name])
            if name in other or (isinstance(other, list) and name < len(other))
            else None
        )
    elif roll < 0.85:
        for _ in range(random.choice(_DEEP)):
            holder[key] = [holder[key]] if random.random() < 0.5 else {str(key): holder[key]}
    elif isinstance(holder, list):
        holder[key:key] = [holder[key]] * random.choice((1, 5, 1000))
    else:
        holder[random.choice(("", "text", "title", "\u2028", "9"))] = holder[key]
