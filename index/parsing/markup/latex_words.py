"""What macros and environments of LaTeX take and say, as far as they are read: tables, and the parser's own.

Arguments are told as pylatexenc does: "{" is one that there has to be, "[" one in brackets, "*" a star.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pylatexenc.macrospec import LatexContextDb

Look = Literal["", "bold", "italic", "code", "link"]

HEADINGS: Mapping[str, int] = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5,
    "subparagraph": 6, "frametitle": 3,
}  # fmt: skip
"""Macros that name what follows, and their levels."""
PROPERTIES = ("title", "author", "date")
LOOKS: Mapping[str, Look] = {
    "textbf": "bold", "emph": "italic", "textit": "italic", "textsl": "italic", "texttt": "code",
}  # fmt: skip
NAMED = frozenset((
    "ref", "eqref", "pageref", "autoref", "nameref", "cref", "Cref", "vref", "cite", "citep", "citet",
    "parencite", "textcite", "autocite", "footcite",
))  # fmt: skip
"""Macros that refer to something by its name."""
DEFINING = frozenset(("newcommand", "renewcommand", "providecommand", "DeclareMathOperator"))
BREAKS = frozenset(("\\", "tabularnewline", "newline"))
CODE_MACROS = ("lstinline", "mintinline")
FORMS: Mapping[str, str] = {
    "num": "{0}", "SI": "{0} {1}", "qty": "{0} {1}", "si": "{0}", "unit": "{0}", "ang": "{0}°",
    "numrange": "{0} to {1}", "SIrange": "{0} to {1} {2}", "qtyrange": "{0} to {1} {2}", "dfrac": "{0}/{1}",
    "tfrac": "{0}/{1}", "binom": "({0} over {1})", "enquote": "“{0}”", "textsuperscript": "^{0}",
}  # fmt: skip
"""How the arguments of a macro are said together."""
APART = frozenset(("opening", "closing", "signature", "address", "ps", "encl", "cc", "subtitle", "institute"))
"""Macros whose argument is a paragraph."""
SILENT = frozenset((
    "label", "maketitle", "tableofcontents", "includegraphics", "input", "include", "usepackage", "index",
    "documentclass", "bibliography", "bibliographystyle", "vspace", "hspace", "hline", "toprule", "midrule",
    "bottomrule", "cline", "centering", "setlength", "pagestyle", "noindent", "bigskip", "medskip",
    "smallskip", "newpage", "clearpage", "thispagestyle", "nocite", "addbibresource", "printbibliography",
    "listoffigures", "listoftables", "appendix", "hfill", "vfill", "today", "pagenumbering", "setcounter",
    "addtocounter", "addcontentsline", "rowcolor", "cellcolor", "columncolor", "definecolor", "color",
    "selectlanguage", "usetheme", "hypersetup", "geometry", "graphicspath", "captionsetup", "lstset",
    "sisetup", "theoremstyle", "newtheorem", "newcolumntype", "setkomavar", "newenvironment",
    "usetikzlibrary", "pagebreak", "protect", "item", "and",
))  # fmt: skip
"""Macros that say nothing."""
LISTS = ("itemize", "enumerate", "description", "thebibliography", "compactitem", "compactenum")
ITEMS = ("item", "bibitem")
TABLES = ("tabular", "tabularx", "tabulary", "longtable", "supertabular")
CODE = ("verbatim", "lstlisting", "minted", "Verbatim", "alltt")
MATH = ("equation", "align", "gather", "multline", "eqnarray", "displaymath", "math", "flalign", "alignat")
MATH_PARTS = (
    "aligned", "alignedat", "array", "cases", "gathered", "matrix", "bmatrix", "pmatrix", "vmatrix", "split",
)  # fmt: skip
"""Environments in formulas."""
DRAWN = ("tikzpicture", "picture", "pspicture", "axis", "filecontents", "comment")
TITLED: Mapping[str, int] = {"block": 4, "alertblock": 4, "exampleblock": 4}
"""Environments whose argument names them, and the levels of these headings."""
THEOREMS = frozenset((
    "theorem", "lemma", "definition", "proposition", "corollary", "proof", "example", "remark", "axiom",
))  # fmt: skip
SAID: Mapping[str, str] = {
    "euro": "€", "EUR": "€", "texteuro": "€", "pounds": "£", "textsterling": "£", "yen": "¥", "textyen": "¥",
    "degree": "°", "textdegree": "°", "celsius": "°C", "degreeCelsius": "°C", "S": "§", "P": "¶", "og": "«",
    "fg": "»", "LaTeX": "LaTeX", "TeX": "TeX", "LaTeXe": "LaTeX2e", "copyright": "©",
    "metre": "m", "meter": "m", "second": "s", "gram": "g", "kilogram": "kg", "kilo": "k", "milli": "m",
    "micro": "µ", "nano": "n", "centi": "c", "deci": "d", "hecto": "h", "mega": "M", "giga": "G", "tera": "T",
    "hertz": "Hz", "volt": "V", "watt": "W", "ampere": "A", "kelvin": "K", "percent": "%", "hour": "h",
    "minute": "min", "litre": "l", "liter": "l", "per": "/", "squared": "²", "cubed": "³", "byte": "B",
    "newton": "N", "pascal": "Pa", "joule": "J", "mole": "mol", "ohm": "Ω", "tonne": "t", "square": "²",
}  # fmt: skip
"""What macros say that the converter does not know, the units of siunitx among them."""
_TAKES: Mapping[str, str] = {
    "title": "[{", "author": "[{", "date": "[{", "caption": "[{", "bibitem": "[{", "frametitle": "{",
    "url": "{", "href": "{{", "thanks": "{", "num": "[{", "SI": "[{[{", "qty": "[{{", "si": "[{",
    "unit": "[{", "ang": "[{", "numrange": "[{{", "SIrange": "[{{{", "qtyrange": "[{{{", "dfrac": "{{",
    "tfrac": "{{", "binom": "{{", "enquote": "{", "textsuperscript": "{", "textcolor": "[{{",
    "colorbox": "[{{", "fcolorbox": "[{{{", "parbox": "[[[{{", "foreignlanguage": "[{{", "makecell": "[{",
    "multicolumn": "{{{", "multirow": "{{{", "rotatebox": "[{{", "scalebox": "{{", "resizebox": "{{{",
    "cline": "{", "index": "[{", "pagenumbering": "{", "setcounter": "{{", "addtocounter": "{{",
    "addcontentsline": "{{{", "thispagestyle": "{", "rowcolor": "[{", "cellcolor": "[{", "columncolor": "[{",
    "definecolor": "{{{", "color": "[{", "selectlanguage": "{", "usetheme": "[{", "hypersetup": "{",
    "geometry": "{", "graphicspath": "{", "captionsetup": "[{", "lstset": "{", "sisetup": "{",
    "theoremstyle": "{", "newtheorem": "*{[{[", "newcolumntype": "{[{", "setkomavar": "{{",
    "DeclareMathOperator": "*{{", "textcite": "[[{", "parencite": "[[{", "autocite": "[[{", "nameref": "{",
    "autoref": "{", "cref": "{", "Cref": "{", "vref": "{", "bibliography": "{", "bibliographystyle": "{",
    "addbibresource": "[{", "usetikzlibrary": "{", **dict.fromkeys(APART, "{"),
}  # fmt: skip
_ENVIRONMENTS: Mapping[str, str] = {
    "minipage": "[[[{", "column": "{", "multicols": "{", "longtable": "[{", "tabularx": "{{",
    "tabulary": "{{", "tabular*": "{[{", "wrapfigure": "[{[{", "letter": "{", "adjustbox": "{",
    "spacing": "{", "otherlanguage": "{", "thebibliography": "{", **dict.fromkeys(TITLED, "{"),
}  # fmt: skip


def known_to_the_parser() -> "LatexContextDb":
    """What macros and environments take."""
    from pylatexenc.latexwalker import get_default_latex_context_db
    from pylatexenc.macrospec import EnvironmentSpec, MacroSpec, VerbatimArgsParser

    known = get_default_latex_context_db()
    macros = [MacroSpec(name, takes) for name, takes in _TAKES.items()]
    macros += [
        MacroSpec(name, args_parser=VerbatimArgsParser(verbatim_arg_type="verb-macro"))
        for name in CODE_MACROS
    ]
    environments = [EnvironmentSpec(name, takes) for name, takes in _ENVIRONMENTS.items()]
    known.add_context_category("docent", macros, environments, prepend=True)
    return known
