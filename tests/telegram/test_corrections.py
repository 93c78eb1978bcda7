"""Answers whose quotes no longer stand in the documents are edited, once and quietly."""

import asyncio
import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, TimedOut

from bot.engine import Engine
from bot.telegram.answering import corrections as module
from bot.telegram.answering.corrections import Corrections
from bot.telegram.answering.opening import look_up
from bot.telegram.limits import Limit
from bot.telegram.persistence.answers import Kept
from bot.telegram.persistence.compared import Compared
from bot.telegram.persistence.state import Memory
from bot.telegram.showing import answered
from bot.telegram.transport.delivery import Delivery
from bot.telegram.transport.post import Post
from index.errors import IndexDamaged
from index.history import Said
from index.scope import EVERYTHING, NOTHING
from tests.conftest import LETTER
from tests.telegram.chats import User
from tests.telegram.conftest import Start
from tests.telegram.inside import Desk, RecordingBot
from tests.telegram.server import BotApi
from tests.telegram.talks import CROSSING, TODAY, docent, press, say, undated

FERRY = "letters/ferry.txt"
TWO, THREE, FOUR = (f"The crossing takes {number} days." for number in ("two", "three", "four"))
CHANGED = "⚠ The documents have changed since I answered: none of this stands there any more."
SOME = "⚠ The documents have changed since I answered: what is crossed out no longer stands there."
NOW_THREE = f"Changed on {TODAY}: it says now\n{THREE}"
GONE = f"No longer in the documents since {TODAY}."
ANN = 7


class Watched(Desk):
    """A desk whose answers are compared with the documents."""

    def __init__(self, engine: Engine, database: Memory, folder: Path) -> None:
        super().__init__(engine, database, folder)
        self.bot, self.database = RecordingBot(), database
        self.engine, self.docs = engine, engine.settings.documents.folder
        access = self.services.access
        access.decide(ANN, "allowed", "Ann")
        self._replace(post=Post(self.bot, access, self.answers))  # type: ignore[arg-type]
        self.corrections = self.anew()

    def anew(self, every: float = 0.01, in_a_group: Limit | None = None) -> Corrections:
        """As after a start."""
        return Corrections(self.services, self.database, every=every, between=0, in_a_group=in_a_group)

    def _replace(self, **fields: Any) -> None:
        for name, value in fields.items():
            object.__setattr__(self.services, name, value)

    def asked(self, question: str = CROSSING, chat: int = ANN, number: int = 5, language: str = "") -> Kept:
        """An answer that was given."""
        reply = self.engine.ask(question)
        one = Kept(
            number=self.answers.reserve(), chat=chat, question_message=number, messages=(100 + number,),
            generation=self.engine.generation().name, answer=reply, asker=ANN, language=language,
            shown=min(len(reply.citations or reply.near), answered.QUOTES),
        )  # fmt: skip
        self.answers.keep(one)
        return one

    def write(self, source: str, text: str) -> None:
        (self.docs / source).write_text(text, encoding="utf-8")

    def look(self, *, build: bool = True) -> list[dict[str, Any]]:
        """What is edited once the documents are indexed."""
        before = len(self.bot.calls)
        if build:
            self.engine.build()
        asyncio.run(self.corrections.look())
        assert {name for name, _ in self.bot.calls} <= {"edit", "delete"}  # nothing is ever sent
        return [given for name, given in self.bot.calls[before:] if name == "edit"]

    def kept(self, one: Kept) -> Kept:
        found = self.answers.find(one.number, one.chat)
        assert found
        return found


def shown(edit: dict[str, Any]) -> str:
    """What is read in an edited message."""
    return re.sub("<[^>]*>", "", undated(edit["text"]))


def buttons(edit: dict[str, Any]) -> list[str]:
    return [button.text for row in edit["reply_markup"].inline_keyboard for button in row]


@pytest.fixture
def desk(engine: Engine, database: Memory, tmp_path: Path) -> Watched:
    return Watched(engine, database, tmp_path)


