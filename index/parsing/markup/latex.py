"""LaTeX: sections, paragraphs, lists, tables and notes as they are meant, not as they are typeset.

What would be put in (other files, bibliographies, pictures, numbers of what is referred to) is not there; a
reference shows its name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from index.parsing.base import Parsed, Unreadable
from index.parsing.builder import Builder, Run
from index.parsing.text import decode

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

Node = Any
"""What pylatexenc parses, None where an argument is left out."""

Look = Literal["", "bold", "italic", "code", "link"]

_HEADINGS: Mapping[str, int] = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5,
    "subparagraph": 6, "frametitle": 3,
}  # fmt: skip
_PROPERTIES = ("title", "author", "date")
_LOOKS: Mapping[str, Look] = {
    "textbf": "bold", "textsc": "", "emph": "italic", "textit": "italic", "textsl": "italic",
    "texttt": "code", "textrm": "", "textsf": "", "underline": "", "mbox": "", "text": "",
}  # fmt: skip
_NAMED = (
    "ref",
    "eqref",
    "pageref",
    "autoref",
    "cref",
    "Cref",
    "cite",
    "citep",
    "citet",
    "parencite",
    "textcite",
)
"""Macros that refer to something by its name."""
_SILENT = frozenset((
    "label", "maketitle", "tableofcontents", "includegraphics", "input", "include", "usepackage", "index",
    "documentclass", "bibliography", "bibliographystyle", "vspace", "hspace", "hline", "toprule", "midrule",
    "bottomrule", "cline", "cmidrule", "centering", "setlength", "newcommand", "renewcommand", "pagestyle",
    "noindent", "bigskip", "medskip", "smallskip", "newpage", "clearpage", "thispagestyle", "nocite",
    "addbibresource", "printbibliography", "listoffigures", "listoftables", "appendix", "hfill", "vfill",
))  # fmt: skip
_LISTS = ("itemize", "enumerate", "description", "thebibliography", "compactitem", "compactenum")
_ITEMS = ("item", "bibitem")
_TABLES = ("tabular", "tabular*", "tabularx", "tabulary", "longtable", "array", "supertabular")
_CODE = ("verbatim", "lstlisting", "minted", "Verbatim", "verbatim*", "alltt")
_MATH = (
    "equation", "align", "gather", "multline", "eqnarray", "displaymath", "math", "flalign", "alignat",
)  # fmt: skip
_DRAWN = ("tikzpicture", "picture", "pspicture", "axis", "filecontents")
_SAID = {
    "euro": "€", "EUR": "€", "texteuro": "€", "pounds": "£", "textsterling": "£", "yen": "¥", "textyen": "¥",
    "degree": "°", "textdegree": "°", "celsius": "°C",
}  # fmt: skip
"""What macros say that the converter does not know."""
_UNEXPECTED = (IndexError, AttributeError, KeyError, TypeError, ValueError)
"""What the library raises at arguments that are not there."""
_BREAK = re.compile(r"\n[ \t]*\n\s*")
_MORE = (("caption", "[{"), ("bibitem", "[{"), ("frametitle", "{"), ("url", "{"), ("href", "{{"))
"""Macros that the parser does not know, and what they take."""


def parse(data: bytes, name: str) -> Parsed:
    """Parse a document in LaTeX, or a part of one.

    Raises:
        Unreadable: the bytes are no text, or hold no words, or nest too deeply.
    """
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.latexwalker import LatexWalker, get_default_latex_context_db
    from pylatexenc.macrospec import MacroSpec

    text, notices = decode(data)
    known = get_default_latex_context_db()
    known.add_context_category("more", [MacroSpec(*macro) for macro in _MORE], prepend=True)
    walk = _Walk(Builder(), LatexNodes2Text(math_mode="text"))
    try:
        nodes, _, _ = LatexWalker(text, latex_context=known, tolerant_parsing=True).get_latex_nodes()
        walk.add(nodes)
    except RecursionError:
        raise Unreadable("nests too deeply") from None
    except _UNEXPECTED:
        raise Unreadable("damaged, or no LaTeX") from None
    title = walk.properties.pop("title", "")
    parsed = walk.builder.parsed(title=title, properties=walk.properties, notices=notices)
    if not any(map(str.isalnum, parsed.text)):
        raise Unreadable("empty of words")
    return parsed


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

    def add(self, nodes: Iterable[Node]) -> None:
        """Add a whole document, or a part of one without its preamble."""
        nodes = [node for node in nodes if node is not None]
        body = next((node for node in nodes if getattr(node, "environmentname", "") == "document"), None)
        if body is None:
            self._walk(nodes, "")
        else:
            for node in nodes:
                self._property(node)
            self._walk(body.nodelist, "")
        self._flush()

    def _property(self, node: Node) -> bool:
        """Take down what a document says of itself; whether this does."""
        if _name(node) not in _PROPERTIES or not (arguments := _arguments(node)):
            return False
        said = " ".join("".join(run.text for run in self._inside(arguments[-1], "")).split())
        self.properties.setdefault(_name(node), said)
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
        self._say(" ".join(self._letters(node).split()), look)
        if displayed:
            self._flush()

    def _macro(self, node: Node, name: str, look: Look) -> None:
        arguments = _arguments(node)
        last = arguments[-1] if arguments else None
        if name in _SILENT or self._property(node):
            return
        if name in _HEADINGS and last is not None:
            self._flush()
            self.builder.heading(self._inside(last, ""), _HEADINGS[name])
        elif name == "caption" and last is not None:
            self._flush()
            self._captions.append(self._inside(last, ""))
        elif name == "footnote" and last is not None:
            self._notes.append(self._inside(last, ""))
        elif name in _LOOKS and last is not None:
            self._walk([last], look or _LOOKS[name])
        elif name == "href" and len(arguments) == 2:
            address = arguments[0].latex_verbatim().strip("{}")
            self._runs += [run._replace(look="link", href=address) for run in self._inside(arguments[1], "")]
        elif name == "url" and last is not None:
            self._say(last.latex_verbatim().strip("{}"), look)
        elif name in _NAMED and last is not None:
            self._say(f"[{last.latex_verbatim().strip('{}')}]", look)
        elif name in ("par", "newline", "\\"):
            self._flush() if name == "par" else self._say("\n", look)
        else:
            self._say(_SAID.get(name) or self._letters(node), look)
            self._say(node.macro_post_space and " ", look)

    def _inside(self, node: Node, look: Look) -> list[Run]:
        """The words of an argument."""
        runs, self._runs = self._runs, []
        self._walk(getattr(node, "nodelist", None) or [node], look)
        found, self._runs = self._runs, runs
        return found

    def _flush(self) -> None:
        """A paragraph ends, and its notes follow it."""
        runs, self._runs = self._runs, []
        self.builder.add("paragraph", runs)
        for note in self._notes:
            self.builder.add("note", note)
        self._notes.clear()

    # --------------------------------------------------------------------------------- blocks

    def _environment(self, node: Node, name: str) -> None:
        if name in _DRAWN:
            return
        self._flush()
        if name in _LISTS:
            self._list(node.nodelist)
        elif name in _TABLES:
            self._table(node.nodelist)
        elif name in _CODE:
            said = getattr(node.nodeargd, "verbatim_text", None)
            self.builder.add("code", said if said is not None else _verbatim(node), keep=True)
        elif name in _MATH:
            self._say(" ".join("".join(map(self._letters, node.nodelist)).split()), "")
        elif name in ("quote", "quotation", "verse"):
            with self.builder.inside("quotation"):
                self._walk(node.nodelist, "")
                self._flush()
        elif name == "table":  # its caption stands above or below
            nodes = sorted(node.nodelist, key=lambda one: _name(one) != "caption")
            self._walk(nodes, "")
        else:
            self._walk(node.nodelist, "")
        self._flush()
        for caption in self._captions:
            self.builder.add("caption", caption)
        self._captions.clear()

    def _list(self, nodes: Iterable[Node]) -> None:
        """A list; what an item is called stands before it."""
        items: list[tuple[list[Run], list[Node]]] = []
        for node in nodes:
            if _name(node) in _ITEMS:
                label = next((one for one in _arguments(node) if one.delimiters[0] == "["), None)
                items.append((self._inside(label, "bold") if label is not None else [], []))
            elif items:
                items[-1][1].append(node)
        with self.builder.inside("list"):
            for label, inner in items:
                with self.builder.inside("item"):
                    self._runs = [*label, Run(" ")] if label else []
                    self._walk(inner, "")
                    self._flush()

    def _table(self, nodes: Iterable[Node]) -> None:
        """A table; its first row names the columns where a line or a word below it says so."""
        rows: list[list[list[Node]]] = [[[]]]
        ruled: list[int] = []  # before which rows there are lines
        for node in nodes:
            name = _name(node)
            if name == "\\":
                rows.append([[]])
            elif getattr(node, "specials_chars", "") == "&":
                rows[-1].append([])
            elif name in ("hline", "midrule", "toprule", "bottomrule"):
                ruled.append(len(rows) - 1)
            else:
                rows[-1][-1].append(node)
        cells = [[self._cell(one) for one in row] for row in rows]
        filled = [number for number, row in enumerate(cells) if any(cell.strip() for cell in row)]
        captions, self._captions = self._captions, []
        with self.builder.inside("table"):
            for caption in captions:
                self.builder.add("caption", caption)
            for number in filled:
                self.builder.row(cells[number], head=number == filled[0] and 1 in ruled and len(filled) > 1)

    def _cell(self, nodes: Iterable[Node]) -> str:
        runs, self._runs = self._runs, []
        self._walk(nodes, "")
        found, self._runs = self._runs, runs
        return "".join(run.text for run in found)


def _name(node: Node) -> str:
    """What a macro or an environment is called."""
    return getattr(node, "macroname", "") or getattr(node, "environmentname", "") or ""


def _arguments(node: Node) -> list[Node]:
    """The arguments of a macro that are there."""
    given = getattr(node, "nodeargd", None)
    return [one for one in (given.argnlist if given and given.argnlist else ()) if one is not None]


def _verbatim(node: Node) -> str:
    """What stands in an environment, letter by letter."""
    return "".join(one.latex_verbatim() for one in node.nodelist)
