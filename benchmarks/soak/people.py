"""What people do: ask, alone and in groups, edit, press, type inline, and come back where nothing came."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.telegram.showing.answered import DID_IT_ARRIVE, SHOW_AGAIN
from tests.telegram.beacons import Beacons, question
from tests.telegram.chats import Chat, Sent, User
from tests.telegram.server import BotApi

T = TypeVar("T")

_COMES_BACK = 4  # times
_IN_A_GROUP = 8.0  # seconds between two questions there; Telegram lets a bot write twenty times a minute
_DOES = {"ask": 44, "group": 18, "press": 16, "edit": 9, "inline": 7, "follow": 6}
_ABOUT_RESTLESS = 0.2  # of the questions, so that not all answers have to be edited again and again


@dataclass
class Asked:
    """A question, by which message it was answered first, and after how many seconds.

    ``brought`` tells that the answer was lost on the way, and shown when the person came back; ``anew`` that
    an edited question was answered in another message, as the bot was not told that the first one arrived.
    """

    how: str
    chat: Chat
    message: int
    began: float
    answer: Sent | None = None
    brought: bool = False
    anew: bool = False

    @property
    def seconds(self) -> float:
        """Until the answer."""
        return self.answer.at - self.began if self.answer else float("inf")


@dataclass
class Told:
    """All that people have to tell in the end. ``shown`` is what was quoted, and when it was asked for."""

    asked: list[Asked] = field(default_factory=list)
    shown: list[tuple[str, float]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        """Count it."""
        with self.lock:
            self.counts[what] += 1


class Person:
    """Goes from chat to chat and does one thing after the other; each chat is one person's alone.

    Args:
        api: the server.
        beacons: what there is to ask about.
        told: what came of it.
        chance: what is done next.
        chats: private ones.
        groups: others.
        wait: seconds after which they write again, as people do where nothing came.
    """

    def __init__(
        self,
        api: BotApi,
        beacons: Beacons,
        told: Told,
        chance: random.Random,
        chats: list[Chat],
        groups: list[Chat],
        wait: float,
    ) -> None:
        self._api, self._beacons, self._told, self._chance = api, beacons, told, chance
        self._chats, self._groups, self._wait = chats, groups, wait
        self._calm = dict.fromkeys((group.id for group in groups), 0.0)
        self._last: dict[int, Asked] = {}

    def act(self) -> None:
        """Do something."""
        (what,) = self._chance.choices(list(_DOES), list(_DOES.values()))
        chat = self._chance.choice(self._chats)
        last = self._last.get(chat.id)
        if what == "group":
            self._in_a_group()
        elif what == "inline":
            self._inline(chat.members[0])
        elif what in ("press", "edit", "follow") and last and last.answer:
            {"press": self._press, "edit": self._edit, "follow": self._follow}[what](chat, last)
        else:
            self._ask("private", chat, question(self._name()))
        time.sleep(self._chance.uniform(0, 0.3))

    def ask(self, chat: Chat, name: str) -> Asked:
        """Ask about a file, until there is an answer."""
        return self._ask("private", chat, question(name))

    def _name(self, *, still: bool = False) -> str:
        beacons = self._beacons
        restless = not still and self._chance.random() < _ABOUT_RESTLESS
        return self._chance.choice(beacons.restless if restless or not beacons.still else beacons.still)

    def _ask(self, how: str, chat: Chat, text: str, by: User | None = None, **more: int) -> Asked:
        began = time.monotonic()
        message = chat.send(text, by, **more)["message_id"]
        asked = Asked(how, chat, message, began)
        with self._told.lock:
            self._told.asked.append(asked)
        asked.answer = self._awaited(chat, lambda sent: _answers(sent, message))
        for _ in range(_COMES_BACK):
            if asked.answer:
                break
            self._come_back(asked, by)
        if asked.answer:
            self._show(asked.answer, began)
            self._last[chat.id] = asked
        return asked

    def _come_back(self, asked: Asked, by: User | None) -> None:
        """Write something else: an answer that did not arrive is then offered again."""
        chat, message = asked.chat, asked.message
        self._told.count("came back")
        chat.send("/help", by)
        found = self._awaited(chat, lambda sent: sent.reply_to == message)
        if found is None or found.text != DID_IT_ARRIVE:
            asked.answer = found
            return
        for _ in range(_COMES_BACK):
            self._click(found, SHOW_AGAIN, by)
            if now := self._awaited(chat, lambda sent: sent.id == found.id and sent.text != DID_IT_ARRIVE):
                asked.answer, asked.brought = now, True
                return

    def _in_a_group(self) -> None:
        calm = [one for one in self._groups if time.monotonic() - self._calm[one.id] > _IN_A_GROUP]
        if not calm:
            return
        group = self._chance.choice(calm)
        by = self._chance.choice(group.members)
        text, last = question(self._name(still=True)), self._last.get(group.id)
        how = self._chance.choice(("/ask", "mention", "reply"))
        if how == "reply" and last and last.answer:
            self._ask("group", group, text, by, reply_to=last.answer.id)
        else:
            call = "/ask" if how == "/ask" else f"@{self._api.me['username']}"
            self._ask("group", group, f"{call} {text}", by)
        self._calm[group.id] = time.monotonic()

    def _follow(self, chat: Chat, _: Asked) -> None:
        self._ask("follow-up", chat, "and where does it stand?")

    def _edit(self, chat: Chat, last: Asked) -> None:
        """Ask something else in the message of the last question; its answer changes."""
        name, began = self._name(still=True), time.monotonic()
        if last.answer is None or name in last.answer.text:
            return
        asked = Asked("edit", chat, last.message, began)
        with self._told.lock:
            self._told.asked.append(asked)
        chat.edit(last.message, question(name))
        for _ in range(_COMES_BACK):
            found = self._awaited(chat, lambda s: _answers(s, last.message) and f"of {name} " in s.text)
            if found:
                self._show(found, began)
                asked.anew = found.id != last.answer.id
                asked.answer = _seen_now(found)
                self._last[chat.id] = asked
                return
            self._come_back_to(chat, last.message)

    def _come_back_to(self, chat: Chat, message: int) -> None:
        """Have an answer shown that is offered again, where it was given anew and did not arrive."""
        self._told.count("came back")
        before = chat.messages[-1].id
        chat.send("/help")
        offered = self._awaited(
            chat, lambda sent: sent.reply_to == message and sent.id > before and sent.text == DID_IT_ARRIVE
        )
        if offered:
            self._click(offered, SHOW_AGAIN)

    def _inline(self, user: User) -> None:
        began = time.monotonic()
        asked = Asked("inline", self._api.private(user), 0, began)
        with self._told.lock:
            self._told.asked.append(asked)
        name = self._name()
        for _ in range(_COMES_BACK):
            try:
                given = self._api.inline(user, question(name), timeout=self._wait)
            except AssertionError:  # people type another key
                self._told.count("came back")
                continue
            for result in given["results"]:
                self._show_html(result["input_message_content"]["message_text"], began)
            asked.answer = _seen_now(Sent({}))
            return

    def _press(self, chat: Chat, last: Asked) -> None:
        """Press a button below the last answer; what comes of it is a message, or words in passing."""
        now = chat.get(last.answer)
        labels = {label for row in now.buttons for label in row} if now else set()
        wanted = sorted(labels & {"[1]", "Other passages", "👍", "👎"})
        if now is None or not wanted:
            return
        label, number = self._chance.choice(wanted), now.id
        began, before = time.monotonic(), chat.messages[-1].id
        self._told.count("presses")
        for _ in range(_COMES_BACK):
            said = self._click(now, label)
            if said or label in ("👍", "👎"):
                return
            came = self._awaited(chat, lambda sent: sent.reply_to == number and sent.id > before)
            if came:
                self._show(came, began)
                if "📄 Send the file" in {one for row in came.buttons for one in row}:
                    self._send_file(chat, came)
                return
            self._told.count("came back")
        self._trouble(f"{label} under message {number} of chat {chat.id} brought nothing")

    def _send_file(self, chat: Chat, opened: Sent) -> None:
        if self._chance.random() < 0.5:
            return
        before = chat.messages[-1].id
        self._told.count("presses")
        for _ in range(_COMES_BACK):
            self._click(opened, "📄 Send the file")
            if self._awaited(chat, lambda sent: sent.reply_to == opened.id and sent.id > before):
                return
            self._told.count("came back")
        self._trouble(f"no file came under message {opened.id} of chat {chat.id}")

    def _click(self, sent: Sent, label: str, by: User | None = None) -> str:
        """Press a button; what is said in passing. That nothing is, as where that was lost, is counted."""
        try:
            return self._api.click(sent, label, by, timeout=10)
        except AssertionError:
            self._told.count("not acknowledged")
            return ""

    def _awaited(self, chat: Chat, true: Callable[[Sent], object]) -> Sent | None:
        return awaited(chat, true, self._wait)

    def _show(self, sent: Sent, began: float) -> None:
        self._show_html(sent.html, began)

    def _show_html(self, html: str, began: float) -> None:
        with self._told.lock:
            self._told.shown.append((html, began))

    def _trouble(self, told: str) -> None:
        with self._told.lock:
            self._told.troubles.append(told)


def awaited(chat: Chat, true: Callable[[Sent], object], timeout: float) -> Sent | None:
    """The bot's first message of which that is true, once there is one; None where it does not come."""

    def found(messages: Iterable[Sent]) -> Sent | None:
        return next((sent for sent in messages if sent.raw["from"]["is_bot"] and true(sent)), None)

    try:
        return chat.wait_until(found, timeout)
    except AssertionError:
        return None


def _answers(sent: Sent, message: int) -> bool:
    return sent.reply_to == message and sent.text != DID_IT_ARRIVE


def _seen_now(sent: Sent) -> Sent:
    """A message that was changed, as if it were sent when that was seen."""
    return Sent(sent.raw, sent.html)