def test_an_answer_is_edited_once_for_each_change_and_back_again(desk: Watched):
    one, other = desk.asked(), desk.asked("Who attended the meeting?", number=6)
    assert desk.look(build=False) == []
    desk.write(FERRY, LETTER.replace(TWO, THREE))
    (edit,) = desk.look()
    assert (edit["chat_id"], edit["message_id"]) == (ANN, 105)
    assert undated(edit["text"]) == (
        f"<b>{CHANGED}</b>\n"
        f"<blockquote><b>[1] </b><s>{TWO}</s></blockquote>\n"
        f"<i>Changed on {TODAY}: it says now</i>\n"
        f"<blockquote>{THREE}</blockquote>\n"
        "<b>letters/ferry.txt</b>\nparagraphs 1–3"
    )
    assert buttons(edit) == ["[1]", "Other passages", "👍", "👎"]
    assert {b.callback_data for row in edit["reply_markup"].inline_keyboard for b in row} == {
        f"{kind}:{one.number}" for kind in ("more", "good", "bad")
    } | {f"cite:{one.number}:1"}
    assert desk.look() == []
    assert desk.look(build=False) == []

    desk.write(FERRY, LETTER.replace(TWO, FOUR))
    (edit,) = desk.look()
    assert f"Changed on {TODAY}: it says now\n{FOUR}" in shown(edit)
    assert THREE not in edit["text"]

    desk.write(FERRY, LETTER + "\nThe last line is new.\n")
    (edit,) = desk.look()
    assert edit["text"].startswith(f"<blockquote><b>[1] </b>{TWO}</blockquote>\n<b>letters/ferry.txt</b>")
    assert (desk.kept(one).now, desk.kept(other)) == ({}, other)


def test_what_became_of_it_while_the_bot_was_off_is_told_at_the_start(desk: Watched):
    one = desk.asked()
    for text in (LETTER.replace(TWO, THREE), "Not this.\n\n" + LETTER.replace(TWO, FOUR)):
        desk.write(FERRY, text)
        desk.engine.build()
    (edit,) = desk.look(build=False)
    assert f"it says now\n{FOUR}" in shown(edit)
    assert desk.kept(one).now[1].words == FOUR
    desk.corrections = desk.anew()  # the bot starts again
    assert desk.look(build=False) == []


def moved_within(docs: Path) -> None:
    (docs / FERRY).write_text(LETTER.replace(f" {TWO}", "") + f"\n{TWO}\n", encoding="utf-8")


def wrapped(docs: Path) -> None:
    (docs / FERRY).write_text(LETTER.replace("crossing takes", "crossing\ntakes") + "\nNew.\n")


def renamed(docs: Path) -> None:
    (docs / FERRY).rename(docs / "iceland.txt")


def renamed_and_edited(docs: Path) -> None:
    (docs / FERRY).unlink()
    (docs / "iceland.txt").write_text(LETTER.replace("Miriam", "Susan"), encoding="utf-8")


def moved_elsewhere(docs: Path) -> None:
    (docs / FERRY).unlink()
    (docs / "notes.txt").write_text(f"About ferries.\n\n{TWO} Bring soup for everybody.\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "source"),
    [
        (moved_within, FERRY),
        (wrapped, FERRY),
        (renamed, "iceland.txt"),
        (renamed_and_edited, "iceland.txt"),
        (moved_elsewhere, "notes.txt"),
    ],
)
def test_a_quote_that_merely_moved_is_still_true_and_opens_where_it_stands(
    desk: Watched, change: Callable[[Path], None], source: str
):
    one = desk.asked()
    change(desk.docs)
    assert desk.look() == []
    citation = desk.kept(one).citations[0]
    assert citation.source == source
    opened = look_up(desk.services.seen_in(ANN), citation)
    there = opened.document.text[opened.citation.start : opened.citation.end]
    assert (" ".join(there.split()), opened.notice) == (TWO, "")


