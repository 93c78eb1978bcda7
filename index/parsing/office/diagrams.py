"""A SmartArt diagram in, the words of its boxes out."""

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from index.parsing import xml
from index.parsing.base import Unreadable
from index.parsing.digits import whole_number
from index.parsing.office.package import Package, Relation

_DEEPEST = 8  # lists in lists


def entries(package: Package, relations: Mapping[str, Relation], name: str) -> Iterator[tuple[str, int]]:
    """The entries of a diagram, each with how many others it is below of; none of one that was read before.

    Args:
        package: the file.
        relations: what the part with the diagram refers to.
        name: of the relation to the diagram's data.
    """
    relation = relations.get(name)
    if relation is None or relation.external or relation.target not in package:
        return
    if relation.target in package.told:
        return
    package.told.add(relation.target)
    try:
        root = package.tree(relation.target)
    except Unreadable:  # the document can be read without
        return
    points = {point.get("modelId", ""): point for point in xml.children(root, "dgm:ptLst", "dgm:pt")}
    below: dict[str, list[tuple[int, str]]] = {}
    for link in xml.children(root, "dgm:cxnLst", "dgm:cxn"):
        order = whole_number(link.get("srcOrd")) or 0
        if link.get("type", "parOf") == "parOf":
            below.setdefault(link.get("srcId", ""), []).append((order, link.get("destId", "")))
    tops = [one for one, point in points.items() if point.get("type") == "doc"]
    seen: set[str] = set()
    waiting = [(one, -1) for one in reversed(tops)]
    while waiting:
        one, depth = waiting.pop()
        if one in seen or one not in points:
            continue
        seen.add(one)
        if depth >= 0 and (text := _text(points[one])):
            yield text, min(depth, _DEEPEST)
        waiting += [(other, depth + 1) for _, other in sorted(below.get(one, ()), reverse=True)]


def _text(point: Element) -> str:
    paragraphs = (xml.text_of(one) for one in point.iter("a:p"))
    return " ".join(" ".join(paragraphs).split())
