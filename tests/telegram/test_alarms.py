"""What administrators are told unasked."""

import os
from pathlib import Path

import pytest

from tests.telegram.chats import User
from tests.telegram.conftest import Start
from tests.telegram.desk import ask, attended, by_bot, until
from tests.telegram.server import BotApi


@pytest.mark.slow
def test_where_the_index_is_damaged_the_one_before_answers_and_administrators_are_told_once(
    api: BotApi, start: Start, owner: User, docs: Path, tmp_path: Path
) -> None:
    running = start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]", DOCENT_TELEGRAM__ACCESS="open")
    desk, chat = api.private(owner), api.private(api.user("Alice"))
    (docs / "new.txt").write_text("The plum tree bears forty kilos of plums.", encoding="utf-8")
    desk.send("/reindex")
    desk.wait_until(lambda sent: any(one.text.startswith("The index is renewed: 4") for one in sent))
    assert attended(ask(chat).text)
    [index] = (tmp_path / "state" / "indexes").iterdir()
    current = index / "generations" / (index / "current").read_text().strip()
    for file in current.glob("*.*"):
        os.truncate(file, 0)
    assert attended(ask(chat).text), "neither dead nor an error"
    assert attended(ask(chat).text)

    def alarms() -> list[str]:
        return [
            one.text for one in by_bot(desk) if one.text.startswith("⚠ The index is damaged, and I answer")
        ]

    until(alarms)
    assert len(alarms()) == 1
    assert "manifest.json cannot be read" in alarms()[0]
    running.wait_line("index_damaged")
    desk.send("/reindex")
    desk.wait_until(lambda sent: sum(one.text.startswith("The index is renewed: 4") for one in sent) == 2)
    assert "forty kilos" in ask(chat, "How many kilos of plums does the plum tree bear?").text
    assert len(alarms()) == 1
    assert running.stop() == 0
    assert "Traceback" not in running.text
