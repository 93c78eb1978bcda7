"""The commands that Telegram offers while somebody types, for each kind of chat."""

from collections.abc import Iterable
from contextlib import suppress

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.texts import LANGUAGES, gettext, noop, speaking

EVERYBODY = {
    "start": noop("what I am, and questions to try"),
    "help": noop("how to ask, and what the buttons do"),
    "ask": noop("ask a question"),
    "sources": noop("the documents I answer from"),
    "changes": noop("what has changed in them this week"),
    "reset": noop("forget what was asked in this chat"),
    "privacy": noop("what is stored"),
}
IN_GROUPS = ("ask", "help", "sources", "changes", "reset", "privacy")
ADMINISTRATORS = {
    "add": noop("add a file, a text or a web page to the documents"),
    "reindex": noop("bring the index up to date with the documents"),
    "status": noop("how the index and I are doing"),
    "allow": noop("let somebody ask"),
    "deny": noop("let somebody ask no more"),
    "collection": noop("which folders a chat sees"),
    "forget": noop("delete what is kept about somebody, or remove a document"),
    "listen": noop("in a group: answer what I surely know, unasked"),
    "quiet": noop("in a group: answer only what I am asked"),
}
THEIR_BUTTONS = (
    "allow:", "deny:", "leave:", "stay:", "add:", "no:", "over:", "both:", "person:", "pick:", "drop:",
    "keep:", "undo:",
)  # fmt: skip
"""What the data of buttons for administrators begin with; they work in any chat."""


async def publish(bot: Bot, admins: Iterable[int], *, everywhere: bool = False) -> None:
    """Set the commands of administrators' chats, and with ``everywhere`` those of all others.

    Each is described in every language, and in English for those who speak another. That they cannot be
    set is no reason not to answer: the commands work unlisted.
    """
    groups = {name: EVERYBODY[name] for name in IN_GROUPS}
    wanted: list[tuple[dict[str, str], BotCommandScope]] = []
    if everywhere:
        wanted = [
            (EVERYBODY, BotCommandScopeDefault()),
            (EVERYBODY, BotCommandScopeAllPrivateChats()),
            (groups, BotCommandScopeAllGroupChats()),
        ]
    wanted += [(EVERYBODY | ADMINISTRATORS, BotCommandScopeChat(admin)) for admin in admins]
    for language in LANGUAGES:
        with speaking(language):
            listed = [
                ([BotCommand(name, gettext(told)) for name, told in commands.items()], scope)
                for commands, scope in wanted
            ]
        code = None if language == "en" else language
        for commands, scope in listed:
            with suppress(TelegramError):
                await bot.set_my_commands(commands, scope, language_code=code)
