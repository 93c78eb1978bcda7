"""LaTeX, as it is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parsing.base import Parsed, Unreadable
from index.parsing.markup.latex import parse
from tests.parsing.outlined import outlined

PAPER = r"""\documentclass[a4paper]{article}
\usepackage[utf8]{inputenc}
\title{Tides of\\ the Stour}
\author{Nora Okafor \and Piet Vos}
\date{12 April 2025}
\begin{document}
\maketitle
\begin{abstract}
We measured the tides for two years.
\end{abstract}
\section{Methods}\label{sec:methods}
% nobody reads this
The gauge at \emph{Mill Lane} was read every
ten minutes~\cite{vos2020}, with an error of $\pm 2$\,cm.

See Table~\ref{tab:g}.\footnote{Since 2019.} It cost 450\,\euro{} of the M\"uller fund, 50\,\% of it.
\subsection*{Costs}
\begin{verbatim}
a = {b}
  c
\end{verbatim}
\[ h = a + b t \]
\end{document}
"""


def read(text: str) -> Parsed:
    return parse(text.encode(), "a.tex")


def lines(text: str) -> list[str]:
    return outlined(read(text))


def test_a_paper():
    parsed = read(PAPER)
    assert (parsed.title, parsed.properties) == (
        "Tides of the Stour",
        {"author": "Nora Okafor Piet Vos", "date": "12 April 2025"},
    )
    assert outlined(parsed) == [
        "paragraph: We measured the tides for two years.",
        "heading2: Methods",
        "paragraph: The gauge at Mill Lane was read every ten minutes [vos2020], with an error of ±2 cm.",
        "paragraph: See Table [tab:g]. It cost 450 € of the Müller fund, 50 % of it.",
        "note: Since 2019.",
        "heading3: Costs",
        "code: a = {b}\n  c",
        "paragraph: h = a + b t",
    ]


def test_lists_nest_and_their_labels_stand_before_them():
    assert lines(
        r"""\begin{itemize}
  \item The north gate:
    \begin{enumerate}\item left \item right\end{enumerate}
  \item[Weir] Gauge B.
\end{itemize}
\begin{description}\item[Tap] by the shed\end{description}"""
    ) == [
        "list",
        "  item",
        "    paragraph: The north gate:",
        "    list",
        "      item",
        "        paragraph: left",
        "      item",
        "        paragraph: right",
        "  item",
        "    paragraph: Weir Gauge B.",
        "list",
        "  item",
        "    paragraph: Tap by the shed",
    ]


@pytest.mark.parametrize("below", [True, False])
def test_tables_have_a_caption_and_named_columns(below: bool):
    cells = r"\hline Gauge & \textbf{Height} (m) \\ \hline A & 2.4 \\ B & 3.1 \\ \hline"
    rows = rf"\begin{{tabular}}{{l|r}}{cells}\end{{tabular}}"
    caption = r"\caption{Gauges of 2024}"
    told = f"{rows}{caption}" if below else f"{caption}{rows}"
    assert lines(rf"\begin{{table}}[h]\centering {told}\end{{table}} Text.") == [
        "table",
        "  caption: Gauges of 2024",
        "  head: Gauge | Height (m)",
        "  row: A | 2.4",
        "  row: B | 3.1",
        "paragraph: Text.",
    ]


def test_a_table_with_names_in_two_rows_and_cells_over_columns():
    table = r"""\begin{tabular}{lcc}\toprule
\multirow{2}{*}{Method} & \multicolumn{2}{c}{Accuracy} \\ \cmidrule(lr){2-3}
 & A & B \\ \midrule
\rowcolor{gray!20} Ours & 1 & 2 \tabularnewline
\multicolumn{2}{l}{Sum} & 4 \\ \bottomrule
\end{tabular}"""
    assert lines(table) == [
        "table",
        "  head: Method | Accuracy A | Accuracy B",
        "  row: Ours | 1 | 2",
        "  row: Sum | 4",
    ]


def test_of_a_long_table_what_is_said_on_each_page_is_read_once():
    table = r"""\begin{longtable}{|p{3cm}|r|}
