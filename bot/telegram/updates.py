"""Updates as the library reads them; what it cannot read is said in the log, and passed over."""

import json

from telegram import Bot, Update

from bot.telegram.events import event


def update_of(data: object, bot: Bot | None) -> Update | None:
    """An update as the library reads it; None, and a line in the log, where it cannot."""
    if number_of(data) is None:
        event("unreadable", reason="no update_id")
        return None
    assert isinstance(data, dict)  # noqa: S101 - it has a number
    try:
        return Update.de_json(data, bot)
    except Exception as error:  # a kind of message that is newer than the library
        event("unreadable", update=data["update_id"], reason=type(error).__name__)
        return None


def kept_update(body: str, bot: Bot) -> Update | None:
    """The same of an update that was written down, maybe by another version of the library."""
    try:
        return update_of(json.loads(body), bot)
    except ValueError:
        event("unreadable", reason="no JSON")
        return None


def number_of(update: object) -> int | None:
    """The number of an update, if it has one."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None
