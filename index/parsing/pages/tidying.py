"""Characters as fonts have them in, as readers know them out, with their boxes."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.parsing.pages.frames import Boxes, Floats, Piece

_RAISED, _SMALL = 0.15, 0.85  # of the size of the letters before: superscript
_DIGITS = 20  # of a superscript, at most
_TWICE = 0.3  # of the size: by less the same words are shifted where they are printed twice
_LAST = 50  # pieces of the same words that are compared
_DOTS = 3  # of a leader, that are left
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SYMBOLS = str.maketrans(
    {
        "\ufffe": "-", "\x02": "-", "\u00ad": "-", "\u2010": "-", "\u2011": "-",
        "\uf0b7": "•", "\uf0a7": "▪", "\uf0a8": "▪", "\uf06e": "▪", "\uf0d8": "▸", "\uf076": "•",
        "\uf0fc": "•", "\uf0fe": "•", "\uf06f": "•", "\uf02d": "-", "\uf0e0": "→", "\uf0b0": "°",
        "\uf0b1": "±", "\uf0a3": "≤", "\uf0b3": "≥", "\uf0b4": "×", "\uf020": " ",
    }
)  # fmt: skip
"""Hyphens, one sign for all, as pdfium marks them at line ends too; characters of Symbol and Wingdings."""

_LEADER = re.compile(r"(?:[.․·_] ?){5,}")
_UNTIDY = re.compile(r"[^ -~¡-¬®-ɏ‐-―‘-„•…€]|  |^ | $|[.·_] ?[.·_] ?[.·_] ?[.·_] ?[.·_]|^$")
"""What most pieces have none of."""
_HIDDEN = ("Cc", "Cf", "Cn")
_JOINERS = "\u200c\u200d"


def letters(text: str) -> list[str]:
    """The characters of a page, with hyphens and symbols as they are known elsewhere."""
    return list(text.translate(_SYMBOLS))


def raise_superscripts(
    text: list[str], places: NDArray[np.int64], breaks: NDArray[np.bool_], size: Floats, base: Floats
) -> None:
    """Small raised digits become superscript ones: "10⁶" is not "106", nor "true.³" "true.3".

    Args:
        text: the characters of a page, which are changed.
        places: of those that are seen.
        breaks: which of these a new piece begins after.
        size: of each character.
        base: how high its base line is.
    """
    before, after = places[:-1], places[1:]
    small = size[after] < _SMALL * size[before]
    raised = base[after] - base[before] > _RAISED * size[before]
    for number in np.flatnonzero(small & raised & ~breaks).tolist():
        height = base[places[number + 1]]
        for place in places[number + 1 : number + 1 + _DIGITS].tolist():
            if not (text[place].isdigit() and text[place].isascii() and base[place] == height):
                break
            text[place] = text[place].translate(_SUPERSCRIPTS)


def divide_ligatures(along: Floats, shown: Floats, places: NDArray[np.int64]) -> None:
    """Give each letter of a ligature its share of the box, which all of them have from pdfium."""
    same = np.all(shown[places[1:]] == shown[places[:-1]], axis=1)
    number = 0
    for start in np.flatnonzero(same).tolist():
        if start < number:
            continue
        number = start + 1
        while number < len(same) and same[number]:
            number += 1
        group = places[start : number + 1]
        turned = not np.array_equal(along[group[0]], shown[group[0]])
        for boxes in (along,) if turned else (along, shown):
            edges = np.linspace(boxes[group[0], 0], boxes[group[0], 2], len(group) + 1)
            boxes[group, 0], boxes[group, 2] = edges[:-1], edges[1:]


def tidy(characters: Sequence[str], boxes: Boxes) -> tuple[str, Boxes]:
    """Words with one blank between them, leaders cut short, no control characters; and their boxes."""
    plain = "".join(characters)
    if not _UNTIDY.search(plain):
        return plain, boxes
    kept: list[int] = []
    shown: list[str] = []
    for place, character in enumerate(characters):
        if character.isspace():
            if shown and shown[-1] != " ":
                shown.append(" ")
                kept.append(place)
        elif unicodedata.category(character) in _HIDDEN and character not in _JOINERS:
            if not shown and place + 1 < len(characters) and characters[place + 1].isspace():
                shown.append("•")  # of a font of symbols that does not say what it shows
                kept.append(place)
        else:
            shown.append(character)
            kept.append(place)
    while shown and shown[-1] == " ":
        shown.pop()
        kept.pop()
    text = "".join(shown)
    left = list(range(len(text)))
    for found in reversed(list(_LEADER.finditer(text))):
        dots = [place for place in range(found.start(), found.end()) if text[place] != " "]
        left[found.start() : found.end()] = dots[:_DOTS] + [found.end() - 1] * found[0].endswith(" ")
    return "".join(text[place] for place in left), boxes[[kept[place] for place in left]]


def printed_once(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces without those printed twice, as shadows and bold letters may be made."""
    found: dict[tuple[str, int], list[Piece]] = {}
    kept = []
    for piece in pieces:
        same = found.setdefault((piece.text, piece.quarters), [])
        near = _TWICE * piece.size
        if any(
            abs(one.left - piece.left) < near and abs(one.base - piece.base) < near for one in same[-_LAST:]
        ):
            continue
        same.append(piece)
        kept.append(piece)
    return kept
