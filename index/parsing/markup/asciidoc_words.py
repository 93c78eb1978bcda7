"""A line of AsciiDoc in, its words in runs out: without marks, macros and the names of attributes."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from index.parsing.builder import Run
from index.parsing.runs import tidy

_INLINE = re.compile(
    r"\\(?P<escaped>[*_`#^~+{<\[])"
    r"|(?P<link>(?:link:|mailto:|xref:)(?P<address>[^\s\[\]]{0,500})|(?P<url>(?:https?|ftp)://[^\s\[\]<>]{0,500}[^\s\[\]<>.,;:!?)]))"
    r"\[(?P<label>(?:[^\[\]\\]|\\.){0,999})\]"
    r"|<<(?P<to>[^<>,\n]{1,200})(?:,\s{0,9}(?P<named>[^<>\n]{1,500}))?>>"
    r"|(?:footnote|footnoteref):[^\s\[\]]{0,99}\[(?P<note>(?:[^\[\]]|\[[^\[\]]{0,500}\]){0,2000})\]"
    r"|(?P<macro>image|icon|indexterm2?|anchor|pass|kbd|btn|menu|stem|latexmath|asciimath):(?P<target>[^\s\[\]]{0,500})"
    r"\[(?P<inner>[^\]]{0,999})\]"
    r"|\[\[[^\[\]]{0,200}\]\]|\(\(\([^()]{0,200}\)\)\)"
    r"|(?P<double>\*\*|__|``|##)(?P<inside>\S(?:.{0,999}?\S)?)(?P=double)"
    r"|(?<![\w;:}])(?:\[[^\[\]\n]{0,99}\])?(?P<single>[*_`#+])"
    r"(?P<within>(?!(?P=single))\S(?:[^\n]{0,999}?\S)?)(?P=single)(?!\w)"
    r"|(?P<raised>[\^~])(?P<small>[^\s^~]{1,99})(?P=raised)"
)
_LOOKS: Mapping[str, Literal["bold", "italic", "code", ""]] = {
    "*": "bold", "_": "italic", "`": "code", "#": "", "+": "",
}  # fmt: skip
_KNOWN = {
    "nbsp": " ", "zwsp": "", "wj": "", "empty": "", "sp": " ", "plus": "+", "amp": "&", "lt": "<", "gt": ">",
    "startsb": "[", "endsb": "]", "vbar": "|", "caret": "^", "asterisk": "*", "tilde": "~", "backslash": "\\",
    "backtick": "`", "apos": "'", "quot": '"', "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”",
    "deg": "°", "cpp": "C++", "pp": "++", "two-colons": "::", "two-semicolons": ";;", "blank": "",
}  # fmt: skip
_NAMED = re.compile(r"(?<!\\)\{([\w-]+)\}")
_DEEPEST = 4
_LONGEST = 200_000  # characters of a paragraph, which names may make longer


def words(text: str, attributes: Mapping[str, str]) -> tuple[list[Run], list[str]]:
    """The words of a line or paragraph, and its footnotes.

    Args:
        text: its lines, joined by blanks, or by line ends where these are meant.
        attributes: what names in braces stand for.
    """
    notes: list[str] = []
    for _ in range(_DEEPEST):  # what a name stands for may name others
        text, count = _NAMED.subn(lambda name: attributes.get(name[1].lower(), name[0]), text[:_LONGEST])
        if not count:
            break
    text = _NAMED.sub(lambda name: _KNOWN.get(name[1].lower(), name[0]), text)
    runs = tidy(list(_runs(text, notes, "", "", 0)))
    return runs, notes


def _runs(
    text: str,
    notes: list[str],
    look: Literal["", "bold", "italic", "code", "link"],
    href: str,
    depth: int,
) -> Iterator[Run]:
    at = 0
    for found in _INLINE.finditer(text) if depth < _DEEPEST else ():
        yield Run(text[at : found.start()], look, href)
        at = found.end()
        if found["escaped"]:
            yield Run(found["escaped"], look, href)
        elif found["link"]:
            address = found["url"] or (found["address"] if ":" in found["address"] else "")
            label = found["label"].replace("\\]", "]").removesuffix("^").partition(",role=")[0].strip('"')
            own = label or found["url"] or found["address"]
            yield from _runs(own, notes, "link" if address else look, address or href, depth + 1)
        elif found["to"]:
            yield Run(found["named"] or found["to"].lstrip("_#").replace("_", " "), look, href)
        elif found["note"] is not None:
            notes.append(found["note"])
        elif found["macro"]:
            yield Run(_of_macro(found["macro"], found["target"], found["inner"]), look, href)
        elif mark := found["double"] or found["single"]:
            own_look = _LOOKS[mark[0]] or look
            inner = found["inside"] or found["within"]
            if mark[0] in "`+":
                yield Run(inner.strip("+") if mark[0] == "`" else inner, own_look, href)
            else:
                yield from _runs(inner, notes, "link" if look == "link" else own_look, href, depth + 1)
        elif found["raised"]:
            digits = found["raised"] == "^" and found.start() and text[found.start() - 1].isdigit()
            yield Run(("^" if digits else "") + found["small"], look, href)
    yield Run(text[at:], look, href)


def _of_macro(name: str, target: str, inner: str) -> str:
    """What a macro shows."""
    if name in ("kbd", "btn", "pass", "stem", "latexmath", "asciimath"):
        return inner
    if name == "menu":
        return f"{target} > {inner}" if inner else target
    return inner.partition(",")[0] if name.startswith("indexterm2") else ""
