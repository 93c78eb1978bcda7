"""The Bot API's methods that send, change and delete messages."""

import io
import re
import time
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.telegram.chats import Chat, Document, Sent
from tests.telegram.dispatch import method
from tests.telegram.markup import Refused, bad, formatted, inline_keyboard, units

if TYPE_CHECKING:
    from tests.telegram.server import BotApi

Json = dict[str, Any]

MAX_TEXT, MAX_CAPTION = 4096, 1024
MAX_FILE, MAX_PHOTO = 50 * 1024 * 1024, 10 * 1024 * 1024
MAX_DOWNLOAD = 20 * 1024 * 1024
CHAT_ACTIONS = """
typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker
find_location record_video_note upload_video_note
"""
REACTIONS = """
👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨
😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊
😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
VARIATION = "\ufe0f"  # asks for the coloured form of an emoji and may be left out
ADMINISTRATOR = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip
GIFTS = ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"]


@method
def send_message(
    api: "BotApi",
    chat_id: int,
    text: str,
    parse_mode: str = "",
    entities: list | None = None,
    link_preview_options: dict | None = None,
    message_thread_id: int | None = None,
    disable_notification: bool = False,
    protect_content: bool = False,
    reply_parameters: dict | None = None,
    reply_markup: dict | None = None,
) -> Json:
    chat = _writable(api, chat_id, message_thread_id)
    content = text_content(text, parse_mode, entities) | _markup(reply_markup)
    target = _reply_target(chat, reply_parameters)
    more = {"html": text, "parse_mode": parse_mode, "preview": preview_options(link_preview_options)}
    return chat.post(api.me_user, content, target, message_thread_id, silent=disable_notification, **more).raw


@method
def send_document(
    api: "BotApi",
    chat_id: int,
    document: Document,
    caption: str = "",
    parse_mode: str = "",
    caption_entities: list | None = None,
    thumbnail: Document | None = None,
    disable_content_type_detection: bool = False,
    message_thread_id: int | None = None,
    disable_notification: bool = False,
    protect_content: bool = False,
    reply_parameters: dict | None = None,
    reply_markup: dict | None = None,
) -> Json:
    chat = _writable(api, chat_id, message_thread_id)
    if not document.content:
        raise bad("file must be non-empty")
    if len(document.content) > MAX_FILE:
        raise Refused(413, "Request Entity Too Large")
    number = f"file{next(api.numbers)}"
    api.files[f"{number}-{chat.id}"] = document
    content = {
        "document": {
            "file_id": f"{number}-{chat.id}",
            "file_unique_id": number,
            "file_name": document.name,
            "mime_type": document.type,
            "file_size": len(document.content),
        }
    }
    content |= _caption(caption, parse_mode, caption_entities) | _markup(reply_markup)
    target = _reply_target(chat, reply_parameters)
    more = {"html": caption, "parse_mode": parse_mode, "document": document}
    return chat.post(api.me_user, content, target, message_thread_id, silent=disable_notification, **more).raw


@method
def send_photo(
    api: "BotApi",
    chat_id: int,
    photo: Document,
    caption: str = "",
    parse_mode: str = "",
    caption_entities: list | None = None,
    show_caption_above_media: bool = False,
    has_spoiler: bool = False,
    message_thread_id: int | None = None,
    disable_notification: bool = False,
    protect_content: bool = False,
    reply_parameters: dict | None = None,
    reply_markup: dict | None = None,
) -> Json:
    chat = _writable(api, chat_id, message_thread_id)
    content = _photo(api, chat, photo) | _caption(caption, parse_mode, caption_entities)
    content |= _markup(reply_markup)
    target = _reply_target(chat, reply_parameters)
    more = {"html": caption, "parse_mode": parse_mode, "photo": photo}
    return chat.post(api.me_user, content, target, message_thread_id, silent=disable_notification, **more).raw


@method
def edit_message_media(
    api: "BotApi", chat_id: int, message_id: int, media: dict, reply_markup: dict | None = None
) -> Json:
    chat, sent = _editable(api, chat_id, message_id)
    known = {
        "type",
        "media",
        "caption",
        "parse_mode",
        "caption_entities",
        "show_caption_above_media",
        "has_spoiler",
    }
    if media.get("type") != "photo" or media.keys() - known:
        raise bad("can't parse InputMedia: this server knows photos only, without other fields")
    photo, caption, parse_mode = media["media"], media.get("caption", ""), media.get("parse_mode", "")
    if not isinstance(photo, Document):
        raise bad("wrong file identifier/HTTP URL specified")
    gone = {"text", "entities", "document", "photo", "caption", "caption_entities"}
    raw = {key: value for key, value in sent.raw.items() if key not in gone}
    same = photo == sent.photo  # then what Telegram knows of it is the same too
    raw |= {"photo": sent.raw["photo"]} if same else _photo(api, chat, photo)
    raw |= _caption(caption, parse_mode, media.get("caption_entities"))
    more = {"html": caption, "parse_mode": parse_mode, "photo": photo, "document": None}
    return _change(chat, sent, raw, reply_markup, **more)


def _photo(api: "BotApi", chat: Chat, photo: Document) -> Json:
    """A photo in the sizes that Telegram makes of it, each with an id."""
    if not photo.content:
        raise bad("file must be non-empty")
    if len(photo.content) > MAX_PHOTO:
        raise bad("file is too big")
    try:
        with Image.open(io.BytesIO(photo.content)) as picture:
            width, height = picture.size
    except OSError as error:
        raise bad("IMAGE_PROCESS_FAILED") from error
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    number, longest = f"photo{next(api.numbers)}", max(width, height)
    shares = [side / longest for side in (90, 320, 800, 1280, 2560) if side < longest]
    sizes = []
    for letter, share in zip("smxyw", [*shares, 1.0][:5], strict=False):
        file_id = f"{number}{letter}-{chat.id}"
        api.files[file_id] = photo
        sizes.append(
            {
                "file_id": file_id,
                "file_unique_id": f"{number}{letter}",
                "width": max(1, round(width * share)),
                "height": max(1, round(height * share)),
                "file_size": len(photo.content),
            }
        )
    return {"photo": sizes}


def _caption(caption: str, parse_mode: str, entities: list[Json] | None) -> Json:
    shown, found = formatted(caption, parse_mode, entities)
    if units(shown) > MAX_CAPTION:
        raise bad("message caption is too long")
    return {"caption": shown, "caption_entities": [entity.json for entity in found]} if shown else {}


@method
def get_file(api: "BotApi", file_id: str) -> Json:
    document = api.files.get(file_id)
    if document is None:
        raise bad("invalid file_id")
    if len(document.content) > MAX_DOWNLOAD:
        raise bad("file is too big")
    unsafe = re.sub(r"[^A-Za-z0-9.]", "_", document.name.rpartition(".")[2])
    path = f"documents/file_{file_id}.{unsafe}"
    api.downloads[path] = document
    size = len(document.content)
    return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size, "file_path": path}


@method
def edit_message_text(
    api: "BotApi",
    chat_id: int,
    message_id: int,
    text: str,
    parse_mode: str = "",
    entities: list | None = None,
    link_preview_options: dict | None = None,
    reply_markup: dict | None = None,
) -> Json:
    chat, sent = _editable(api, chat_id, message_id)
    if "text" not in sent.raw:
        raise bad("there is no text in the message to edit")
    kept = {key: value for key, value in sent.raw.items() if key != "entities"}
    more = {"html": text, "parse_mode": parse_mode, "preview": preview_options(link_preview_options)}
    return _change(chat, sent, kept | text_content(text, parse_mode, entities), reply_markup, **more)


@method
def edit_message_reply_markup(
    api: "BotApi", chat_id: int, message_id: int, reply_markup: dict | None = None
) -> Json:
    chat, sent = _editable(api, chat_id, message_id)
    return _change(chat, sent, sent.raw, reply_markup)


@method
def delete_message(api: "BotApi", chat_id: int, message_id: int) -> bool:
    chat = _writable(api, chat_id)
    sent = chat.get(message_id)
    if sent is None or sent.deleted:
        raise bad("message to delete not found")
    if sent.sender != api.me["id"] and not chat.private:
        raise bad("message can't be deleted")
    chat.change(sent.id, deleted=True)
    return True


@method
def set_message_reaction(
    api: "BotApi", chat_id: int, message_id: int, reaction: list | None = None, is_big: bool = False
) -> bool:
    chat = _writable(api, chat_id)
    sent = chat.get(message_id)
    if sent is None or sent.deleted:
        raise bad("message to react not found")
    emoji = tuple(given.get("emoji", "") for given in reaction or ())
    if len(emoji) > 1 or any(one.replace(VARIATION, "") not in REACTIONS.split() for one in emoji):
        raise bad("REACTION_INVALID")
    chat.change(sent.id, reactions=emoji)
    return True


@method
def send_chat_action(api: "BotApi", chat_id: int, action: str, message_thread_id: int | None = None) -> bool:
    _writable(api, chat_id, message_thread_id)
    if action not in CHAT_ACTIONS.split():
        raise bad("wrong parameter action in request")
    return True


@method
def get_chat(api: "BotApi", chat_id: int) -> Json:
    if chat_id not in api.chats:
        raise bad("chat not found")
    gifts = {"accepted_gift_types": dict.fromkeys(GIFTS, False)}
    return api.chats[chat_id].info | gifts | {"accent_color_id": 0, "max_reaction_count": 11}


@method
def get_chat_member(api: "BotApi", chat_id: int, user_id: int) -> Json:
    """What it tells of the bot itself, which needs no rights."""
    chat = api.chats.get(chat_id)
    if chat is None:
        raise bad("chat not found")
    if chat.refusal:
        raise Refused(403, f"Forbidden: {chat.refusal}")
    if user_id != api.me["id"]:
        raise bad("member list is inaccessible")
    rights = dict.fromkeys(ADMINISTRATOR, False) if chat.status == "administrator" else {}
    return {"user": api.me_user, "status": chat.status} | rights


def _writable(api: "BotApi", chat_id: int, thread: int | None = None) -> Chat:
    chat = api.chats.get(chat_id)
    if (chat is None and chat_id in api.users) or (chat and not chat.started):
        raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
    if chat is None:
        raise bad("chat not found")
    if chat.moved_to:
        description = "Bad Request: group chat was upgraded to a supergroup chat"
        raise Refused(400, description, migrate_to_chat_id=chat.moved_to)
    if chat.refusal:
        raise Refused(403, f"Forbidden: {chat.refusal}")
    if thread is not None and thread not in chat.topics:
        raise bad("message thread not found")
    return chat


def _editable(api: "BotApi", chat_id: int, message_id: int) -> tuple[Chat, Sent]:
    chat = _writable(api, chat_id)
    sent = chat.get(message_id)
    if sent is None or sent.deleted:
        raise bad("message to edit not found")
    if sent.sender != api.me["id"]:
        raise bad("message can't be edited")
    return chat, sent


def _change(chat: Chat, sent: Sent, raw: Json, reply_markup: Json | None, **more: object) -> Json:
    """Stores a message's new content; without a keyboard, an edit removes the one that was there."""
    if reply_markup and "inline_keyboard" not in reply_markup:
        raise bad("inline keyboard expected")
    passing = {"reply_markup", "edit_date"}
    raw = {key: value for key, value in raw.items() if key not in passing} | _markup(reply_markup)
    if raw == {key: value for key, value in sent.raw.items() if key != "edit_date"}:
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message"
        )
    return chat.change(sent.id, raw=raw | {"edit_date": int(time.time())}, edits=sent.edits + 1, **more).raw


