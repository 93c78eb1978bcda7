"""What goes to all administrators, to each in their language; and what becomes of it where they read it."""

from collections.abc import Callable, Iterable
from contextlib import suppress

from telegram.error import TelegramError

from bot.telegram.services import Services
from bot.telegram.showing.screens import Screen
from bot.telegram.transport.post import Place
from bot.texts import speaking


async def tell(
    to: Services, screen: Callable[[], Screen], keep: Callable[[int, int], None] = lambda *_: None
) -> bool:
    """Send something to each administrator, in English where the language of one is not known.

    Args:
        to: the administrators' bot.
        screen: what is sent, made anew in each language.
        keep: hears at once of each message that was sent: its chat and number.

    Returns:
        Whether any of them could be reached: one may have blocked the bot, or never written to it.
    """
    reached = False
    for admin in to.access.admins():
        with suppress(TelegramError), speaking(None), to.access.speaking_to(admin):
            for message in await to.post.send(Place(admin), screen()):
                keep(admin, message)
            reached = True
    return reached


async def edit(to: Services, shown: Iterable[tuple[int, int]], screen: Callable[[], Screen]) -> None:
    """Put something else in place of what was sent; ``shown`` are chats and numbers of messages."""
    for chat, message in shown:
        with suppress(TelegramError), to.access.speaking_to(chat):
            await to.post.edit(Place(chat), [message], screen())
