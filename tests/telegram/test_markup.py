"""Formatted text and keyboards of the test double: what it accepts, and what it refuses."""

from typing import Any

import pytest

from tests.telegram.markup import Entity, Refused, formatted, inline_keyboard

# Formatted text.


@pytest.mark.parametrize(
    ("html", "text", "kinds"),
    [
        ("plain", "plain", []),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2 &quot;x&quot; &#8211;&#x1F600;", '1 < 2 && 3 > 2 "x" –😀', []),
        ("<b>a</b> <strong>b</strong>", "a b", [("bold", 0, 1), ("bold", 2, 1)]),
        ("<b>a<i>b<u>c</u></i></b>", "abc", [("bold", 0, 3), ("italic", 1, 2), ("underline", 2, 1)]),
        ("😀<s>x</s>", "😀x", [("strikethrough", 2, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<blockquote>a<b>b</b></blockquote>", "ab", [("blockquote", 0, 2), ("bold", 1, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("<b> \n x</b> \n", "x", [("bold", 0, 1)]),
        ("<b></b><i> </i>", "", []),
        ("<B>a</B >", "a", [("bold", 0, 1)]),
    ],
)  # fmt: skip
def test_html_is_parsed_as_people_see_it(html: str, text: str, kinds: list[tuple[str, int, int]]) -> None:
    shown, entities = formatted(html, "HTML")
    assert (shown, [(entity.type, entity.offset, entity.length) for entity in entities]) == (text, kinds)


def test_links_and_languages_are_kept() -> None:
    html = '<a href="https://e.org/?a=1&amp;b=2">x</a><pre><code class="language-py">y</code></pre>'
    assert formatted(html, "html")[1] == (
        Entity("text_link", 0, 1, url="https://e.org/?a=1&b=2"),
        Entity("pre", 1, 1, language="py"),
    )


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("a < b", 'unsupported start tag at byte offset 2'),
        ("a > b", "unescaped"),
        ("a & b", "unescaped"),
        ("&nbsp;", "unescaped"),
        ("&#0;", "invalid character"),
        ("<p>x</p>", 'unsupported start tag "p"'),
        ("<br/>", "unsupported start tag"),
        ("é<b>x", 'can\'t find end tag corresponding to start tag "b"'),
        ("é</b>", "unexpected end tag at byte offset 2"),
        ("<b><i>x</b></i>", 'expected "</i>", found "</b>"'),
        ("<b class='x'>x</b>", "wrong attributes"),
        ("<span>x</span>", "wrong attributes"),
        ("<a>x</a>", "wrong attributes"),
        ('<a href="x" id="y">x</a>', "wrong attributes"),
        ('<a href="javascript:x">x</a>', "unsupported url"),
        ('<a href="https://e.org/?a&b">x</a>', "unescaped character in href"),
        ("<a href='tg://x'><a href='tg://y'>x</a></a>", "cannot be inside"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "blockquote cannot be inside"),
        ("<blockquote>a<b><blockquote expandable>b</blockquote></b></blockquote>", "cannot be inside"),
        ("<code><b>x</b></code>", "bold cannot be inside of code"),
        ("<b><code>x</code></b>", "code cannot be inside of bold"),
        ('<code class="language-py">x</code>', "language"),
        ("<b>x</b a='1'>", "unclosed end tag"),
        ("<b>x</b", "unsupported start tag"),
    ],
)  # fmt: skip
def test_broken_html_is_refused(html: str, why: str) -> None:
    with pytest.raises(Refused, match=r"^Bad Request: can't parse entities: ") as refused:
        formatted(html, "HTML")
    assert why in str(refused.value).lower()


def test_entities_may_be_given_instead_of_html() -> None:
    assert formatted("😀 x", entities=[{"type": "bold", "offset": 3, "length": 1}])[1] == (
        Entity("bold", 3, 1),
    )
    for wrong in ({"type": "bold", "offset": 3, "length": 2}, {"type": "loud", "offset": 0, "length": 1}, {}):
        with pytest.raises(Refused):
            formatted("😀 x", entities=[wrong])
    with pytest.raises(Refused, match="unsupported parse_mode"):
        formatted("x", "MarkdownV2")


# Keyboards.


@pytest.mark.parametrize(
    ("button", "why"),
    [
        ({"text": "x"}, "text buttons are unallowed"),
        ({"text": "", "callback_data": "x"}, "non-empty"),
        ({"callback_data": "x"}, "non-empty"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "url": "nowhere"}, "BUTTON_URL_INVALID"),
        ({"text": "x", "copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "url": "https://e.org", "callback_data": "x"}, "BUTTON_TYPE_INVALID"),
        ({"text": "x", "callback_data": "x", "style": "pink"}, "style"),
        ({"text": "x", "callback_data": "x", "color": "pink"}, "unknown fields color"),
    ],
)
def test_wrong_buttons_are_refused(button: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        inline_keyboard({"inline_keyboard": [[button]]})


def test_keyboards_have_limits() -> None:
    button = {"text": "x", "callback_data": "é" * 32, "style": "danger"}
    assert len(inline_keyboard({"inline_keyboard": [[button] * 8] * 12 + [[button] * 4]})) == 13
    for rows in ([[button] * 9], [[button] * 8] * 12 + [[button] * 5]):
        with pytest.raises(Refused, match="reply markup is too long"):
            inline_keyboard({"inline_keyboard": rows})
    assert inline_keyboard({"remove_keyboard": True}) == []
    with pytest.raises(Refused, match="unknown fields inline_buttons"):
        inline_keyboard({"inline_buttons": []})
