"""reStructuredText: read by docutils, which may not load other files; Sphinx's marks are known.

What docutils does not know, as a directive of Sphinx, is read by its content, and a role by its text.
"""

import re
from collections.abc import Callable, Mapping
from io import StringIO
from textwrap import dedent
from typing import Any

from index.parsing import plain
from index.parsing.base import Parsed, Unreadable
from index.parsing.builder import Builder, Run
from index.parsing.grid import Cell, grid
from index.parsing.markup.rst_words import SILENT, Node, line, without_roles, words
from index.parsing.paragraphs import Paragraphs
from index.parsing.runs import tidy
from index.parsing.text import decode

_SETTINGS: Mapping[str, Any] = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "traceback": True,
    "syntax_highlight": "none",
    "smart_quotes": False,
    "line_length_limit": 1_000_000,
    "embed_stylesheet": False,
    "use_latex_toc": True,  # no list of headings is made, which nobody reads
}
_UNBROKEN = re.compile(r"\S{2000}")  # that docutils looks for names in takes the square of its length
_LARGEST = 5_000_000  # characters; larger ones are read as plain text, which takes no minutes
_DEEPEST = 60
_DEEPEST_DIRECTIVE = 4
_RUBRIC = 7  # level of a heading that is none of a section
_DIRECTIVE = re.compile(r"\.\.[ \t]+(?P<name>[\w+:.-]+)::[ \t]*(?P<argument>.*)")
_OPTION = re.compile(r"\s*:[\w-]+:(?:\s|$)")
_LEFT_OUT = frozenset((
    "toctree", "index", "literalinclude", "highlight", "currentmodule", "py:currentmodule", "module",
    "py:module", "automodule", "autoclass", "autofunction", "automethod", "autosummary", "graphviz",
    "digraph", "uml", "include", "image", "figure", "raw", "contents", "sectionauthor", "codeauthor",
    "tabularcolumns",
))  # fmt: skip
"""Directives of Sphinx without words of their own, or not of a reader's."""
_BARE = frozenset(
    ("only", "ifconfig", "rst-class", "cssclass", "hlist", "grid", "tab-set", "tabs", "seealso", "todo")
)
"""Directives whose argument, if they have one, names nothing."""
_VERSIONS = {
    "versionadded": "Added in version", "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version", "versionremoved": "Removed in version",
}  # fmt: skip
"""Directives of Sphinx, and what it prints for them."""
_FOR_SPHINX = frozenset(("tocdepth", "orphan", "nocomments", "no-search", "nosearch"))
_BROKEN = (
    ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError, NotImplementedError,
    OSError,
)  # fmt: skip
"""What docutils raises for what its authors did not think of."""


def parse(data: bytes, name: str) -> Parsed:
    """Parse reStructuredText; what docutils fails on, as plain text.

    Raises:
        Unreadable: the bytes are no text, or hold no words.
    """
    text, notices = decode(data)
    text = text.lstrip("\ufeff").replace("\0", "")
    if not any(map(str.isalnum, text)):
        raise Unreadable("empty of words")
    walk = _Walk(Builder())
    tree = _tree(text) if len(text) <= _LARGEST else None
    if tree is None:
        return plain.parse(data, name)
    walk.add(tree, 0)
    parsed = walk.builder.parsed(title=tree.get("title", ""), properties=walk.properties, notices=notices)
    return parsed if parsed.text.strip() else plain.parse(data, name)


def _cell(entry: Any) -> Cell:
    return Cell(line(entry), 1 + entry.get("morecols", 0), 1 + entry.get("morerows", 0))


def _tree(text: str, *, whole: bool = True) -> Node:
    """The document that docutils reads, or a part of one that has no title; None where it fails."""
    from docutils import DataError, nodes
    from docutils.core import publish_doctree
    from docutils.parsers.rst import Parser
    from docutils.parsers.rst.states import Inliner
    from docutils.utils import SystemMessage

    class Bounded(Parser):
        def parse(self, inputstring: str, document: Any) -> None:
            super().parse(inputstring, document)
            document.substitution_defs = _Substitutions(document.substitution_defs, 50_000 + 4 * len(text))

    inliner = Inliner()
    read = inliner.parse
    inliner.parse = lambda text, *place: (  # type: ignore[method-assign, assignment]
        ([nodes.Text(text)], []) if _UNBROKEN.search(text) else read(text, *place)
    )
    settings = {**_SETTINGS, "warning_stream": StringIO(), "doctitle_xform": whole, "docinfo_xform": whole}
    try:
        return publish_doctree(text, parser=Bounded(inliner=inliner), settings_overrides=settings)
    except (*_BROKEN, DataError, SystemMessage):
        return None


