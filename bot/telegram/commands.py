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

EVERYBODY = {
    "start": "what I am, and questions to try",
    "help": "how to ask, and what the buttons do",
    "ask": "ask a question",
    "sources": "the documents I answer from",
    "reset": "forget what was asked in this chat",
    "privacy": "what is stored",
}
IN_GROUPS = ("ask", "help", "sources")
ADMINISTRATORS = {
    "reindex": "bring the index up to date with the documents",
    "status": "how the index and I are doing",
    "allow": "let somebody ask",
    "deny": "let somebody ask no more",
    "forget": "delete what is kept about somebody",
}


async def publish(bot: Bot, admins: Iterable[int], *, everywhere: bool = False) -> None:
    """Set the commands of administrators' chats, and with ``everywhere`` those of all others.

    That they cannot be set is no reason not to answer: the commands work unlisted.
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
    for commands, scope in wanted:
        with suppress(TelegramError):
            await bot.set_my_commands([BotCommand(*pair) for pair in commands.items()], scope)
