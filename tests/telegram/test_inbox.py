"""Updates are taken once, in order within a chat, and none is lost when the bot stops."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from telegram import Update

from bot.telegram.transport.inbox import Inbox, InOrder, Locks, handled
from tests.telegram.inside import bodies, put, queued, update


def typed(number: int, user: int = 7) -> Update:
    """An inline query, which belongs to no chat."""
    person = {"id": user, "is_bot": False, "first_name": "Ann"}
    query = {"id": str(number), "from": person, "query": "who", "offset": ""}
    return Update.de_json({"update_id": number, "inline_query": query}, None)


# ------------------------------------------------------------------------------------------ inbox


def test_an_update_is_queued_once(database: sqlite3.Connection):
    inbox = Inbox(database)
    put(inbox, update(1), update(1), update(2), update(1))
    assert [one.update_id for one in queued(inbox)] == [1, 2]


def test_an_update_that_was_handled_is_not_taken_again_even_after_a_restart(database: sqlite3.Connection):
    inbox = Inbox(database)
    put(inbox, update(1))
    inbox.settle(update(1))
    again = Inbox(database)
    put(again, update(1))
    assert (queued(again), again.waiting()) == ([], 0)


def test_what_is_no_update_is_passed_on(database: sqlite3.Connection):
    inbox = Inbox(database)
    stop = object()
    put(inbox, stop, stop)
    assert queued(inbox) == [stop, stop]


def test_what_was_not_handled_is_restored_as_it_was(database: sqlite3.Connection):
    inbox = Inbox(database)
    put(inbox, update(3, text="Ünï😀"), update(1), update(2))
    inbox.settle(update(1))
    again = Inbox(database)
    assert (again.waiting(), again.restore(None), again.waiting()) == (2, 2, 2)  # type: ignore[arg-type]
    assert queued(again) == [update(2), update(3, text="Ünï😀")]


def test_a_restored_update_keeps_its_content(database: sqlite3.Connection):
    inbox = Inbox(database)
    put(inbox, update(3, text="Ünï😀 <b>"))
    again = Inbox(database)
    again.restore(None)  # type: ignore[arg-type]
    (one,) = queued(again)
    assert one.to_dict() == update(3, text="Ünï😀 <b>").to_dict()


def test_handled_updates_leave_no_text_behind(database: sqlite3.Connection, tmp_path: Path):
    inbox = Inbox(database)
    put(inbox, update(1, text="a secret question"))
    inbox.settle(update(1))
    assert "secret" not in str(database.execute("SELECT * FROM updates").fetchall())


def test_an_update_crossed_out_too_early_is_taken_up_again(database: sqlite3.Connection):
    inbox = Inbox(database)
    put(inbox, update(1), update(2))
    inbox.settle(update(1))
    inbox.settle(update(2))
    inbox.reopen(update(1))
    assert bodies(database) == [1]
    again = Inbox(database)
    assert again.restore(None) == 1  # type: ignore[arg-type]


def test_where_nothing_can_be_written_updates_are_taken_all_the_same(database: sqlite3.Connection):
    inbox = Inbox(database)
    database.execute("PRAGMA query_only = ON")  # as on a full disk
    put(inbox, update(1))
    inbox.settle(update(1))
    inbox.reopen(update(1))
    assert [one.update_id for one in queued(inbox)] == [1]


def test_an_update_that_brings_the_bot_down_is_given_up(database: sqlite3.Connection):
    put(Inbox(database), update(1))
    put(Inbox(database), update(2))
    restored = []
    for _ in range(5):
        inbox = Inbox(database)
        restored.append(inbox.restore(None))  # type: ignore[arg-type]
        inbox.begin(update(1))  # and here the process dies
    assert restored == [2, 2, 2, 1, 1], "what only waited meanwhile is not given up"
    late = Inbox(database)
    put(late, update(1))
    assert queued(late) == []


def test_stops_in_good_order_count_for_nothing(database: sqlite3.Connection):
    put(Inbox(database), update(1))
    for _ in range(6):
        inbox = Inbox(database)
        assert inbox.restore(None) == 1  # type: ignore[arg-type]
        inbox.begin(update(1))
        inbox.spare()


def test_ids_are_forgotten_after_a_week(database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch):
    now = time.time()
    inbox = Inbox(database)
    for days, number in ((8, 1), (6, 2)):
        monkeypatch.setattr(time, "time", lambda days=days: now - days * 86400)
        put(inbox, update(number))
        inbox.settle(update(number))
    monkeypatch.setattr(time, "time", lambda: now)
    Inbox(database)
    assert [number for (number,) in database.execute("SELECT id FROM updates")] == [2]


@pytest.mark.parametrize("years", [10, -10])
def test_a_clock_that_is_set_loses_no_question_and_brings_none_twice(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, years: int
):
    inbox = Inbox(database)
    put(inbox, update(1), update(2))
    inbox.settle(update(1))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + years * 365 * 86400)
    again = Inbox(database)
    assert again.restore(None) == 1  # type: ignore[arg-type]
    put(again, update(2))
    assert [one.update_id for one in queued(again)] == [2]


# ------------------------------------------------------------------------------------------ order


class Hall:
    """Handles updates as the application does, each in a task of its own."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.inbox = Inbox(database)
        self.order = InOrder(self.inbox)
        self.done: list[int] = []

    async def enter(self, one: Update, work: Callable[[], Awaitable[object]]) -> "asyncio.Task[None]":
        async def handle() -> None:
            assert handled.get() is one
            await work()
            self.done.append(one.update_id)

        await self.inbox.put(one)
        task = asyncio.create_task(self.order.process_update(one, handle()))
        await asyncio.sleep(0)
        return task