class _Substitutions(dict[str, Any]):
    """What stands for names in a document, and how many characters may be made of it.

    Names in what others stand for may make any number.
    """

    def __init__(self, known: dict[str, Any], most: int) -> None:
        super().__init__(known)
        self._left = most

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        self._left -= 10 + len(found.astext())
        if self._left < 0:
            raise ValueError("substitutions make too much text")
        return found


class _Walk:
    """Goes through a document's nodes and adds what they say to a text that is put together.

    Args:
        builder: what is added to.
        directives: how many unknown directives it stands in.
    """

    def __init__(self, builder: Builder, directives: int = 0) -> None:
        self.builder = builder
        self.properties: dict[str, str] = {}
        self._paragraphs = Paragraphs(builder)
        self._directives = directives
        self._depth = 0
        self._is_titled: bool | None = None  # the document, above its sections

    def add(self, node: Node, level: int) -> None:
        """Add what stands in a node.

        Args:
            node: a document or what is in one.
            level: of the headings around it.
        """
        self._depth += 1
        if self._depth <= _DEEPEST:
            children = list(node.children)
            for place, child in enumerate(children):
                following = children[place + 1].tagname if place + 1 < len(children) else ""
                self._block(child, level, before_list=following.endswith("_list"))
        self._depth -= 1

    def _block(self, node: Node, level: int, *, before_list: bool) -> None:
        kind = node.tagname
        if kind in SILENT or kind == "#text":
            return
        if kind == "paragraph":
            self._paragraphs.add(words(node), before_list=before_list)
        elif kind == "section":
            self.add(node, level + 1)
        elif (handler := _HANDLERS.get(kind)) is not None:
            handler(self, node, level)
        else:
            self.add(node, level)

    def _title(self, node: Node, level: int) -> None:
        parent = node.parent.tagname
        if parent in ("document", "section"):
            self.builder.heading(
                words(node), level + 1 if parent == "document" else level + bool(self._titled(node))
            )
            self._paragraphs.heading()
        else:
            self.builder.add("caption", words(node))

    def _titled(self, node: Node) -> bool:
        """Whether the document has a title above its sections."""
        if self._is_titled is None:
            children = node.document.children if node.document is not None else ()
            self._is_titled = any(child.tagname == "title" for child in children)
        return self._is_titled

    def _heading(self, node: Node, level: int) -> None:
        self.builder.heading(words(node), 2 if node.tagname == "subtitle" else _RUBRIC)
        self._paragraphs.heading()

    def _list(self, node: Node, level: int) -> None:
        with self.builder.inside("list"):
            for item in node.children:
                with self.builder.inside("item"):
                    self.add(item, level)

    def _terms(self, node: Node, level: int) -> None:
        """Terms with what they mean; options, and fields, likewise."""
        with self.builder.inside("list"):
            for entry in node.children:
                parts = list(getattr(entry, "children", ()))
                body = [part for part in parts if part.tagname in ("definition", "description", "field_body")]
                terms = [part for part in parts if part not in body]
                self.builder.add(
                    "term", " : ".join("".join(run.text for run in words(term)) for term in terms)
                )
                for part in body:
                    with self.builder.inside("definition"):
                        self.add(part, level)

    def _docinfo(self, node: Node, level: int) -> None:
        """What the document says of itself."""
        for entry in node.children:
            if entry.tagname == "field":
                name, value = (" ".join(part.astext().split()) for part in entry.children[:2])
            elif entry.tagname == "authors":
                name, value = "author", ", ".join(child.astext() for child in entry.children)
            else:
                name, value = entry.tagname, " ".join(entry.astext().split())
            if value and name.lower() not in _FOR_SPHINX:
                self.properties.setdefault(name.lower(), value)
                self.builder.add("property", f"{name[:1].upper()}{name[1:]}: {value}")

    def _code(self, node: Node, level: int) -> None:
        self.builder.add("code", node.astext(), keep=True)

    def _lines(self, node: Node, level: int) -> None:
        """Lines that end where they do, as of a poem or an address."""
        lines = [child for child in node.findall() if child.tagname == "line"]
        runs: list[Run] = []
        for one in lines:
            runs += [*words(one), Run("\n")]
        self._paragraphs.add(tidy(runs))

    def _quotation(self, node: Node, level: int) -> None:
        if all(child.tagname.endswith("_list") or child.tagname == "comment" for child in node.children):
            self.add(node, level)  # a list that is indented
            return
        with self.builder.inside("quotation"):
            self.add(node, level)

    def _attribution(self, node: Node, level: int) -> None:
        self.builder.add("paragraph", [Run("— "), *words(node)])

    def _note(self, node: Node, level: int) -> None:
        runs: list[Run] = []
        for child in node.children:
            if child.tagname != "label":
                runs += [*words(child), Run(" ")]
        self.builder.add("note", tidy(runs))

    def _caption(self, node: Node, level: int) -> None:
        self.builder.add("caption", words(node))

    def _box(self, node: Node, level: int) -> None:
        """A boxed text; the title of one names it."""
        if "contents" in node.get("classes", ()):
            return
        titles = [child for child in node.children if child.tagname == "title"]
        if not titles:
            self.add(node, level)
            return
        with self.builder.inside("list"):
            self.builder.add("term", words(titles[0]))
            with self.builder.inside("definition"):
                for child in node.children:
                    if child not in titles:
                        self._block(child, level, before_list=False)

    def _table(self, node: Node, level: int) -> None:
        rows: list[list[Cell]] = []
        heads = 0
        for row in (child for child in node.findall() if child.tagname == "row"):
            heads += row.parent.tagname == "thead"
            rows.append([_cell(entry) for entry in row.children])
        found = grid(rows, heads)
        with self.builder.inside("table"):
            for title in (child for child in node.children if child.tagname == "title"):
                self.builder.add("caption", words(title))
            self.builder.row(found.head, head=True)
            for cells in found.rows:
                self.builder.row(cells)

    def _message(self, node: Node, level: int) -> None:
        """What docutils did not understand: a directive of Sphinx is read by its content."""
        source = next((child.astext() for child in node.children if child.tagname == "literal_block"), "")
        found = _DIRECTIVE.match(source)
        if not found or self._directives >= _DEEPEST_DIRECTIVE or found["name"] in _LEFT_OUT:
            return
        _, _, rest = source.partition("\n")
        lines = rest.split("\n")
        while lines and _OPTION.match(lines[0]):
            lines.pop(0)
        argument, content = found["argument"].strip(), dedent("\n".join(lines))
        if said := _VERSIONS.get(found["name"]):
            content = f"{said} {argument}: {content.strip()}".strip(": ")
            argument = ""
        if found["name"] in _BARE:
            content = f"{argument}\n\n{content}" if found["name"] in ("seealso", "todo") else content
            argument = ""
        if argument:
            with self.builder.inside("list"):
                self.builder.add("term", without_roles(argument))
                if content.strip():
                    with self.builder.inside("definition"):
                        self._nested(content, level)
        else:
            self._nested(content, level)

    def _nested(self, text: str, level: int) -> None:
        tree = _tree(text, whole=False) if text.strip() else None
        if tree is not None:
            inner = _Walk(self.builder, self._directives + 1)
            inner._depth = self._depth
            inner.add(tree, level + 1)


_HANDLERS: Mapping[str, Callable[[_Walk, Node, int], None]] = {
    "title": _Walk._title,
    "subtitle": _Walk._heading,
    "rubric": _Walk._heading,
    "docinfo": _Walk._docinfo,
    **dict.fromkeys(("bullet_list", "enumerated_list"), _Walk._list),
    **dict.fromkeys(("definition_list", "option_list", "field_list"), _Walk._terms),
    **dict.fromkeys(("literal_block", "doctest_block", "math_block"), _Walk._code),
    "line_block": _Walk._lines,
    "block_quote": _Walk._quotation,
    "attribution": _Walk._attribution,
    **dict.fromkeys(("footnote", "citation"), _Walk._note),
    "caption": _Walk._caption,
    **dict.fromkeys(("admonition", "topic", "sidebar"), _Walk._box),
    "table": _Walk._table,
    "system_message": _Walk._message,
}