def test_what_is_no_longer_in_the_documents_is_said_to_be_gone(desk: Watched):
    one = desk.asked()
    (desk.docs / FERRY).unlink()
    (edit,) = desk.look()
    assert shown(edit) == f"{CHANGED}\n[1] {TWO}\n{GONE}\nletters/ferry.txt\nparagraphs 1–3"
    assert "confidence" not in edit["text"]
    assert desk.kept(one).now == {1: Said(FERRY, "", desk.engine.history()[-1].created)}
    desk.write(FERRY, LETTER)  # it comes back
    (edit,) = desk.look()
    assert edit["text"].startswith(f"<blockquote><b>[1] </b>{TWO}")


def test_a_list_tells_what_of_it_still_stands_also_of_quotes_that_came_later(desk: Watched):
    names = [f"member{i:02}" for i in range(13)]
    lines = [f"- The club elected {name} as a member in May." for name in names]
    desk.write("members.md", "# Members\n\n" + "\n".join(lines) + "\n")
    desk.engine.build()
    one = desk.asked("Who was elected as a member of the club in May?")
    quotes = [citation.quote for citation in one.citations]
    assert len(quotes) > answered.QUOTES
    kept = desk.answers.extend(one, (), shown=len(quotes))
    first, last = (next(line for line in lines if quotes[i] in line) for i in (0, len(quotes) - 1))
    changed = {first: first.replace("elected", "expelled"), last: ""}
    desk.write("members.md", "# Members\n\n" + "\n".join(changed.get(line, line) for line in lines) + "\n")
    (edit,) = desk.look()
    told = shown(edit)
    assert told.startswith(SOME)
    assert f"Changed on {TODAY}: it says now\n{quotes[0].replace('elected', 'expelled')}" in told
    assert "1 further quote that I showed no longer stands in the documents." in told
    assert "confidence" in told
    assert edit["text"].count("<s>") == 1
    assert set(desk.kept(kept).now) == {1, len(quotes)}


def test_one_whose_messages_are_gone_or_refused_is_let_be(desk: Watched):
    desk.asked()
    for error in (BadRequest("Message to edit not found"), BadRequest("Message can't be edited"),
                  Forbidden("bot was blocked by the user")):  # fmt: skip
        desk.bot.errors["edit"] = [error]
        number = len(desk.bot.calls)
        desk.write(FERRY, LETTER.replace(TWO, f"The crossing takes {number + 5} days."))
        assert len(desk.look()) == 1
        assert desk.look(build=False) == []


@pytest.mark.parametrize("error", [NetworkError("Bad Gateway"), TimedOut()])
def test_where_telegram_is_out_of_reach_it_is_tried_again(desk: Watched, error: Exception):
    desk.asked()
    desk.write(FERRY, LETTER.replace(TWO, THREE))
    desk.engine.build()
    desk.bot.errors["edit"] = [error]
    with pytest.raises(type(error)):
        desk.look(build=False)
    (edit,) = desk.look(build=False)
    assert NOW_THREE in shown(edit)
    assert desk.look(build=False) == []


def test_it_is_told_in_the_language_of_whoever_asked(desk: Watched, monkeypatch: pytest.MonkeyPatch):
    heard: list[str] = []
    monkeypatch.setattr(module, "speaking", lambda code: heard.append(code) or nullcontext())
    desk.asked(language="de")
    desk.write(FERRY, LETTER.replace(TWO, THREE))
    desk.look()
    assert heard == ["de"]


def test_it_is_told_to_nobody_who_may_not_ask_or_see_it_any_more(
    desk: Watched, monkeypatch: pytest.MonkeyPatch
):
    desk.asked()
    outsider = desk.asked(chat=8, number=6)
    desk.services.access.decide(ANN, "denied")
    desk.write(FERRY, LETTER.replace(TWO, THREE))
    assert desk.look() == []
    desk.services.access.decide(8, "allowed")
    access = desk.services.access
    monkeypatch.setattr(access, "scope", lambda chat: NOTHING if chat == 8 else EVERYTHING)
    desk.write(FERRY, LETTER.replace(TWO, FOUR))
    assert desk.look() == []
    assert desk.kept(outsider) == outsider