def _markup(given: Json | None) -> Json:
    keyboard = inline_keyboard(given)
    return {"reply_markup": {"inline_keyboard": keyboard}} if keyboard else {}


def text_content(text: str, parse_mode: str, entities: list[Json] | None) -> Json:
    """The fields of a text message, with its markup parsed."""
    shown, found = formatted(text, parse_mode, entities)
    if not shown:
        raise bad("message text is empty")
    if units(shown) > MAX_TEXT:
        raise bad("message is too long")
    return {"text": shown} | ({"entities": [entity.json for entity in found]} if found else {})


def preview_options(options: Json | None) -> Json | None:
    """Link preview options without unknown fields."""
    known = {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}
    if options and options.keys() - known:
        raise bad(f"can't parse link preview options: unknown fields {sorted(options.keys() - known)}")
    return options


def _reply_target(chat: Chat, given: Json | None) -> int | None:
    if not given:
        return None
    known = {"message_id", "chat_id", "allow_sending_without_reply"}
    known |= {"quote", "quote_parse_mode", "quote_entities", "quote_position"}
    if unknown := given.keys() - known:
        raise bad(f"can't parse reply parameters: unknown fields {', '.join(sorted(unknown))}")
    sent = chat.get(given.get("message_id")) if given.get("chat_id", chat.id) == chat.id else None
    if sent is None or sent.deleted:
        if given.get("allow_sending_without_reply"):
            return None
        raise bad("message to be replied not found")
    if formatted(given.get("quote", ""), given.get("quote_parse_mode", ""))[0] not in sent.text:
        raise bad("QUOTE_TEXT_INVALID")
    return sent.id
