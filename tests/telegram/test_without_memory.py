"""The file of what the bot keeps becomes full or locked: it answers on, and tells its administrators once."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.settings import load
from bot.telegram.persistence import state
from bot.telegram.persistence.access import Access
from bot.telegram.persistence.answers import Answers
from bot.telegram.transport.inbox import Inbox
from tests.telegram.chats import User
from tests.telegram.conftest import Start
from tests.telegram.desk import FERRY, ask, attended, by_bot
from tests.telegram.inside import kept, put, queued, update
from tests.telegram.server import BotApi


def test_a_locked_file_stops_no_answer(api: BotApi, start: Start, owner: User, tmp_path: Path) -> None:
    bob = api.user("Bob")
    running = start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]", DOCENT_TELEGRAM__ALLOWED=f"[{bob.id}]")
    office, chat = api.private(owner), api.private(bob)
    ask(office, "/help")
    file = tmp_path / "state" / "telegram" / "123456.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        answer = ask(chat)
        assert attended(answer.text)
        assert answer.buttons == [], "no button could know of it"
        office.send(FERRY)
        chat.send(FERRY)  # at once, and neither has a number of its own
        for one in (chat, office):
            assert "Hirtshals" in one.wait()[-1].text
        assert time.monotonic() - started < 8
        (told,) = office.wait_until(lambda _: [m for m in by_bot(office) if "memory" in m.text])
        assert "database is locked" in told.text
        assert str(tmp_path / "state") in told.text
        other.execute("ROLLBACK")
    assert ask(chat).buttons, "it remembers again"
    assert sum("memory" in one.text for one in by_bot(office)) == 1
    assert sum("without_memory" in line for line in running.log) == 1
    assert running.stop() == 0
    assert "Traceback" not in running.text
    start(DOCENT_TELEGRAM__ALLOWED=f"[{bob.id}]")
    ask(chat, "/help")
    assert len(by_bot(chat)) == 4, "what was answered meanwhile is not answered again"


def test_a_full_disk_is_told_once_and_what_could_not_be_written_is_written_later(tmp_path: Path) -> None:
    heard: list[str] = []
    with closing(state.connect(tmp_path / "bot.sqlite")) as database:
        inbox, answers, access = Inbox(database), Answers(database, 30), Access(load().telegram, database)
        put(inbox, update(1))
        database.on_trouble = lambda error: heard.append(str(error))
        size = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {size}")
        while database.attempt("INSERT INTO access VALUES (NULL, 'denied', ?, 0)", ["x" * 500]):
            pass  # until the last page is full
        put(inbox, update(2, text="x" * 9000), update(2, text="x" * 9000))
        assert [one.update_id for one in queued(inbox)] == [1, 2]
        for _ in range(30):
            answers.keep(kept(answers))
        assert answers.reserve() == 0 or heard
        access.decide(5, "allowed", "x" * 9000)
        assert access.allows(5)
        assert heard == ["database or disk is full"]
        database.execute("PRAGMA max_page_count = 100000")
        inbox.settle(update(1))
        assert inbox.waiting() == 0


def test_who_asks_for_access_while_the_file_is_locked_is_decided_on_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    with (
        closing(state.connect(file)) as database,
        closing(sqlite3.connect(file, isolation_level=None)) as other,
    ):
        access = Access(load().telegram, database)
        other.execute("BEGIN IMMEDIATE")
        access.decide(5, "asked", "Bob")
        access.requests.show(5, 1, 10)
        access.requests.wait(update(1))
        assert access.asks(5)
        assert access.requests.chat(1, 10) is None
        assert not access.requests.waits(7, 1)
        access.decide(5, "allowed")
        assert access.requests.decide(5, "Bob may ask.") == []
        assert access.allows(5)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            access.forget(5)  # what is said to be deleted must be
        assert access.allows(5)
        other.execute("ROLLBACK")
        assert access.forget(5)
        assert not access.asks(5)
