"""The Bot API's methods about updates, about the bot itself, and about clicks and inline queries."""

import json
import re
import time
from typing import TYPE_CHECKING, Any

from tests.telegram.chats import Document
from tests.telegram.dispatch import method
from tests.telegram.markup import Refused, bad, inline_keyboard, units
from tests.telegram.messages import preview_options, text_content

if TYPE_CHECKING:
    from tests.telegram.server import BotApi

Json = dict[str, Any]

SCOPES = {
    "default": set(),
    "all_private_chats": set(),
    "all_group_chats": set(),
    "all_chat_administrators": set(),
    "chat": {"chat_id"},
    "chat_administrators": {"chat_id"},
    "chat_member": {"chat_id", "user_id"},
}

# Updates.


@method
async def get_updates(
    api: "BotApi", offset: int = 0, limit: int = 100, timeout: int = 0, allowed_updates: list | None = None
) -> list[Json]:
    updates = api.updates
    if updates.webhook:
        raise Refused(
            409,
            "Conflict: can't use getUpdates method while webhook is active;"
            " use deleteWebhook to delete the webhook first",
        )
    updates.interrupt(
        "terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    if allowed_updates is not None:
        updates.allowed = allowed_updates
    updates.acknowledge(offset)
    return await updates.poll(min(max(limit, 1), 100), min(timeout, 50))


@method
def set_webhook(
    api: "BotApi",
    url: str,
    certificate: Document | None = None,
    ip_address: str | None = None,
    max_connections: int = 40,
    allowed_updates: list | None = None,
    drop_pending_updates: bool = False,
    secret_token: str | None = None,
) -> bool:
    if url and not re.match(r"https://|http://127\.0\.0\.1[:/]", url):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if secret_token is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret_token):
        raise bad("secret token contains unallowed characters")
    if not 1 <= max_connections <= 100:
        raise bad("max_connections is out of range")
    updates = api.updates
    updates.interrupt("terminated by setWebhook request")
    if allowed_updates is not None:
        updates.allowed = allowed_updates
    if drop_pending_updates:
        updates.waiting.clear()
    given = {
        "url": url,
        "secret_token": secret_token,
        "max_connections": max_connections,
        "allowed_updates": updates.allowed,
        "ip_address": ip_address,
        "certificate": certificate,
    }
    updates.webhook = {key: value for key, value in given.items() if value is not None} if url else None
    updates.wake()
    return True


@method
def delete_webhook(api: "BotApi", drop_pending_updates: bool = False) -> bool:
    api.updates.webhook = None
    if drop_pending_updates:
        api.updates.waiting.clear()
    return True


@method
def get_webhook_info(api: "BotApi") -> Json:
    webhook, updates = api.updates.webhook or {}, api.updates
    info = {
        "url": webhook.get("url", ""),
        "has_custom_certificate": "certificate" in webhook,
        "pending_update_count": len(updates.waiting),
    }
    if webhook:
        info |= {"max_connections": webhook["max_connections"], "allowed_updates": updates.allowed}
    if updates.last_error:
        info |= {"last_error_date": int(time.time()), "last_error_message": updates.last_error}
    return info


# The bot itself.


@method
def get_me(api: "BotApi") -> Json:
    return api.me


@method
def set_my_commands(
    api: "BotApi", commands: list, scope: dict | None = None, language_code: str = ""
) -> bool:
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    menu = {}
    for command in commands:
        name, description = command.get("command", ""), command.get("description", "")
        if (
            command.keys() != {"command", "description"}
            or not re.fullmatch("[a-z0-9_]{1,32}", name)
            or name in menu
        ):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= units(description) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        menu[name] = description
    api.commands[_scope(api, scope, language_code)] = menu
    return True


@method
def delete_my_commands(api: "BotApi", scope: dict | None = None, language_code: str = "") -> bool:
    api.commands.pop(_scope(api, scope, language_code), None)
    return True


def _scope(api: "BotApi", scope: Json | None, language_code: str) -> str:
    scope = scope or {"type": "default"}
    if scope.keys() - {"type"} != SCOPES.get(scope.get("type", "")):
        raise bad("can't parse BotCommandScope")
    if "chat_id" in scope and int(scope["chat_id"]) not in api.chats:
        raise bad("chat not found")
    return json.dumps(scope | ({"language_code": language_code} if language_code else {}), sort_keys=True)


@method
def set_my_description(api: "BotApi", description: str = "", language_code: str = "") -> bool:
    return _describe(api, "description", description, 512, language_code)


@method
def set_my_short_description(api: "BotApi", short_description: str = "", language_code: str = "") -> bool:
    return _describe(api, "short_description", short_description, 120, language_code)


def _describe(api: "BotApi", kind: str, text: str, limit: int, language_code: str) -> bool:
    if units(text) > limit:
        raise bad(f"{kind} is too long")
    api.descriptions[kind, language_code] = text
    return True


# Answers to queries.


@method
def answer_callback_query(
    api: "BotApi",
    callback_query_id: str,
    text: str = "",
    show_alert: bool = False,
    url: str = "",
    cache_time: int = 0,
) -> bool:
    if units(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    api.answer_query("callback", callback_query_id, text)
    return True


@method
def answer_inline_query(
    api: "BotApi",
    inline_query_id: str,
    results: list,
    cache_time: int = 300,
    is_personal: bool = False,
    next_offset: str = "",
    button: dict | None = None,
) -> bool:
    if len(results) > 50:
        raise bad("RESULTS_TOO_MUCH")
    ids = [result.get("id", "") for result in results]
    if not all(isinstance(one, str) and 1 <= len(one.encode()) <= 64 for one in ids):
        raise bad("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad("RESULT_ID_DUPLICATE")
    if len(next_offset.encode()) > 64:
        raise bad("NEXT_OFFSET_INVALID")
    if button is not None:
        _check_results_button(button)
    answer = {
        "results": [_article(result) for result in results],
        "button": button,
        "cache_time": cache_time,
        "is_personal": is_personal,
        "next_offset": next_offset,
    }
    api.answer_query("inline", inline_query_id, answer)
    return True


def _check_results_button(button: Json) -> None:
    actions = button.keys() - {"text"}
    if not button.get("text") or len(actions) != 1 or not actions <= {"start_parameter", "web_app"}:
        raise bad("can't parse inline query results button")
    if not re.fullmatch("[A-Za-z0-9_-]{1,64}", button.get("start_parameter", "-")):
        raise bad("START_PARAM_INVALID")


def _article(result: Json) -> Json:
    """An inline result with its message parsed: ``text`` and ``entities`` are added to what was sent."""
    known = {"type", "id", "title", "input_message_content", "reply_markup", "url", "description"}
    pictured = {"thumbnail_url", "thumbnail_width", "thumbnail_height"}
    if result.get("type") != "article" or result.keys() - known - pictured:
        raise bad("can't parse inline query result: this server knows articles only, without other fields")
    if not result.get("title"):
        raise bad("""can't parse inline query result: Can't find field "title\"""")
    message = result.get("input_message_content") or {}
    fields = {"message_text", "parse_mode", "entities", "link_preview_options"}
    if not message.get("message_text") or message.keys() - fields:
        raise bad("can't parse inline query result: wrong input_message_content")
    preview_options(message.get("link_preview_options"))
    inline_keyboard(result.get("reply_markup"))
    shown = text_content(message["message_text"], message.get("parse_mode", ""), message.get("entities"))
    return result | {"input_message_content": message | {"entities": []} | shown}
