"""Requests for access → what outsiders, administrators and those who are let in read."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.plain import line
from bot.telegram.showing.html import short
from bot.telegram.showing.screens import Screen, text
from bot.texts import gettext, noop

PRIVATE = noop("This is a private bot, which answers only people whom its administrators have allowed.")
ASKED_ADMINS = noop(
    "This is a private bot; I have passed your request on to its administrators and will tell you "
    "what they decide."
)
WAITING = noop(
    "Your request waits for my administrators. I will tell you what they decide, and if they let you in, "
    "answer what you have asked."
)


def request(chat: int, name: str) -> Screen:
    """An outsider's request, for an administrator to decide on; ids of groups are negative."""
    who = short(line(name), 80)
    told = (
        gettext("The group “{name}” (id {chat}) asks for access.", name=who, chat=chat)
        if chat < 0
        else gettext("{name} (id {chat}) asks for access.", name=who, chat=chat)
    )
    buttons = [
        InlineKeyboardButton(gettext("Allow"), callback_data=f"allow:{chat}", style="success"),
        InlineKeyboardButton(gettext("Deny"), callback_data=f"deny:{chat}", style="danger"),
    ]
    return text(told, keyboard=InlineKeyboardMarkup([buttons]))


def outcome(chat: int, name: str, by: str, *, allow: bool) -> str:
    """What became of a request, for all administrators to see."""
    fields = {"name": short(line(name), 80), "chat": chat, "by": short(line(by), 80)}
    if allow:
        return gettext("{name} (id {chat}) may ask now. {by} allowed it.", **fields)
    return gettext("{name} (id {chat}) may not ask. {by} refused it.", **fields)


def decided(chat: int, *, allow: bool, waiting: bool) -> Screen:
    """What administrators decided, for those who asked for access; ids of groups are negative.

    ``waiting`` is whether they asked questions meanwhile, which are answered next.
    """
    if not allow:
        return text(gettext("The administrators have decided not to let you in."))
    if chat < 0:
        return text(
            gettext("This group may ask now, as in: /ask Who attended? I begin with what was asked.")
            if waiting
            else gettext("This group may ask now, as in: /ask Who attended?")
        )
    return text(
        gettext("You may ask now; I begin with what you asked.")
        if waiting
        else gettext("You may ask now: just write your question.")
    )
