"""Formatted text and keyboards, checked as strictly as Telegram's documentation reads."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

MAX_ENTITIES = 100
MAX_BUTTONS, MAX_ROW = 100, 8

STYLES = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("tg-spoiler", "span"), "spoiler"),
    "blockquote": "blockquote",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
}
QUOTES = {"blockquote", "expandable_blockquote"}
AUTOMATIC = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"}
EXPLICIT = {*STYLES.values(), *QUOTES, "text_mention", "custom_emoji", "date_time"}

ATTRIBUTE = r"""\s+([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?"""
TOKEN = re.compile(
    rf"""<(?P<end>/?)(?P<tag>[a-zA-Z][\w-]*)(?P<attributes>(?:{ATTRIBUTE})*)\s*>"""
    r"""|&(?:(?P<name>lt|gt|amp|quot)|\#(?P<decimal>\d{1,7})|\#x(?P<hex>[0-9a-fA-F]{1,6}));"""
    r"""|(?P<plain>[^<>&]+)|(?P<stray>.)""",
    re.DOTALL,
)
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

ACTIONS = {
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
}
LOOKS = {"text", "style", "icon_custom_emoji_id"}
OTHER_MARKUP = {
    "keyboard": {
        "is_persistent",
        "resize_keyboard",
        "one_time_keyboard",
        "input_field_placeholder",
        "selective",
    },
    "remove_keyboard": {"selective"},
    "force_reply": {"input_field_placeholder", "selective"},
}

Keyboard = list[list[dict[str, Any]]]


class Refused(Exception):
    """A request the Bot API answers with an error."""

    def __init__(self, code: int, description: str, **parameters: object) -> None:
        super().__init__(description)
        self.code = code
        self.body = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


def bad(description: str) -> Refused:
    """The usual error: 400 with Telegram's prefix."""
    return Refused(400, f"Bad Request: {description}")


@dataclass(frozen=True)
class Entity:
    """A formatted part of a text; offset and length count UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None

    @property
    def json(self) -> dict[str, Any]:
        """As Telegram sends it: absent fields are left out."""
        return {name: value for name, value in vars(self).items() if value is not None}


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def part(text: str, entity: Entity) -> str:
    """The piece of a text that an entity covers."""
    encoded = text.encode("utf-16-le")
    return encoded[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def formatted(
    text: str, parse_mode: str = "", entities: list[dict[str, Any]] | None = None
) -> tuple[str, tuple[Entity, ...]]:
    """The text and entities that people see.

    Raises:
        Refused: The markup is broken, or there is too much of it.
    """
    if parse_mode.lower() == "html":
        text, found = parse_html(text)
    elif parse_mode:
        raise bad(f"unsupported parse_mode {parse_mode!r} (this server knows HTML only)")
    else:
        found = [_entity(given, units(text)) for given in entities or ()]
    text, found = _trimmed(text, found)
    if len(found) > MAX_ENTITIES:
        raise bad(f"too many entities: {len(found)}")
    return text, tuple(sorted(found, key=lambda entity: (entity.offset, -entity.length)))


def _entity(given: dict[str, Any], end: int) -> Entity:
    try:
        entity = Entity(**{key: given[key] for key in given if key in Entity.__dataclass_fields__})
    except TypeError as error:
        raise bad(f"can't parse MessageEntity: {error}") from error
    if entity.type not in EXPLICIT | AUTOMATIC:
        raise bad("can't parse MessageEntity: unsupported type specified")
    if entity.offset < 0 or entity.length <= 0 or entity.offset + entity.length > end:
        raise bad(f"entity {entity.type} lies outside of the text")
    return entity


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Telegram strips white space from both ends; entities shrink with the text."""
    shift = units(text) - units(text.lstrip())
    text = text.strip()
    end = units(text)
    kept = []
    for entity in entities:
        start = max(entity.offset - shift, 0)
        length = min(entity.offset + entity.length - shift, end) - start
        if length > 0:
            kept.append(replace(entity, offset=start, length=length))
    return text, kept


def parse_html(html: str) -> tuple[str, list[Entity]]:
    """Telegram's HTML as text and entities.

    Raises:
        Refused: A tag is unknown, unbalanced or misplaced, or a character is not escaped.
    """
    text: list[str] = []
    offset = 0
    opened: list[tuple[str, Entity]] = []
    entities: list[Entity] = []
    for token in TOKEN.finditer(html):
        if token["tag"] and token["end"]:
            entities += _close(token, offset, opened)
        elif token["tag"]:
            opened.append((token["tag"].lower(), _open(token, offset, opened)))
        else:
            text.append(_characters(token))
            offset += units(text[-1])
    if opened:
        raise bad(
            f"""can't parse entities: Can't find end tag corresponding to start tag "{opened[-1][0]}\""""
        )
    return "".join(text), entities


def _wrong(token: re.Match[str], why: str) -> Refused:
    position = len(token.string[: token.start()].encode())
    return bad(
        f"can't parse entities: {why} at byte offset {position}: {token.string[token.start() :][:30]!r}"
    )


def _characters(token: re.Match[str]) -> str:
    if token["plain"]:
        return token["plain"]
    if token["name"]:
        return NAMED[token["name"]]
    if token["stray"]:
        raise _wrong(token, "Unsupported start tag" if token["stray"] == "<" else "Unescaped character")
    code = int(token["decimal"]) if token["decimal"] else int(token["hex"], 16)
    if not 0 < code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise _wrong(token, "Invalid character reference")
    return chr(code)


def _open(token: re.Match[str], offset: int, opened: list[tuple[str, Entity]]) -> Entity:
    tag = token["tag"].lower()
    if tag not in STYLES:
        raise _wrong(token, f'Unsupported start tag "{tag}"')
    pairs = re.findall(ATTRIBUTE, token["attributes"]) if token["attributes"] else ()
    given = {name.lower(): double or single for name, double, single in pairs}
    kind, more = STYLES[tag], {}
    if tag == "a" and given.keys() == {"href"}:
        more = {"url": _address(token, given["href"])}
    elif tag == "blockquote" and given == {"expandable": ""}:
        kind = "expandable_blockquote"
    elif tag == "code" and given.keys() == {"class"} and given["class"].startswith("language-"):
        more = {"language": given["class"].removeprefix("language-")}
    elif given != ({"class": "tg-spoiler"} if tag == "span" else {}) or tag == "a":
        raise _wrong(token, f'Tag "{tag}" has wrong attributes')
    _check_nesting(token, kind, [outer.type for _, outer in opened], "language" in more)
    return Entity(kind, offset, 0, **more)


def _address(token: re.Match[str], href: str) -> str:
    if re.search(r"[<>]|&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)", href):
        raise _wrong(token, "Unescaped character in href")
    address = unescape(href)
    if not re.match(r"(?:https?|tg|mailto):\S+$", address, re.IGNORECASE):
        raise _wrong(token, "Unsupported URL")
    return address


def _check_nesting(token: re.Match[str], kind: str, around: list[str], is_language: bool) -> None:
    """The documentation's rules; Telegram itself drops some of the misplaced entities in silence."""
    if kind == "code" and around and around[-1] == "pre":
        return
    others = set(around)
    if (
        others & {"code", "pre"}
        or (kind in {"code", "pre"} and others - QUOTES)
        or (kind in QUOTES and others & QUOTES)
        or (kind == "text_link" and kind in others)
    ):
        raise _wrong(token, f"{kind} cannot be inside of {', '.join(around)}")
    if is_language:
        raise _wrong(token, "A language is only for code directly inside of pre")


def _close(token: re.Match[str], offset: int, opened: list[tuple[str, Entity]]) -> Iterator[Entity]:
    tag = token["tag"].lower()
    if token["attributes"]:
        raise _wrong(token, "Unclosed end tag")
    if not opened:
        raise _wrong(token, "Unexpected end tag")
    expected, entity = opened.pop()
    if tag != expected:
        raise _wrong(token, f'Unmatched end tag, expected "</{expected}>", found "</{tag}>"')
    if entity.type == "code" and opened and opened[-1][1].type == "pre":
        outer, block = opened.pop()
        opened.append((outer, replace(block, language=entity.language)))
    elif offset > entity.offset:
        yield replace(entity, length=offset - entity.offset)


def inline_keyboard(markup: dict[str, Any] | None) -> Keyboard:
    """The rows of an inline keyboard; none when there is no markup or markup of another kind.

    Raises:
        Refused: Telegram would not show this keyboard.
    """
    if not markup:
        return []
    for kind, options in OTHER_MARKUP.items():
        if kind in markup:
            _known(markup, {kind, *options}, "reply markup")
            return []
    _known(markup, {"inline_keyboard"}, "reply markup")
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("""can't parse inline keyboard: Field "inline_keyboard" must be of type Array of Array""")
    for row in rows:
        for button in row:
            _check_button(button)
    if any(len(row) > MAX_ROW for row in rows) or sum(map(len, rows)) > MAX_BUTTONS:
        raise bad("reply markup is too long")
    return [row for row in rows if row]


def _check_button(button: dict[str, Any]) -> None:
    _known(button, ACTIONS | LOOKS, "inline keyboard button")
    text, actions = button.get("text"), ACTIONS & button.keys()
    if not isinstance(text, str) or not text.strip():
        raise bad("""can't parse inline keyboard button: Field "text" must be non-empty""")
    if len(actions) != 1:
        raise bad(
            "text buttons are unallowed in the inline keyboard" if not actions else "BUTTON_TYPE_INVALID"
        )
    if button.get("style", "primary") not in {"primary", "success", "danger"}:
        raise bad("invalid button style specified")
    (action,) = actions
    value = button[action]
    if action == "callback_data" and not (isinstance(value, str) and 1 <= len(value.encode()) <= 64):
        raise bad("BUTTON_DATA_INVALID")
    if action == "url" and not re.match(r"(?:https?|tg)://\S+$", value):
        raise bad("BUTTON_URL_INVALID")
    if action == "copy_text" and not 1 <= len(value.get("text", "")) <= 256:
        raise bad("BUTTON_COPY_TEXT_INVALID")


def _known(given: dict[str, Any], names: set[str], what: str) -> None:
    if not isinstance(given, dict):
        raise bad(f"can't parse {what}: it must be an object")
    if unknown := given.keys() - names:
        raise bad(f"can't parse {what}: unknown fields {', '.join(sorted(unknown))}")
