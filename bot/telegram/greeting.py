"""What whoever starts the bot reads there: where it answers, and how to become its administrator."""

from collections.abc import Iterator

from telegram.helpers import create_deep_linked_url

from bot.status import empty_folders
from bot.telegram.services import Services


def greeting(to: Services) -> Iterator[str]:
    """The lines."""
    name, engine = to.bot.username, to.seen_by_administrators()
    if engine.settings.collections:
        yield from empty_folders(engine.settings, [entry.source for entry in engine.sources()])
    yield f"Answering as @{name} (https://t.me/{name}). Ctrl-C stops."
    if not to.access.admins():
        code = to.access.pairing_code()
        yield (
            "Nobody administers this bot yet. To become its administrator, be the first to open\n"
            f"  {create_deep_linked_url(name, code)}\n"
            f"and press Start there, or to send the bot this code: {code}"
        )
