"""Questions that want a list over many sentences: quick first quotes, the rest edited in, and how it ends."""

import time
from pathlib import Path

import pytest

from bot.telegram.showing.answered import ONLY_ASKER_STOPS, SEARCHING, STOPPED
from tests.telegram.chats import Chat, Sent, User
from tests.telegram.conftest import Start
from tests.telegram.desk import by_bot
from tests.telegram.server import BotApi

READING = "-m", "tests.telegram.reading_bot"
PEOPLE = 320
LIST = "Who attended the inspection?"
OPEN = {"command": READING, "DOCENT_TELEGRAM__ACCESS": "open"}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """One document in which many attended something."""
    folder = tmp_path / "docs"
    folder.mkdir()
    lines = (f"Inspector number {n} attended the inspection of the harbour." for n in range(PEOPLE))
    (folder / "inspections.txt").write_text("\n\n".join(lines), encoding="utf-8")
    return folder


def first_quotes(chat: Chat, timeout: float = 10) -> Sent:
    (sent,) = chat.wait_until(lambda messages: [one for one in messages if SEARCHING in one.text], timeout)
    return sent


def whole(chat: Chat, timeout: float = 30) -> Sent:
    """The answer, once it is complete and the file came too."""

    def complete(messages: list[Sent]) -> list[Sent]:
        done = [one for one in messages if f"{PEOPLE} sentences in 1 of 1 document" in one.text]
        return done if any(one.document for one in messages) else []

    return chat.wait_until(complete, timeout)[0]


def test_a_list_shows_its_first_quotes_within_two_seconds_and_the_rest_in_the_same_message(
    api: BotApi, start: Start
) -> None:
    start(**OPEN, READING="0.5")
    chat = api.private(api.user("Ann"))
    started = time.monotonic()
    chat.send(LIST)
    early = first_quotes(chat)
    assert early.at - started < 2
    assert early.marked("blockquote")[0].endswith("attended the inspection of the harbour.")
    assert early.buttons[-1] == ["Stop"]
    api.click(early, "[1]")  # it can be opened meanwhile
    late = whole(chat)
    assert late.id == early.id
    assert late.buttons[-1] == ["310 more quotes", "👍", "👎"]
    (file,) = [one for one in by_bot(chat) if one.document]
    assert file.text == f"All {PEOPLE} quotes."
    assert file.document
    assert file.document.name == "quotes.txt"
    text = file.document.content.decode()
    assert text.startswith(f"{LIST}\n\n{PEOPLE} sentences in 1 of 1 document\n\n[1] Inspector number ")
    assert text.count("attended the inspection of the harbour.\ninspections (inspections.txt), ") == PEOPLE
    assert len(by_bot(chat)) == 3  # the answer, the passage that was opened, the file


def test_whoever_asks_for_a_list_inline_gets_its_best_quotes_at_once(
    api: BotApi, start: Start, owner: User
) -> None:
    start(**OPEN, READING="1")
    started = time.monotonic()
    results = api.inline(owner, LIST)["results"]
    assert time.monotonic() - started < 4
    assert len(results) == 3


def test_a_list_that_comes_soon_is_one_message_without_an_edit(api: BotApi, start: Start) -> None:
    start(**OPEN, READING="0")
    chat = api.private(api.user("Ann"))
    chat.send(LIST)
    assert whole(chat).edits == 0


def test_stop_ends_the_search_and_keeps_the_first_quotes(api: BotApi, start: Start, owner: User) -> None:
    ann, bob = api.user("Ann"), api.user("Bob")
    group = api.group("Harbour", [ann, bob])
    running = start(**OPEN, READING="1")
    group.send(f"/ask {LIST}", by=ann)
    early = first_quotes(group)
    assert api.click(early, "Stop", by=bob) == ONLY_ASKER_STOPS
    pressed = time.monotonic()
    assert api.click(early, "Stop", by=ann) == ""
    late = group.wait_edit(early)
    assert time.monotonic() - pressed < 2.5
    assert STOPPED in late.text
    assert SEARCHING not in late.text
    assert late.marked("blockquote") == early.marked("blockquote")
    assert late.buttons[-1] == ["Other passages", "👍", "👎"]
    running.wait_line("answered chat=")
    assert api.click(late, "👍", by=ann) == "Thank you."
    assert not [one for one in by_bot(group) if one.document]


def test_lists_of_twelve_chats_do_not_hold_up_a_stop_and_are_completed_by_the_next_start(
    api: BotApi, start: Start
) -> None:
    chats = [api.private(api.user(f"P{n}")) for n in range(12)]
    running = start(**OPEN, READING="1")
    for chat in chats:
        chat.send(LIST)
    shown = [first_quotes(chat) for chat in chats[:6]]
    started = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - started < 5
    assert "Traceback" not in running.text
    start(**OPEN, READING="0")
    answers = [whole(chat) for chat in chats]
    assert [one.id for one in answers[:6]] == [one.id for one in shown]
    for chat in chats:
        assert len([one for one in by_bot(chat) if not one.document]) == 1


def test_a_kill_amid_a_list_loses_nothing_of_it(api: BotApi, start: Start) -> None:
    chat = api.private(api.user("Ann"))
    running = start(**OPEN, READING="1")
    chat.send(LIST)
    early = first_quotes(chat)
    running.wait_line("started")
    api.wait_call("sendMessage", chat=chat)
    time.sleep(0.2)
    running.process.kill()
    running.wait()
    start(**OPEN, READING="0")
    assert whole(chat).id == early.id
