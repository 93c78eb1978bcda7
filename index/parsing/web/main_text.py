"""A web page's tree in, the part of it that is its text out: no menus, banners, cookie notices or footers.

What is doubtful is kept: a page that says too much is better than one without its text.
"""

import re

from index.parsing.web.elements import Element

_ROLES = frozenset((
    "navigation", "contentinfo", "search", "dialog", "alertdialog", "menu", "menubar", "toolbar",
    "tablist", "progressbar", "status",
))  # fmt: skip
_LINKED = frozenset((
    "nav", "navbar", "navbox", "navigation", "menu", "menubar", "submenu", "breadcrumb", "breadcrumbs",
    "crumbs", "sidebar", "sidenav", "toc", "related", "recommended", "recommendations", "pagination",
    "pager", "share", "sharing", "social", "tags", "tagcloud", "footer", "header", "masthead",
    "catlinks", "prev", "next", "meta", "popular", "trending", "more", "promo", "widget", "topbar",
    "languages", "byline", "teaser", "links",
))  # fmt: skip
"""Names of classes of what is left out where it is mostly links."""
_NOTICES = frozenset((
    "cookie", "cookies", "cookiebar", "consent", "gdpr", "ccpa", "newsletter", "subscribe",
    "subscription", "signup", "advert", "advertisement", "ads", "ad", "adsense", "sponsored", "promo",
    "popup", "modal", "skip", "skiplink", "sharedaddy", "sharing", "share", "social", "socials",
    "disqus", "backtotop", "copyright", "paywall", "related", "recommended", "comments", "comment",
    "respond", "footer", "outbrain", "taboola", "tooltip", "hatnote", "printfooter", "siteSub", "jump",
))  # fmt: skip
"""Names of classes of what is left out where it says little compared with the rest."""
_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MARKS = frozenset((
    "mw-editsection", "reference", "headerlink", "anchor-link", "anchorlink", "sr-only",
    "visually-hidden", "visuallyhidden", "screen-reader-text", "noprint",
))  # fmt: skip
"""Whole names of classes of what nobody reads as text."""
_CONTAINERS = frozenset(("div", "section", "aside", "ul", "ol", "footer", "header", "form"))
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_KEPT = frozenset(
    (
        "html",
        "body",
        "main",
        "article",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "table",
        "tbody",
        "tr",
        "pre",
        "code",
    )
)
_FRAMES = frozenset(
    (
        "div",
        "section",
        "main",
        "article",
        "center",
        "form",
        "font",
        "table",
        "tbody",
        "tr",
        "td",
        "body",
        "span",
    )
)
_MOST_LINKED = 0.5  # share of the characters that stand in links, of what is text
_NOTICE_SHARE, _NOTICE_LENGTH = 0.2, 1_500  # of a notice: what it is of the page, and its characters
_MAIN_SHARE, _ARTICLE_SHARE, _LONE_ARTICLE_SHARE = 0.3, 0.6, 0.85  # of the words, the least in the main part
_HOLDS_SHARE = 0.85  # of the words that lie in one element: what lies beside it is looked at closely
_SHORT = 60  # characters, of what is left out beside the text though it is no link
_BEFORE_SHARE = 0.3  # of a text's characters that at most stand before its heading and are left out
_NAMED_SHARE = 0.4  # of a title's characters that a heading says at least that is its own, not its site's
_WORD = re.compile(r"\w+")
_PAGE_OF_LINKS = 300  # characters that are no links: a page with fewer is one of links


def main_text(body: Element, title: str = "") -> Element:
    """The part of a page that is its text.

    Args:
        body: what is shown of the page; what is left out, is so there too.
        title: of the page, by which the heading that its text begins with is known.
    """
    total = _length(body)[0]
    heading = _heading_of(body, title)
    _leave_out(body, total, inside=False)
    found = _main(body, heading)
    plain = _plain(found)
    if plain >= _PAGE_OF_LINKS:
        _leave_out_beside(found, plain)
    if heading is None or not _leave_out_before(found, heading, plain):
        return found
    return found if _holds(found, heading) else Element("body", {}, [heading, found])


def _heading_of(body: Element, title: str) -> Element | None:
    """The heading that says what the page's title does."""
    named = _plain_words(title)
    for tags in (("h1",), ("h2", "h3")):
        for element in body.below():
            said = _plain_words(element.text()) if element.tag in tags else ""
            if said and (
                said == named or (f" {said} " in f" {named} " and len(said) >= _NAMED_SHARE * len(named))
            ):
                return element
    return None


def _plain_words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _holds(element: Element, sought: Element) -> bool:
    return any(child is sought for child in element.below())


def _leave_out_before(found: Element, heading: Element, plain: int) -> bool:
    """Leave out what stands before the heading that the title confirms, if it is little; tells whether."""
    path = _path(found, heading)
    before = sum(_plain_of(child) for element, place in path for child in element.children[:place])
    if before > _BEFORE_SHARE * plain:
        return False
    for element, place in path:
        del element.children[:place]
    return True


def _path(element: Element, sought: Element) -> list[tuple[Element, int]]:
    """The elements around another, outermost first, each with the place in it that leads there."""
    for place, child in enumerate(element.children):
        if child is sought:
            return [(element, place)]
        if isinstance(child, Element) and (inner := _path(child, sought)):
            return [(element, place), *inner]
    return []