Dish & Price \\ \hline \endfirsthead
\multicolumn{2}{c}{continued} \\ \endhead
next page & \\ \endfoot
Rice & 3 \\ Beans & 4 \\
\end{longtable}"""
    assert lines(table) == ["table", "  head: Dish | Price", "  row: Rice | 3", "  row: Beans | 4"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            r"It takes \SI{12.5}{\milli\second}, \numrange{10}{20} of $\dfrac{1}{2}$.",
            "It takes 12.5 ms, 10 to 20 of 1/2.",
        ),
        (r"Stra\ss e, sm\o rrebr\o d, L'\oe uvre, \S 3, \'e \c{c}", "Straße, smørrebrød, L'œuvre, §3, é ç"),
        (r"Use \verb|ls -l| or \lstinline|x|.", "Use ls -l or x."),
        (r"\textcolor{red}{Stop} here\index{x}\today \textcite[12]{a}", "Stop here[a]"),
        (r"\newcommand{\sys}{FastNet}\renewcommand\a{\a}\sys{} is \a.", "FastNet is ."),
        (r"\iffalse hidden \fi Shown\begin{comment}no\end{comment}", "Shown"),
        (r"\begin{theorem}[Euler] It holds.\end{theorem}", "Theorem (Euler). It holds."),
        (r"\begin{align*} x &= 1 \\ y &= 2 \end{align*}", "x = 1\ny = 2"),
        (r"$f(x) = \begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}$", "f(x) = 1 x > 0; 0 else"),
        (r"\begin{minipage}[t]{0.5\textwidth}Left\end{minipage}", "Left"),
    ],
)
def test_what_macros_say(text: str, said: str):
    assert lines(text) == [f"paragraph: {said}"]


@pytest.mark.parametrize(
    "text",
    [
        "\\begin{lstlisting}[language=Python,caption=x]\nprint(1)\n\\end{lstlisting}",
        "\\begin{minted}[fontsize=\\small]{python}\nprint(1)\n\\end{minted}",
    ],
)
def test_code_without_its_options(text: str):
    assert lines(text) == ["code: print(1)"]


def test_slides():
    slide = r"""\documentclass{beamer}\title[Short]{Long title}\begin{document}
\begin{frame}[fragile]{Usage}\begin{itemize}\item<1-> Heating\end{itemize}
\begin{block}{Attention}Costs rise.\end{block}\end{frame}
\begin{frame}\frametitle{Times}Three weeks.\end{frame}\end{document}"""
    assert read(slide).title == "Long title"
    assert lines(slide) == [
        "heading3: Usage",
        "list",
        "  item",
        "    paragraph: Heating",
        "heading4: Attention",
        "paragraph: Costs rise.",
        "heading3: Times",
        "paragraph: Three weeks.",
    ]


def test_a_letter():
    letter = r"\begin{letter}{Mme Vos\\Lyon}\opening{Madame,}Par la pr\'esente.\closing{Nora}\end{letter}"
    assert lines(letter) == [
        "paragraph: Mme Vos\nLyon",
        "paragraph: Madame,",
        "paragraph: Par la présente.",
        "paragraph: Nora",
    ]


def test_pictures_have_captions_only():
    figure = r"\begin{figure}\includegraphics[width=2cm]{map.png}\caption{The \emph{weir}.}\end{figure}"
    assert lines(figure + r"\begin{tikzpicture}\draw (0,0);\end{tikzpicture}") == ["caption: The weir."]


def test_looks_and_links_are_noted_down():
    parsed = read(r"Keep \textbf{it}, see \href{https://example.org}{the plan} and \url{a.b/c}.")
    assert parsed.text == "Keep it, see the plan and a.b/c."
    assert [(parsed.text[s.start : s.end], s.kind, s.href) for s in parsed.layout.styles] == [
        ("it", "bold", ""),
        ("the plan", "link", "https://example.org"),
    ]


def test_what_is_no_whole_document_is_read_too():
    assert lines("\\chapter{Fees}\n\nAdults pay 5\\,\\pounds.\n\nQuoted: ``so'' --- \\ldots") == [
        "heading1: Fees",
        "paragraph: Adults pay 5 £.",
        "paragraph: Quoted: “so” — …",
    ]


@pytest.mark.parametrize("data", [b"", b"\\documentclass{article}\\begin{document}\\end{document}", b"%\n"])
def test_what_says_nothing_is_refused(data: bytes):
    with pytest.raises(Unreadable):
        parse(data, "a.tex")


def test_what_nests_too_deeply_is_refused():
    with pytest.raises(Unreadable):
        parse(b"{" * 5_000 + b"a" + b"}" * 5_000, "a.tex")


PIECES = [
    *PAPER.split("\n"),
    r"\begin{",
    r"\end{table}",
    r"\item",
    "&",
    r"\\",
    "$",
    "{",
    "}",
    r"\section",
    r"\[",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=15))
def test_whatever_the_lines_are(pieces: list[str]):
    try:
        parse("\n".join(pieces).encode("utf-8", "replace"), "a.tex")
    except Unreadable as refusal:
        assert str(refusal)
