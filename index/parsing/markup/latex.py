"""LaTeX: sections, paragraphs, lists, tables and notes as they are meant, not as they are typeset.

What would be put in (other files, bibliographies, pictures, numbers of what is referred to) is not there; a
reference shows its name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from index.parsing.base import Parsed, Unreadable, worded
from index.parsing.builder import Builder, Run
from index.parsing.markup import latex_words as known
from index.parsing.markup.latex_words import Look
from index.parsing.text import decode

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

Node = Any
"""What pylatexenc parses, None where an argument is left out."""

_UNEXPECTED = (IndexError, AttributeError, KeyError, TypeError, ValueError)
"""What the library raises at arguments that are not there."""
_BREAK = re.compile(r"\n[ \t]*\n\s*")
_FALSE = re.compile(r"\\iffalse\b.*?\\fi\b", re.DOTALL)
_OPTIONS = re.compile(r"\s*+(?:<[^<>\n]{0,40}>)?\s*+(?:\[(?P<said>[^\[\]\n]{0,300})\])?")
"""What may stand at the start of an environment: slides, and options or a name."""
_OF_CODE = re.compile(r"[ \t]*+(?:\[[^\[\]]{0,500}\])?[ \t]*+(?:\{[a-zA-Z0-9+#-]{1,20}\})?[ \t]*+\n")
_MOST_HEADS = 3  # rows above the first line of a table, for them to name its columns
_SPANS = tuple(map(str, range(1, 30)))
_SIDES = re.compile(r"\s*+(?:\([lr]*+\))?\s*+")


def parse(data: bytes, name: str) -> Parsed:
    """Parse a document in LaTeX, or a part of one.

    Raises:
        Unreadable: the bytes are no text, or hold no words, or nest too deeply.
    """
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.latexwalker import LatexWalker

    text, notices = decode(data)
    walk = _Walk(Builder(), LatexNodes2Text(math_mode="text"))
    walker = LatexWalker(
        _FALSE.sub("", text), latex_context=known.known_to_the_parser(), tolerant_parsing=True
    )
    try:
        nodes, _, _ = walker.get_latex_nodes()
        walk.add(nodes)
    except RecursionError:
        raise Unreadable("nests too deeply") from None
    except _UNEXPECTED:
        raise Unreadable("damaged, or no LaTeX") from None
    title = walk.properties.pop("title", "")
    return worded(walk.builder.parsed(title=title, properties=walk.properties, notices=notices))


@dataclass(slots=True)
class _Walk:
    """Goes through what a document holds, and adds it to a text that is put together.

    Args:
        builder: what is added to.
        converter: which says what macros and formulas are in letters.
    """

    builder: Builder
    converter: "LatexNodes2Text"
    properties: dict[str, str] = field(default_factory=dict)
    _runs: list[Run] = field(default_factory=list)
    _notes: list[list[Run]] = field(default_factory=list)
    _captions: list[list[Run]] = field(default_factory=list)  # of the table that comes next
    _own: dict[str, Node] = field(default_factory=dict)  # what the document's own macros say

    def add(self, nodes: Iterable[Node]) -> None:
        """Add a whole document, or a part of one without its preamble."""
        nodes = [node for node in nodes if node is not None]
        body = next((node for node in nodes if getattr(node, "environmentname", "") == "document"), None)
        if body is None:
            self._walk(nodes, "")
        else:
            for node in nodes:
                self._tells(node)
            self._walk(body.nodelist, "")
        self._flush()

    def _tells(self, node: Node) -> bool:
        """Take down what a document says of itself, and what its own macros say; whether a node does that."""
        name, arguments = _name(node), _arguments(node)
        if name in known.DEFINING:
            macros = [part.macroname for part in _parts(arguments[:1]) if _name(part)]
            if macros and not any(map(_is_optional, arguments)):  # what takes arguments is not put together
                self._own[macros[0]] = arguments[-1]
            return True
        if name not in known.PROPERTIES or not arguments:
            return False
        self.properties.setdefault(name, " ".join(self._words(arguments[-1:]).split()))
        return True

    # --------------------------------------------------------------------------------- words

    def _walk(self, nodes: Iterable[Node], look: Look) -> None:
        for node in nodes:
            if node is not None:
                self._node(node, look)

    def _node(self, node: Node, look: Look) -> None:
        kind, name = type(node).__name__, _name(node)
        if kind == "LatexCharsNode":
            self._characters(node.chars, look)
        elif kind == "LatexGroupNode":
            self._walk(node.nodelist, look)
        elif kind == "LatexEnvironmentNode":
            self._environment(node, name.removesuffix("*"))
        elif kind == "LatexMathNode":
            self._formula(node, look)
        elif kind == "LatexMacroNode":
            self._macro(node, name.removesuffix("*"), look)
        elif kind == "LatexSpecialsNode":
            self._say(self._letters(node), look)

    def _say(self, words: str, look: Look, href: str = "") -> None:
        if words:
            self._runs.append(Run(words, look, href))

    def _letters(self, node: Node) -> str:
        """What a macro or a formula is in letters; itself where the converter does not know."""
        try:
            return str(self.converter.node_to_text(node))
        except _UNEXPECTED:
            return str(node.latex_verbatim())

    def _characters(self, text: str, look: Look) -> None:
        """Running text, in which empty lines end paragraphs."""
        first, *others = _BREAK.split(text)
        self._say(first.replace("\n", " "), look)
        for part in others:
            self._flush()
            self._say(part.replace("\n", " "), look)

    def _formula(self, node: Node, look: Look) -> None:
        displayed = getattr(node, "displaytype", "inline") == "display"
        if displayed:
            self._flush()
        self._say(" ".join(self._words(node.nodelist).split()), look)
        if displayed:
            self._flush()

    def _macro(self, node: Node, name: str, look: Look) -> None:
        """A macro: what it says, or what it has its argument be."""
        if name in known.SILENT or self._tells(node):
            return
        if name in self._own:
            said = self._own.pop(name)  # it must not say itself
            self._walk([said], look)
            self._own[name] = said
        elif (code := getattr(getattr(node, "nodeargd", None), "verbatim_text", None)) is not None:
            self._say(code, "code")
        elif name in known.BREAKS:
            self._say("\n", look)
        elif name == "par":
            self._flush()
        elif arguments := _arguments(node):
            self._with_arguments(node, name, arguments, look)
        else:
            self._say(known.SAID.get(name) or self._letters(node), look)

    def _with_arguments(self, node: Node, name: str, arguments: list[Node], look: Look) -> None:
        """The same of one that has arguments, of which the last is what is said."""
        last = arguments[-1]
        if name in known.HEADINGS:
            self._flush()
            self.builder.heading(self._inside(last), known.HEADINGS[name])
        elif name == "caption":
            self._flush()
            self._captions.append(self._inside(last))
        elif name in ("footnote", "footnotetext", "thanks"):
            self._notes.append(self._inside(last))
        elif name in known.APART:
            self._flush()
            self._walk([last], look)
            self._flush()
        elif name == "href":
            address = _bare(arguments[0])
            self._runs += [run._replace(look="link", href=address) for run in self._inside(last)]
        elif name == "url":
            self._say(_bare(last), look)
        elif name in known.NAMED:
            self._say(f"[{_bare(last)}]", look)
        elif form := known.FORMS.get(name):
            parts = [self._words([one]) for one in arguments if not _is_optional(one)]
            self._say(form.format(*parts, *[""] * 3), look)
        elif known.LOOKS.get(name) or not (said := known.SAID.get(name, "") or self._accented(node, name)):
            self._walk([last], look or known.LOOKS.get(name, ""))
        else:
            self._say(said, look)

    def _accented(self, node: Node, name: str) -> str:
        """What a macro makes of its argument where it is an accent, a root, or the like."""
        return self._letters(node) if len(name) == 1 or name in ("frac", "sqrt", "nicefrac", "sfrac") else ""

    def _inside(self, *nodes: Node, look: Look = "") -> list[Run]:
        """The words of nodes, which are not said yet."""
        runs, self._runs = self._runs, []
        self._walk(nodes, look)
        found, self._runs = self._runs, runs
        return found

    def _words(self, nodes: Iterable[Node], *, keep: bool = False) -> str:
        """What nodes say, with or without the blanks around it."""
        said = "".join(run.text for run in self._inside(*nodes))
        return said if keep else said.strip()

    def _flush(self) -> None:
        """A paragraph ends, and its notes follow it."""
        runs, self._runs = self._runs, []
        self.builder.add("paragraph", runs)
        for note in self._notes:
            self.builder.add("note", note)
        self._notes.clear()

    # --------------------------------------------------------------------------------- blocks

    def _environment(self, node: Node, name: str) -> None:
        nodes, arguments = [one for one in node.nodelist if one is not None], _arguments(node)
        if name in known.DRAWN:
            return
        if name in known.MATH_PARTS:
            self._say("; ".join(self._rows(nodes)), "")
            return
        self._flush()
        if name in known.LISTS:
            self._list(nodes)
        elif name in known.TABLES:
            self._table(nodes)
        elif name in known.CODE:
            said = getattr(node.nodeargd, "verbatim_text", None)
            said = said if said is not None else "".join(one.latex_verbatim() for one in nodes)
            options = _OF_CODE.match(said)
            self.builder.add("code", said[options.end() :] if options else said, keep=True)
        elif name in known.MATH:
            self._say("\n".join(self._rows(nodes)), "")
        elif name in ("quote", "quotation", "verse"):
            with self.builder.inside("quotation"):
                self._walk(nodes, "")
                self._flush()
        elif name == "table":  # its caption stands above or below
            self._walk(sorted(_without_options(nodes)[1], key=lambda one: _name(one) != "caption"), "")
        else:
            self._named(name, nodes, arguments)
        self._flush()
        for caption in self._captions:
            self.builder.add("caption", caption)
        self._captions.clear()

    def _rows(self, nodes: Iterable[Node]) -> list[str]:
        """The rows of a formula, as far as they say something."""
        rows = [""]
        for one in nodes:
            if _name(one) in known.BREAKS:
                rows.append("")
            elif getattr(one, "specials_chars", "") != "&":
                rows[-1] += self._words([one], keep=True)
        return list(filter(None, (" ".join(row.split()) for row in rows)))

    def _named(self, name: str, nodes: list[Node], arguments: list[Node]) -> None:
        """What an environment holds that may have a name: a frame or a block of slides, a theorem."""
        said, nodes = _without_options(nodes)
        if name in known.TITLED and arguments:
            self.builder.heading(self._inside(arguments[-1]), known.TITLED[name])
        elif name == "frame" and nodes and type(nodes[0]).__name__ == "LatexGroupNode":
            self.builder.heading(self._inside(nodes[0]), known.HEADINGS["frametitle"])
            nodes = nodes[1:]
        elif name == "letter" and arguments:
            self._walk(arguments[-1:], "")
            self._flush()
        elif name in known.THEOREMS:
            said = said or self._words(filter(_is_optional, arguments))
            self._say(f"{name.capitalize()}{f' ({said})' if said else ''}. ", "bold")
        self._walk(nodes, "")

    def _list(self, nodes: Iterable[Node]) -> None:
        """A list; what an item is called stands before it."""
        items: list[tuple[list[Run], list[Node]]] = []
        for node in nodes:
            if _name(node) in known.ITEMS:
                label = next(filter(_is_optional, _arguments(node)), None)
                items.append((self._inside(label, look="bold") if label is not None else [], []))
            elif items:
                items[-1][1].append(node)
        with self.builder.inside("list"):
            for label, inner in items:
                with self.builder.inside("item"):
                    self._runs = [*label, Run(" ")] if label else []
                    self._walk(_without_options(inner)[1] if inner and not label else inner, "")
                    self._flush()

    def _table(self, nodes: Iterable[Node]) -> None:
        """A table; its first row names the columns where a line or a word below it says so."""
        rows: list[list[list[Node]]] = [[[]]]
        heads, kept, in_rule = 0, 0, False
        for node in nodes:
            name = _name(node)
            if in_rule and (_SIDES.fullmatch(getattr(node, "chars", "-")) or not name):
                in_rule = not hasattr(node, "nodelist")
                continue
            in_rule = name == "cmidrule" and not _arguments(node)
            if name in known.BREAKS:
                rows.append([[]])
            elif getattr(node, "specials_chars", "") == "&":
                rows[-1].append([])
            elif name in ("hline", "midrule"):
                heads = heads or (len(rows) - 1 if len(rows) <= _MOST_HEADS + 1 else 0)
            elif name in ("endfirsthead", "endhead", "endfoot", "endlastfoot"):
                if name == "endfirsthead" or not kept:
                    heads, kept = heads or len(rows) - 1, len(rows)
                del rows[kept:]  # said again on each page
                rows.append([[]])
            elif name not in ("toprule", "bottomrule", "cmidrule"):
                rows[-1][-1].append(node)
        head = [self._head(row) for row in rows[:heads]]
        columns = [" ".join(dict.fromkeys(filter(None, names))) for names in zip_longest(*head, fillvalue="")]
        captions, self._captions = self._captions, []
        with self.builder.inside("table"):
            for caption in captions:
                self.builder.add("caption", caption)
            self.builder.row(columns, head=True)
            for row in rows[heads:]:
                self.builder.row([self._words(cell) for cell in row])

    def _head(self, row: Iterable[Iterable[Node]]) -> list[str]:
        """The names in a row above columns, those of several columns once for each."""
        names: list[str] = []
        for cell in row:
            spanning = next((one for one in cell if _name(one) == "multicolumn" and _arguments(one)), None)
            count = _bare(_arguments(spanning)[0]) if spanning is not None else "1"
            names += [self._words(cell)] * (int(count) if count in _SPANS else 1)
        return names


def _name(node: Node) -> str:
    """What a macro or an environment is called."""
    return getattr(node, "macroname", "") or getattr(node, "environmentname", "") or ""


def _arguments(node: Node) -> list[Node]:
    """The arguments of a macro that are there."""
    given = getattr(node, "nodeargd", None)
    return [one for one in (given.argnlist if given and given.argnlist else ()) if one is not None]


def _parts(nodes: Iterable[Node]) -> list[Node]:
    """What groups hold, and what is none."""
    return [one for node in nodes for one in (getattr(node, "nodelist", None) or [node]) if one is not None]


def _is_optional(argument: Node) -> bool:
    return getattr(argument, "delimiters", ("", ""))[0] == "["


def _bare(node: Node) -> str:
    """An argument letter by letter, without its braces."""
    return str(node.latex_verbatim()).strip("{}")


def _without_options(nodes: list[Node]) -> tuple[str, list[Node]]:
    """What stands in brackets at the start of an environment, and the rest of it."""
    if not nodes or not hasattr(nodes[0], "chars"):
        return "", nodes
    found = _OPTIONS.match(nodes[0].chars)
    if found is None or not found[0].strip():
        return "", nodes
    nodes[0].chars = nodes[0].chars[found.end() :]
    return found["said"] or "", nodes if nodes[0].chars.strip() else nodes[1:]
