"""Nodes of reStructuredText in, their words out, without footnotes' marks and the marks of Sphinx's roles."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from index.parsing.builder import Run
from index.parsing.runs import tidy

Node = Any
"""Of docutils; its stubs do not know the attributes that all nodes have."""

SILENT = frozenset((
    "comment", "target", "substitution_definition", "raw", "pending", "meta", "image", "transition",
    "decoration", "footnote_reference", "citation_reference", "label", "generated", "doctype",
))  # fmt: skip
"""Nodes without words of the text."""
_DEEPEST = 60
_ROLE = re.compile(r"(?::[\w+:.-]{1,99}:)?`(?P<text>.*?)`(?::[\w+:.-]{1,99}:)?_{0,2}", re.DOTALL)
_EXPLICIT = re.compile(r"(?P<text>.*?)(?<!\s)\s*+<[^<>]*>", re.DOTALL)


def line(node: Node) -> str:
    """All that a node says, in a line."""
    return " ".join("".join(run.text for run in words(child)) for child in node.children)


def words(node: Node) -> list[Run]:
    """The words of a node in runs; lines flow on."""
    runs: list[Run] = []
    for run in _runs(node, "", "", 0):
        if run is not _MARK:
            runs.append(run._replace(text=run.text.replace("\n", " ")))
        elif runs:
            runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip())
    return tidy(runs)


_MARK = Run("")
"""Stands where the number of a footnote was, and the blank before it."""


def _runs(node: Node, look: Any, href: str, depth: int) -> Iterator[Run]:
    kind = node.tagname
    if kind == "#text":
        yield Run(node.astext(), look, href)
        return
    if kind == "footnote_reference":
        yield _MARK
    if kind in SILENT or kind == "system_message" or depth > _DEEPEST:
        return
    if kind == "problematic":
        yield Run(without_roles(node.astext()), look, href)
        return
    own = {"strong": "bold", "emphasis": "italic", "title_reference": "italic", "literal": "code"}.get(
        kind, look
    )
    if kind == "reference" and (address := node.get("refuri", "")):
        own, href = "link", address
    if kind == "superscript":
        yield Run("^", look, href)
    children: Sequence[Node] = node.children
    for place, child in enumerate(children):
        if child.tagname == "list_item" and place:
            yield _MARK
            yield Run("; ")
        yield from _runs(child, "link" if look == "link" else own, href, depth + 1)
        if child.tagname == "paragraph":
            yield Run(" ")


def without_roles(text: str) -> str:
    """Words without the marks of roles, as "guide" of ":ref:`guide <intro>`"."""

    def shown(role: re.Match[str]) -> str:
        said = role["text"]
        if explicit := _EXPLICIT.fullmatch(said):
            return explicit["text"] or said
        return said.rpartition(".")[2] if said.startswith("~") else said.lstrip("!")

    return _ROLE.sub(shown, text)
