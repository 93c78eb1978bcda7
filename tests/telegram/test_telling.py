"""What goes to all administrators."""

import asyncio
from pathlib import Path

from telegram.error import Forbidden

from bot.engine import Engine
from bot.telegram.persistence.state import Memory
from bot.telegram.showing.screens import Screen, text
from bot.telegram.telling import edit, tell
from bot.texts import speaking, spoken
from tests.telegram.inside import Desk


def test_each_is_told_in_their_language_and_in_english_where_it_is_not_known(
    engine: Engine, database: Memory, tmp_path: Path
):
    bot, shown, said = Desk(engine, database, tmp_path), [], []
    for admin in (1, 2, 3):
        bot.services.access.decide(admin, "admin")
    bot.services.access.hear(2, "de")

    def screen() -> Screen:
        said.append(spoken())
        return text("The index is damaged.")

    def keep(*message: int) -> None:
        shown.append(message)

    with speaking("fa"):  # as whoever set it off
        assert asyncio.run(tell(bot.services, screen, keep)) is True
        assert (said, shown) == (["en", "de", "en"], [(1, 71), (2, 72), (3, 73)])
        asyncio.run(edit(bot.services, [(2, 72)], screen))
        assert (said[3:], bot.post.edited) == (["de"], [[72]])
        bot.post.error = Forbidden("blocked")
        assert asyncio.run(tell(bot.services, screen, keep)) is False
        asyncio.run(edit(bot.services, shown, screen))
        assert (len(shown), spoken()) == (3, "fa")
