"""Two hundred people ask at once, on loopback."""

import time
from collections.abc import Callable
from math import ceil

import pytest

from tests.telegram.conftest import Start
from tests.telegram.server import BotApi

PEOPLE = 200
QUESTIONS = "Who attended the meeting?", "When does the ferry to Iceland leave?"
ANSWERS = "Alice Archer", "Hirtshals"
OVERALL = 45  # messages a second: Telegram's 30, and some for differences on the way of a busy machine


@pytest.mark.slow
def test_200_people_who_ask_at_once_are_all_answered_once_and_in_order(
    api: BotApi, start: Start, record_property: Callable[[str, object], None]
) -> None:
    running = start(DOCENT_TELEGRAM__ACCESS="open")
    chats = [api.private(api.user(f"P{i}")) for i in range(PEOPLE)]
    started = time.monotonic()
    asked = [[chat.send(question)["message_id"] for chat in chats] for question in QUESTIONS]
    seconds = []
    for i, chat in enumerate(chats):
        sent = [one for one in chat.wait(2, timeout=120) if one.sender == api.me["id"]]
        seconds += [one.at - started for one in sent]
        assert [one.reply_to for one in sent] == [asked[0][i], asked[1][i]]
        assert all(answer in one.text for one, answer in zip(sent, ANSWERS, strict=True))
    assert running.stop() == 0
    assert "Traceback" not in running.text
    assert all(len(chat.messages) == 4 for chat in chats)
    assert {made.status for made in api.calls if made.method != "getUpdates"} == {200}
    assert api.pace()[None] <= OVERALL
    seconds.sort()
    figures = {
        "answers": len(seconds),
        "seconds": round(seconds[-1], 1),
        "answers_per_second": round(len(seconds) / seconds[-1], 1),
        "first_ms": round(seconds[0] * 1000),
        "median_ms": round(seconds[len(seconds) // 2] * 1000),
        "p95_ms": round(seconds[ceil(len(seconds) * 0.95) - 1] * 1000),
        "most_in_a_second": api.pace()[None],
    }
    for name, value in figures.items():
        record_property(name, value)
    print(
        f"\n{PEOPLE} people, {len(QUESTIONS)} questions each, all at once (Telegram's pace is 30 a second):"
    )
    print("  " + ", ".join(f"{name} {value}" for name, value in figures.items()))