def test_of_two_answers_in_one_message_only_the_later_is_edited(desk: Watched):
    desk.asked()
    later = desk.asked("Who attended the meeting?")  # the question was edited
    assert desk.answers.shown_in(ANN, 105) == later
    desk.write(FERRY, LETTER.replace(TWO, THREE))
    assert desk.look() == []


def test_an_answer_that_was_given_after_the_change_from_the_documents_before_is_edited_too(desk: Watched):
    late = desk.asked()
    desk.answers.forget(ANN)
    desk.write(FERRY, LETTER.replace(TWO, THREE))
    assert desk.look() == []
    number = desk.answers.reserve()
    desk.answers.keep(replace(late, number=number))
    (edit,) = desk.look(build=False)
    assert NOW_THREE in shown(edit)
    assert desk.look(build=False) == []


def test_in_a_group_that_is_busy_it_waits_and_others_do_not(desk: Watched):
    group = -100
    desk.services.access.decide(group, "allowed")
    desk.asked(chat=group, number=1)
    desk.asked(chat=group, number=2)
    desk.asked()
    busy = iter([9.0, 9.0, 9.0, 9.0])
    desk._replace(busy_in=lambda _: next(busy, 0.0))
    desk.write(FERRY, LETTER.replace(TWO, THREE))
    assert [edit["message_id"] for edit in desk.look()] == [105, 101, 102]
    assert next(busy, None) is None


def test_in_a_group_only_some_are_edited_a_minute(desk: Watched, monkeypatch: pytest.MonkeyPatch):
    desk.services.access.decide(-100, "allowed")
    for number in range(1, 4):
        desk.asked(chat=-100, number=number)
    now = [0.0]
    desk.corrections = desk.anew(in_a_group=Limit(2, 60, lambda: now[0]))
    monkeypatch.setattr(module.asyncio, "sleep", lambda seconds: passed(now))
    desk.write(FERRY, LETTER.replace(TWO, THREE))
    assert len(desk.look()) == 3
    assert now[0] >= 60


async def passed(now: list[float]) -> None:
    """Ten seconds go by."""
    now[0] += 10


def test_one_that_takes_more_room_is_shortened_to_the_messages_that_it_has(desk: Watched):
    long = " ".join(f"word{i}" for i in range(400))
    desk.write("long.txt", f"Crayfish {long} end.\n")
    desk.engine.build()
    desk.asked("What about crayfish word1 word2?")
    desk.write("long.txt", f"Crayfish {long.replace('word7', 'term7')} end.\n")
    (edit,) = desk.look()
    assert "term7" in edit["text"]
    assert len(shown(edit)) <= 4096


def test_a_change_of_the_old_index_that_is_not_known_edits_nothing(desk: Watched):
    one = desk.asked()
    desk.write(FERRY, LETTER.replace(TWO, THREE))
    desk.engine.build()
    (desk.engine.store.folder / "history.jsonl").unlink()
    assert desk.look(build=False) == []
    assert desk.kept(one) == one