def _plain_of(child: Element | str) -> int:
    return _plain(child) if isinstance(child, Element) else len("".join(child.split()))


def _length(element: Element) -> tuple[int, int]:
    """How many characters an element says, white space aside, and how many of them in links."""
    whole = linked = 0
    for child in element.children:
        if isinstance(child, str):
            whole += len("".join(child.split()))
        else:
            inner, links = _length(child)
            whole += inner
            linked += inner if child.tag == "a" and child.get("href") else links
    return whole, linked


def _plain(element: Element) -> int:
    """How many characters an element says outside of links."""
    whole, linked = _length(element)
    return whole - linked


def _leave_out(element: Element, total: int, *, inside: bool) -> None:
    """Leave out what by its tag, role or name is no text of the page.

    Args:
        element: where to look.
        total: characters of the page.
        inside: whether it is part of an article.
    """
    kept: list[Element | str] = []
    for child in element.children:
        if isinstance(child, Element):
            if _is_furniture(child, total, inside=inside) or _is_contents(child):
                continue
            _leave_out(
                child, total, inside=inside or child.tag in ("article", "main", "blockquote", "section")
            )
        kept.append(child)
    element.children = kept


def _is_furniture(element: Element, total: int, *, inside: bool) -> bool:
    tag, role = element.tag, element.get("role").lower()
    if tag in _KEPT and role not in _ROLES:
        return tag == "p" and not _MARKS.isdisjoint(element.get("class").split())
    if tag == "nav" or role in _ROLES or not _MARKS.isdisjoint(element.get("class").split()):
        return True
    if any(child.tag in ("main", "h1") or child.get("role") == "main" for child in element.below()):
        return False
    return _is_beside_text(element, total, inside=inside)


def _is_beside_text(element: Element, total: int, *, inside: bool) -> bool:
    """Whether an element is none of the text, by its name and by how much of it is links."""
    tag, role = element.tag, element.get("role").lower()
    whole, linked = _length(element)
    if tag in ("footer", "aside", "header") or role in ("banner", "complementary"):
        return whole < total / 2 and (not inside or linked >= _MOST_LINKED * whole)
    if tag == "form" and whole < _NOTICE_LENGTH / 3 and whole < total / 2:
        return True
    names = _names_of(element)
    if names & _LINKED and linked >= _MOST_LINKED * whole and whole < total / 2:
        return True
    return bool(names & _NOTICES) and whole < min(_NOTICE_LENGTH, _NOTICE_SHARE * total)


def _names_of(element: Element) -> frozenset[str]:
    """The words of its class and name, unless it is named after its own heading, as sections are."""
    if not element.attributes:
        return frozenset()
    named = frozenset(word.lower() for word in _NAME.findall(element.get("id")))
    if element.tag not in _CONTAINERS:
        named = frozenset()
    elif named:
        heading = next((child for child in element.below() if child.tag in _HEADINGS), None)
        if heading is not None and named <= set(_plain_words(heading.text()).split()):
            named = frozenset()
    return named | {word.lower() for word in _NAME.findall(element.get("class"))}


def _is_contents(element: Element) -> bool:
    """Whether a list only leads to parts of the same page."""
    if element.tag not in ("ul", "ol"):
        return False
    links = [child for child in element.below() if child.tag == "a"]
    if len(links) < 3 or not all(link.get("href").startswith("#") for link in links):
        return False
    return _length(element)[1] >= 0.8 * _length(element)[0]


def _main(body: Element, heading: Element | None) -> Element:
    """The element that the page itself marks as its main part, if it holds enough of it."""
    total = max(1, _plain(body))
    mains = [one for one in body.below() if one.tag == "main" or one.get("role") == "main"]
    articles = [one for one in body.below() if one.tag == "article" or one.get("itemprop") == "articleBody"]
    named = [article for article in articles if heading is not None and _holds(article, heading)]
    sure = _ARTICLE_SHARE if named else _LONE_ARTICLE_SHARE
    for share, marked in ((_MAIN_SHARE, mains), (sure, named or articles)):
        best = max(marked, key=_plain, default=None)
        if best is not None and _plain(best) >= share * total:
            return best
    return body


def _leave_out_beside(found: Element, total: int) -> None:
    """Leave out what lies beside the element with nearly all words: links, and what is short."""
    element: Element | None = found
    while element is not None:
        inner = [child for child in element.children if isinstance(child, Element) and child.tag in _FRAMES]
        most = max(inner, key=_plain, default=None)
        if most is None or _plain(most) < _HOLDS_SHARE * total:
            return
        element.children = [child for child in element.children if child is most or not _is_beside(child)]
        element = most


def _is_beside(child: Element | str) -> bool:
    if isinstance(child, str):
        return not child.strip()
    if child.tag in ("h1", "h2", "h3", "p", "th") or any(
        one.tag in ("h1", "h2", "h3") for one in child.below()
    ):
        return False
    whole, linked = _length(child)
    return linked >= _MOST_LINKED * whole or (whole < _SHORT and child.tag not in ("p", "pre", "table"))


def share_linked(element: Element) -> float:
    """The share of its characters that stand in links, in [0, 1]; 0 of what says nothing."""
    whole, linked = _length(element)
    return linked / whole if whole else 0.0
