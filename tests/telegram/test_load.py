"""Two hundred people ask at once, on loopback."""

import random
import signal
import time
from collections.abc import Callable
from math import ceil
from pathlib import Path

import pytest

from tests.conftest import UNTRACED
from tests.telegram.chats import User
from tests.telegram.conftest import Running, Start
from tests.telegram.desk import Key, answers_in, by_bot, crossed_out, until, written_in
from tests.telegram.server import WRITES, BotApi

PEOPLE = 200
QUESTIONS = "Who attended the meeting?", "When does the ferry to Iceland leave?"
ANSWERS = "Alice Archer", "Hirtshals"
OVERALL = 30  # messages a second, which Telegram allows
EARLY = 15  # of them before their turn: the first may be late on a busy machine


@pytest.mark.slow
def test_200_people_who_ask_at_once_are_all_answered_once_and_in_order(
    api: BotApi, start: Start, record_property: Callable[[str, object], None]
) -> None:
    running = start(DOCENT_TELEGRAM__ACCESS="open", **UNTRACED)
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
    assert early(api) <= EARLY
    seconds.sort()
    figures = {
        "answers": len(seconds),
        "seconds": round(seconds[-1], 1),
        "answers_per_second": round(len(seconds) / seconds[-1], 1),
        "first_ms": round(seconds[0] * 1000),
        "median_ms": round(seconds[len(seconds) // 2] * 1000),
        "p95_ms": round(seconds[ceil(len(seconds) * 0.95) - 1] * 1000),
        "most_in_a_second": api.pace()[None],
        "early": round(early(api), 1),
    }
    for name, value in figures.items():
        record_property(name, value)
    print(
        f"\n{PEOPLE} people, {len(QUESTIONS)} questions each, all at once (Telegram's pace is 30 a second):"
    )
    print("  " + ", ".join(f"{name} {value}" for name, value in figures.items()))


def early(api: BotApi) -> float:
    """The most messages that came before their turn, if they go evenly from the first on.

    Unlike the most in any second, this is no greater where a busy machine hears of some late, and then of
    many at once.
    """
    times = [made.at for made in api.calls if made.method in WRITES]
    return max(number - OVERALL * (at - times[0]) for number, at in enumerate(times))


READING = "-m", "tests.telegram.reading_bot"
INSPECTORS = 40
LIST = "Who attended the inspection?"


class Crowd:
    """People, what they asked, and what they were told."""

    def __init__(self, api: BotApi, state: Path) -> None:
        self.chats = [api.private(api.user(f"P{i}")) for i in range(PEOPLE)]
        self.asked: dict[Key, float] = {}
        self.being_sent: set[Key] = set()
        self.acknowledged: list[float] = []
        self._api = api
        self._state = state

    def ask(self, question: str) -> None:
        """Everybody asks."""
        for chat in self.chats:
            self.asked[chat.id, chat.send(question)["message_id"]] = time.monotonic()

    def answers(self) -> dict[Key, list[float]]:
        """When each question was answered; an offer to show an answer again, and a file, are none."""
        found: dict[Key, list[float]] = {}
        for one in answers_in(self.chats):
            key = one.chat, one.reply_to or 0
            if key in self.asked and not one.document:
                found.setdefault(key, []).append(one.at)
        return found

    def lists(self) -> int:
        """How many have the whole list."""
        wanted = f"{INSPECTORS} sentences in 1 of"
        return sum(any(wanted in one.text for one in by_bot(chat)) for chat in self.chats)

    def press(self, count: int) -> None:
        """Some open a source, as soon as they have one."""
        for chat in self.chats[:count]:
            (answer, *_) = chat.wait_until(lambda messages: [one for one in messages if one.buttons], 30)
            pressed = time.monotonic()
            assert self._api.click(answer, "[1]") == ""
            self.acknowledged.append(time.monotonic() - pressed)

    def kill(self, running: Running) -> None:
        """Kill the bot, and see what was just being sent: that may be lost, and is then offered again."""
        running.stop(signal.SIGKILL)
        done = crossed_out(self._state)
        keys = {key for number, key in written_in(self._api).items() if number in done}
        self.being_sent |= (keys & self.asked.keys()) - self.answers().keys()


@pytest.mark.slow
def test_200_people_lose_nothing_though_the_index_is_renewed_and_the_bot_stopped_and_killed(
    api: BotApi,
    start: Start,
    docs: Path,
    owner: User,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    lines = (f"Inspector number {n} attended the inspection of the harbour." for n in range(INSPECTORS))
    (docs / "inspections.txt").write_text("\n\n".join(lines), encoding="utf-8")
    chance = random.Random(5)
    desk = api.private(owner)
    given = {**UNTRACED, "command": READING, "READING": "0.01", "DOCENT_TELEGRAM__ACCESS": "open"}
    given["DOCENT_TELEGRAM__ADMINS"] = f"[{owner.id}]"
    crowd = Crowd(api, tmp_path / "state")

    running = start(**given)
    crowd.ask(QUESTIONS[0])
    (docs / "plums.txt").write_text("The plum tree bears forty kilos of plums.", encoding="utf-8")
    desk.send("/reindex")
    crowd.press(20)
    crowd.ask(LIST)
    time.sleep(chance.uniform(1, 2))
    assert running.stop() == 0  # how quickly, tests/telegram/test_lists.py says

    for _ in range(2):
        running = start(**given)
        time.sleep(chance.uniform(1, 2))
        crowd.kill(running)
    running = start(**given)
    crowd.ask(QUESTIONS[1])
    lost = crowd.being_sent
    until(lambda: crowd.answers().keys() >= crowd.asked.keys() - lost, 120)
    until(lambda: crowd.lists() + len(lost) >= PEOPLE, 30)
    assert running.stop() == 0
    assert "Traceback" not in running.text

    answered = crowd.answers()
    assert {len(times) for times in answered.values()} == {1}, "none is doubled"
    assert crowd.asked.keys() - answered.keys() <= lost
    assert len(lost) <= 3 * OVERALL
    for chat in crowd.chats:
        replies = [one.reply_to for one in by_bot(chat) if (chat.id, one.reply_to) in answered]
        assert replies == sorted(replies), "in the order in which they were asked"
    assert sorted(crowd.acknowledged)[-2] < 1, "of twenty, one may meet a hiccup of a machine with other work"
    seconds = sorted(times[0] - crowd.asked[key] for key, times in answered.items())
    figures = {
        "answers": len(seconds),
        "may_be_lost": len(lost),
        "median_s": round(seconds[len(seconds) // 2], 1),
        "p95_s": round(seconds[ceil(len(seconds) * 0.95) - 1], 1),
        "slowest_press_ms": round(max(crowd.acknowledged) * 1000),
    }
    for name, value in figures.items():
        record_property(name, value)
    print(f"\n{PEOPLE} people, a stop, two kills and an index renewed meanwhile:")
    print("  " + ", ".join(f"{name} {value}" for name, value in figures.items()))