def pause(seconds: float = 0) -> Callable[[], Awaitable[object]]:
    return lambda: asyncio.sleep(seconds)


def test_updates_of_a_chat_are_handled_one_after_the_other(database: sqlite3.Connection):
    async def play() -> list[int]:
        hall = Hall(database)
        tasks = [await hall.enter(update(n), pause(0.03 - n / 100)) for n in range(3)]
        assert hall.inbox.waiting() == 3
        await asyncio.gather(*tasks)
        assert hall.inbox.waiting() == 0
        return hall.done

    assert asyncio.run(play()) == [0, 1, 2]


def test_updates_of_different_chats_are_handled_side_by_side(database: sqlite3.Connection):
    async def play() -> list[int]:
        hall = Hall(database)
        gate = asyncio.Event()
        slow = [await hall.enter(update(n, chat=7), gate.wait) for n in (1, 2)]
        quick = [await hall.enter(update(n, chat=-n), pause()) for n in (3, 4)]
        await asyncio.gather(*quick)
        gate.set()
        await asyncio.gather(*slow)
        return hall.done

    assert asyncio.run(play()) == [3, 4, 1, 2]


def test_what_is_typed_inline_waits_for_nothing_and_nothing_for_it(database: sqlite3.Connection):
    """Else each key would be searched, and a question in the private chat would wait for all of them."""

    async def play() -> list[int]:
        hall = Hall(database)
        gate = asyncio.Event()
        typing = await hall.enter(typed(1), gate.wait)
        rest = [await hall.enter(typed(2), pause()), await hall.enter(update(3, chat=7), pause())]
        await asyncio.wait(rest, timeout=1)
        done = [*hall.done]
        gate.set()
        await asyncio.gather(typing, *rest)
        return done

    assert asyncio.run(play()) == [2, 3]


def pressed(number: int, chat: int = -5, user: int = 7) -> Update:
    """A button pressed in a group."""
    person = {"id": user, "is_bot": False, "first_name": "Ann"}
    where = {"message_id": 1, "date": 0, "chat": {"id": chat, "type": "supergroup"}}
    query = {"id": str(number), "from": person, "message": where, "chat_instance": "1", "data": "more:1"}
    return Update.de_json({"update_id": number, "callback_query": query}, None)


def test_neither_presses_nor_other_members_wait_for_what_somebody_asked(database: sqlite3.Connection):
    async def play() -> list[int]:
        hall = Hall(database)
        gate = asyncio.Event()
        asked = [await hall.enter(update(n, chat=-5), gate.wait) for n in (1, 2)]
        said = update(3, chat=-5).to_dict()
        said["message"]["from"]["id"] = 8
        rest = [
            await hall.enter(Update.de_json(said, None), pause()),
            await hall.enter(pressed(4), pause()),
            await hall.enter(pressed(5, user=5), pause()),
        ]
        await asyncio.wait(rest, timeout=1)
        done = [*hall.done]
        gate.set()
        await asyncio.gather(*asked, *rest)
        return done

    assert asyncio.run(play()) == [3, 4, 5]


def test_a_handler_that_fails_does_not_block_its_chat(database: sqlite3.Connection):
    async def fail() -> None:
        raise ZeroDivisionError

    async def play() -> list[int]:
        hall = Hall(database)
        first = await hall.enter(update(1), fail)
        second = await hall.enter(update(2), pause())
        await asyncio.gather(first, second, return_exceptions=True)
        return hall.done

    assert asyncio.run(play()) == [2]


def test_what_has_not_begun_when_the_bot_stops_waits_in_the_inbox(database: sqlite3.Connection):
    async def play() -> list[int]:
        hall = Hall(database)
        gate = asyncio.Event()
        tasks = [await hall.enter(update(n), gate.wait) for n in (1, 2, 3)]
        hall.inbox.stopping = True
        gate.set()
        await asyncio.gather(*tasks)
        return hall.done

    assert asyncio.run(play()) == [1]
    assert bodies(database) == [2, 3]


def test_what_comes_when_the_bot_stops_is_kept_but_not_queued_for_nobody_takes_it(
    database: sqlite3.Connection,
):
    inbox = Inbox(database)
    inbox.stopping = True
    put(inbox, update(1), "stop")
    inbox.again(update(2))
    assert queued(inbox) == ["stop"]
    assert bodies(database) == [1, 2]


def test_an_update_whose_handling_is_broken_off_stays_in_the_inbox(database: sqlite3.Connection):
    async def play() -> None:
        hall = Hall(database)
        task = await hall.enter(update(1), asyncio.Event().wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(play())
    assert bodies(database) == [1]


def test_it_remembers_no_chat_that_is_not_busy():
    async def play() -> int:
        locks = Locks()

        async def pause(chat: int) -> None:
            async with locks.of(chat):
                await asyncio.sleep(0)

        pauses = [asyncio.create_task(pause(chat)) for chat in (1, 1, 2, 3)]
        await asyncio.sleep(0)
        assert len(locks) == 3
        await asyncio.gather(*pauses)
        return len(locks)

    assert asyncio.run(play()) == 0


def test_only_updates_are_handled(database: sqlite3.Connection):
    async def play() -> None:
        order = InOrder(Inbox(database))
        async with order:
            coroutine = asyncio.sleep(0)
            with pytest.raises(TypeError, match="not an update: 'x'"):
                await order.process_update("x", coroutine)
            coroutine.close()

    asyncio.run(play())


def test_very_many_are_let_in_at_once(database: sqlite3.Connection):
    assert InOrder(Inbox(database)).max_concurrent_updates >= 1000
