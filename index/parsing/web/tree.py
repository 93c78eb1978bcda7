"""HTML in, a tree of the elements that are shown out: no scripts, styles, comments or hidden parts.

The tree is read as browsers do, whatever is wrong with the tags.
"""

import re
from html import escape

from index.parsing.web.elements import BLOCKS, Element
from index.parsing.web.word_lists import gather

DEEPEST = 120
"""How deep elements may nest; what is in deeper ones is kept, without them."""

_SILENT = frozenset((
    "script", "style", "template", "noscript", "head", "title", "meta", "link", "base", "svg", "canvas",
    "iframe", "object", "embed", "applet", "audio", "video", "map", "area", "img", "picture", "source",
    "track", "input", "select", "datalist", "textarea", "progress", "meter", "frameset", "noframes",
    "rt", "rp", "annotation", "annotation-xml",
))  # fmt: skip
"""Elements whose content is no text of the page."""
_VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
))  # fmt: skip
_EMPTY = re.compile(r"<([a-zA-Z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*/>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_XHTML = re.compile(r"\s*<\?xml\b|.{0,2000}?\bxmlns\s*=\s*[\"']http://www\.w3\.org/1999/xhtml", re.DOTALL)
_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_TARGETS = ("data-target", "data-bs-target")
_OPENING = ("aria-controls", "aria-expanded", *_TARGETS)
_TOGGLED = frozenset(("tabpanel", "region"))
_COLLAPSED = re.compile(r"\b(?:accordion|collaps\w*|tab-?pane\w*|expand\w*)\b", re.IGNORECASE)


def tree(text: str) -> tuple[Element, Element]:
    """The head and the body of a page; of the body only what is shown."""
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(_closed(text)).root
    whole = Element("html")
    node = root.first_child if root is not None else None
    path, hidden = [whole], 0  # elements around the node; how many of them lie deeper than is kept
    while node is not None:
        tag = node.tag or ""
        into = path[-1]
        if node.is_text_node:
            into.children.append(node.text_content or "")
        elif node.is_element_node:
            if len(path) > DEEPEST:
                hidden += 1
            else:
                attributes = {name.lower(): value or "" for name, value in node.attributes.items()}
                path.append(Element(tag.lower(), attributes))
                into.children.append(path[-1])
            if (first := node.first_child) is not None:
                node = first
                continue
            hidden = _leave(path, hidden)
        while node is not None and node.next is None:
            node = node.parent
            if node is None or root is None or node.mem_id == root.mem_id:
                node = None
                break
            hidden = _leave(path, hidden)
        node = node.next if node is not None else None
    head, body = Element("head"), Element("body")
    for child in whole.children:
        if isinstance(child, Element) and child.tag == "head":
            head = child
        elif isinstance(child, Element) and child.tag == "body":
            body = child
    _show(body, _controlled(body))
    _unfold(body)
    gather(body)
    return head, body


def _leave(path: list[Element], hidden: int) -> int:
    """Leave an element, which has a place on the path only if it is none of the hidden ones."""
    if hidden:
        return hidden - 1
    path.pop()
    return 0


def _closed(text: str) -> str:
    """XHTML as HTML: elements that are closed where they open are so in XML only."""
    if not _XHTML.match(text):
        return text
    text = _CDATA.sub(lambda found: escape(found[1]), text)
    return _EMPTY.sub(
        lambda tag: tag[0] if tag[1].lower() in _VOID else f"<{tag[1]}{tag[2]}></{tag[1]}>", text
    )


def _controlled(body: Element) -> frozenset[str]:
    """The names of parts that buttons open, as the answers in a list of questions."""
    names = set()
    for element in body.below():
        names.update(element.get("aria-controls").split())
        names.update(element.get(name).lstrip("#") for name in _TARGETS)
    return frozenset(names - {""})


def _show(element: Element, controlled: frozenset[str]) -> None:
    """Leave out what is not shown."""
    kept: list[Element | str] = []
    for child in element.children:
        if isinstance(child, Element):
            if child.tag in _SILENT or _is_hidden(child, controlled):
                continue
            _show(child, controlled)
        kept.append(child)
    element.children = kept


def _unfold(element: Element) -> None:
    """Have a button and what it opens be a summary with details; one that is in a heading is its words."""
    kept: list[Element | str] = []
    for child in element.children:
        before = kept[-1] if kept else ""
        if isinstance(child, str):
            if child.strip() or not _opens(before):
                kept.append(child)
            continue
        _unfold(child)
        if child.tag == "button" and element.tag in _HEADINGS:
            kept += child.children
        elif isinstance(before, Element) and _opens(before) and child.tag in BLOCKS:
            kept[-1] = Element("details", {}, [Element("summary", {}, before.children), child])
        else:
            kept.append(child)
    element.children = kept


def _opens(element: Element | str) -> bool:
    """Whether an element is a button that opens what follows it."""
    if isinstance(element, str) or element.tag != "button":
        return False
    named = any(element.get(name) for name in _OPENING)
    return named or _COLLAPSED.search(element.get("class")) is not None


def _is_hidden(element: Element, controlled: frozenset[str]) -> bool:
    """Whether an element is not shown, and is none that opens."""
    attributes = element.attributes
    if not attributes or element.tag == "details":
        return False
    hidden = (
        ("hidden" in attributes and attributes["hidden"].lower() != "until-found")
        or attributes.get("aria-hidden", "").lower() == "true"
        or bool(_HIDING.search(attributes.get("style", "")))
    )
    if element.tag == "dialog":
        return "open" not in attributes
    if not hidden:
        return False
    if attributes.get("aria-modal") or attributes.get("role") in ("dialog", "alertdialog"):
        return True
    return not (
        attributes.get("id") in controlled
        or attributes.get("role") in _TOGGLED
        or _COLLAPSED.search(attributes.get("class", ""))
    )