def test_answers_of_a_running_bot_stay_true_also_over_a_restart(
    start: Start, api: BotApi, owner: User, docs: Path, tmp_path: Path
) -> None:
    anna = api.user("Anna", language_code="de")
    group, chat, hers = api.group("Garden", [owner, anna]), api.private(owner), api.private(anna)
    allowed = {
        "DOCENT_TELEGRAM__ADMINS": f"[{owner.id}]",
        "DOCENT_TELEGRAM__ALLOWED": f"[{group.id}, {anna.id}]",
    }
    running = start(**allowed)
    first, deleted, second = say(chat, CROSSING), say(chat, CROSSING), say(hers, CROSSING)
    third = say(group, f"/ask {CROSSING}", by=anna)
    assert api.click(first, "👎").startswith("Thank you.")
    first = chat.wait_edit(first)
    assert first.buttons[-1][-2:] == ["👍", "👎 ✓"]
    chat.change(deleted.id, deleted=True)
    texts = len(chat.messages), len(hers.messages), len(group.messages)
    api.fault("editMessageText", "429", chat=chat, retry_after=1)
    (docs / FERRY).write_text(LETTER.replace(TWO, THREE), encoding="utf-8")
    docent(docs, tmp_path, "index")  # another process
    edited = [one.wait_edit(sent) for one, sent in ((chat, first), (hers, second), (group, third))]
    assert all(THREE in sent.text and sent.marked("strikethrough") == [TWO] for sent in edited)
    assert edited[0].text.startswith(CHANGED)
    assert [sent.buttons for sent in edited] == [first.buttons, second.buttons, third.buttons]
    assert (len(chat.messages), len(hers.messages), len(group.messages)) == texts
    opened = press(api, edited[0], "[1]")
    assert THREE in opened.marked("bold")
    assert "The quote no longer stands in this document; this is what is there now." in opened.text
    leaning = say(chat, "and why?", reply_to=edited[0].id)
    assert leaning.text.startswith("searched for: ") and "crossing" in leaning.text.split("\n")[0]

    running.stop()
    (docs / FERRY).unlink()
    docent(docs, tmp_path, "index")
    start(**allowed)
    assert GONE in undated(chat.wait_edit(edited[0]).text)
    assert TODAY in undated(hers.wait_edit(edited[1]).text)
    assert group.wait_edit(edited[2]).edits == 2
    assert "is no longer among the documents" in press(api, edited[0], "[1]").text


def test_what_keeps_answers_from_being_compared_is_logged_once_and_looked_at_less_and_less_often(
    desk: Watched, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    pauses: list[float] = []
    damaged = [IndexDamaged("No.") for _ in range(4)]
    troubles = iter([*damaged[:3], NetworkError("Away"), None, damaged[3]])

    async def look() -> None:
        if trouble := next(troubles):
            raise trouble

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 6:
            raise asyncio.CancelledError

    caplog.set_level("INFO", "bot.telegram")
    desk.corrections = desk.anew(every=2.0)
    monkeypatch.setattr(desk.corrections, "look", look)
    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(desk.corrections.run())
    reasons = ["IndexDamaged", "NetworkError", "IndexDamaged"]
    assert [record.getMessage() for record in caplog.records] == [
        f"uncompared reason={one}" for one in reasons
    ]
    assert pauses == [2, 4, 8, 2, 2, 2]


def test_of_the_messages_to_a_group_some_are_left_for_questions(desk: Watched):
    delivery, sent = Delivery(desk.services.inbox), iter(range(100))

    async def send() -> int:
        return next(sent)

    async def talk() -> None:
        for number in range(12):
            assert delivery.busy_in(-100) == 0
            to = {"chat_id": -100}
            assert await delivery.process_request(send, (), {}, "sendMessage", to, None) == number

    asyncio.run(talk())
    assert 50 < delivery.busy_in(-100) <= 61
    assert (delivery.wait_in(-100), delivery.busy_in(100)) == (0, 0)


def test_whatever_its_name_and_text_an_answer_is_found_by_the_documents_that_it_quotes(desk: Watched):
    source = 'my "new" \\ ё.txt'
    desk.write(source, 'Crayfish word9: {"source":"letters/ferry.txt"} is said here.\n')
    desk.engine.build()
    one = desk.asked("What about crayfish word9?")
    assert one.citations[0].source == source
    found = [asyncio.run(Compared(desk.database).citing({name})) for name in (source, FERRY, "new.txt")]
    assert found == [{(one.number, ANN)}, set(), set()]
