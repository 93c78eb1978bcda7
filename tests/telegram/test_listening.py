"""What the bot says in groups unasked: seldom, quietly, only where it listens, and never to somebody else."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from telegram import Message, User

from bot.telegram.answering.listening import is_to_all
from bot.telegram.persistence import state
from bot.telegram.persistence.listened import DAY, Listened
from bot.telegram.persistence.state import Memory
from tests.telegram import chats
from tests.telegram.chats import Chat
from tests.telegram.conftest import Running, Start
from tests.telegram.server import BotApi
from tests.telegram.talks import heard, press, reply, say

LISTENING = "-m", "tests.telegram.listening_bot"
MEETING, FERRY = "Where was the meeting held?", "When does the ferry to Iceland leave from Hirtshals?"
GREENHOUSE = "Where will the new greenhouse stand, behind the school?"
UNSURE = "How long should I fry six onions in butter?"  # 71 %
UNASKED = "You did not ask me, but this stands in the documents:"
BUTTONS = ["👍", "👎", "🔕 Not today"]
HUSHED = "I say nothing unasked here for a day."
FORWARDED = {"type": "hidden_user", "sender_user_name": "Bob", "date": 0}


# ------------------------------------------------------------------------------- a process and its groups


@pytest.fixture
def ann(api: BotApi) -> chats.User:
    return api.user("Ann")


@pytest.fixture
def bea(api: BotApi) -> chats.User:
    return api.user("Bea", username="bea_bee")


def groups(api: BotApi, *members: chats.User) -> list[Chat]:
    """Groups that may ask, where Telegram shows the bot all."""
    api.me["can_read_all_group_messages"] = True
    return [api.group(name, members) for name in ("Garden", "Kitchen", "Boats", "Cellar")]


def started(start: Start, owner: chats.User, among: list[Chat], **variables: str) -> Running:
    allowed = ", ".join(str(group.id) for group in among)
    return start(
        command=LISTENING,
        DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]",
        DOCENT_TELEGRAM__ALLOWED=f"[{allowed}]",
        **variables,
    )


def listen(group: Chat, owner: chats.User) -> str:
    return say(group, "/listen", by=owner).text


def after(group: Chat, api: BotApi, by: chats.User, *texts: str) -> list[str]:
    """What the bot says after these, of which it answers only the last."""
    before = group.messages[-1].id
    for text in texts:
        last = group.send(text, by)
    group.wait_until(lambda all_: [one for one in all_ if one.reply_to == last["message_id"]])
    return heard(group, api, before)


def test_where_it_listens_it_answers_what_it_is_sure_of_quietly_and_keeps_nothing_else(
    start: Start, api: BotApi, owner: chats.User, ann: chats.User, bea: chats.User, tmp_path: Path
) -> None:
    garden, kitchen, *_ = among = groups(api, owner, ann, bea)
    running = started(start, owner, among)
    garden.send(MEETING, ann)
    say(garden, "/help", by=ann)  # nobody has sent /listen
    assert heard(garden, api)[0].startswith("Just write")
    assert say(garden, "/privacy", by=ann).text.find("/listen") < 0
    garden.send("/listen", ann)  # no administrator
    told = listen(garden, owner)
    assert told.startswith("From now on I read along here.")
    assert "at most once in 10 minutes" in told
    assert "remove me from the group, add me again" in told
    assert "forget it within a minute" in say(garden, "/privacy", by=ann).text

    typed = api.count("sendChatAction")
    question = garden.send(f"  {MEETING}", ann)
    (said,) = garden.wait()
    assert (said.text.split("\n")[0], said.reply_to, said.silent) == (UNASKED, question["message_id"], True)
    assert said.marked("blockquote")[0] == "[1] The meeting was held in the village hall on 3 May 2024."
    assert said.buttons[-1] == BUTTONS
    assert said.buttons[0][0] == "[1]"
    assert api.count("sendChatAction") == typed
    assert press(api, said, "[1]", by=bea).reply_to == said.id

    # Not again within ten minutes; not in a group where nobody wants it.
    kitchen.send(FERRY, ann)
    assert after(garden, api, ann, FERRY, f"/ask {UNSURE}")[0].startswith("[1] Slice six onions")
    assert heard(kitchen, api) == []

    # Not what is meant for others, is no question, wants a list, or has no sure answer.
    listen(kitchen, owner)
    earlier = kitchen.send("Well, well.", bea)
    kitchen.send(FERRY, ann, reply_to=earlier)
    kitchen.send(f"@bea_bee {FERRY}", ann)
    kitchen.send(f"Bea, {FERRY}", ann)
    kitchen.send("/ferry@other_bot when does it leave?", ann)
    kitchen.send_raw({"text": FERRY, "forward_origin": FORWARDED}, ann)
    kitchen.edit(earlier, FERRY)
    quiet = (
        "The ferry to Iceland leaves from Hirtshals.",
        "Who attended the meeting?",
        UNSURE,
        "shall we meet for lunch?",
    )
    assert len(after(kitchen, api, ann, *quiet, "/ask zebra?")) == 1

    asked = kitchen.send(FERRY, bea)
    (said,) = kitchen.wait()
    assert said.reply_to == asked["message_id"]
    assert (
        say(kitchen, "/quiet", by=owner).text
        == "I read along here no longer, and answer only what I am asked."
    )
    assert say(kitchen, "/quiet", by=owner).text.startswith("I do not read along here")

    assert running.stop() == 0
    with closing(sqlite3.connect(tmp_path / "state" / "telegram" / "123456.sqlite")) as database:
        kept = "\n".join(database.iterdump())
    assert MEETING in kept
    assert "meet for lunch" not in kept
    assert f'"question":"{UNSURE}"' in kept  # the one that was asked with /ask
    assert "fry" not in kept.replace(UNSURE, "").replace("fry them in butter", "")
    assert "question=" not in running.text  # no texts are logged
    assert running.text.count(" interjected ") == 2
    assert running.text.count(" answered ") == 2, "and nothing else was"


def test_the_group_decides_how_sure_it_has_to_be(
    start: Start, api: BotApi, owner: chats.User, ann: chats.User, bea: chats.User, tmp_path: Path
) -> None:
    garden, kitchen, boats, cellar = among = groups(api, owner, ann, bea)
    running = started(start, owner, among)
    for group in among:
        listen(group, owner)
    said = {group.id: say(group, MEETING, by=ann) for group in among}
    assert api.click(said[garden.id], "👎", by=ann).startswith("Thank you.")
    assert api.click(said[garden.id], "👎", by=ann).startswith("Thank you.")  # the same voter: one verdict
    assert api.click(said[kitchen.id], "👎", by=ann).startswith("Thank you.")
    assert api.click(said[kitchen.id], "👍", by=bea).startswith("Thank you.")
    for by in (ann, bea):
        assert api.click(said[boats.id], "👎", by=by).startswith("Thank you.")
    assert api.click(said[cellar.id], "🔕 Not today", by=bea) == HUSHED
    running.stop()
    with closing(sqlite3.connect(tmp_path / "state" / "telegram" / "123456.sqlite")) as database, database:
        database.execute("UPDATE interjections SET sent = sent - 660")  # eleven minutes

    started(start, owner, among)  # it is remembered
    assert len(after(boats, api, ann, FERRY, "/ask zebra?")) == 1, "two 👎 within a day"
    assert len(after(cellar, api, ann, FERRY, "/ask zebra?")) == 1, "hushed by a member"
    assert len(after(garden, api, ann, GREENHOUSE, "/ask zebra?")) == 1, "92 % is not sure enough after a 👎"
    assert say(garden, FERRY, by=bea).text.startswith(UNASKED), "97 % is"
    assert say(kitchen, GREENHOUSE, by=ann).text.startswith(UNASKED), "a 👍 took it back"


def test_privacy_mode_is_told_and_real_questions_go_first(
    start: Start, api: BotApi, owner: chats.User, ann: chats.User, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    garden, kitchen, *_ = among = groups(api, owner, ann)
    running = started(start, owner, among, HELD=str(held), DOCENT_TELEGRAM__LOG_QUESTIONS="true")
    api.me["can_read_all_group_messages"] = False
    told = listen(garden, owner)
    assert told.startswith("I cannot listen here yet, for Telegram shows me only what is addressed to me.")
    assert "/setprivacy" in told
    kitchen.status = "administrator"  # whom Telegram shows all
    assert listen(kitchen, owner).startswith("From now on")
    private = api.private(owner)
    for command in ("/listen", "/quiet"):
        assert say(private, command).text.startswith("Send /listen in the group")
    other = api.group("Attic", [owner])
    assert say(other, "/listen", by=owner).text == "This group may not ask yet. Send /allow first."
    api.me["can_read_all_group_messages"] = True

    held.touch()
    real = private.send("hold on: how long does the crossing take?")
    api.wait_call("sendChatAction", 1)
    unasked = kitchen.send(MEETING, ann)
    helped = say(kitchen, "/help", by=ann)  # what is heard waits, and holds nobody up
    assert heard(kitchen, api, unasked["message_id"]) == [helped.text]
    held.unlink()
    answer = reply(private, real["message_id"])
    said = reply(kitchen, unasked["message_id"])
    assert answer.at < said.at
    assert f'question="{MEETING}"' in running.wait_line(" interjected ")

    api.kick(kitchen, ann)
    running.wait_line("status=kicked")
    kitchen.refusal = None
    kitchen.send(FERRY, ann)
    assert len(after(kitchen, api, ann, "/ask zebra?")) == 1
    with closing(sqlite3.connect(tmp_path / "state" / "telegram" / "123456.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM listening").fetchone() == (0,)


# ------------------------------------------------------------------------------------- without a process


@pytest.fixture
def listened(database: Memory) -> Listened:
    return Listened(database)


def test_verdicts_raise_and_lower_the_bar_and_silence_for_a_day(
    listened: Listened, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000_000.0
    monkeypatch.setattr("bot.telegram.persistence.listened.time.time", lambda: now)
    assert not listened.may_speak(-1, 10)  # it does not listen
    listened.start(-1)
    assert listened.may_speak(-1, 10)
    listened.spoke(-1, 7)
    now += 599
    assert not listened.may_speak(-1, 10)
    now += 2
    assert listened.may_speak(-1, 10)

    listened.judge(-1, 8, "ann", good=False)  # no answer that it gave unasked
    listened.judge(-2, 7, "ann", good=False)  # of another group
    assert listened.raised(-1) == 0
    listened.judge(-1, 7, "ann", good=True)
    assert listened.raised(-1) == 0  # never below
    listened.judge(-1, 7, "bob", good=False)
    assert (listened.raised(-1), listened.may_speak(-1, 10)) == (1, True)
    listened.judge(-1, 7, "ann", good=False)  # she has changed her mind
    assert (listened.raised(-1), listened.may_speak(-1, 10)) == (2, False)
    now += DAY + 1
    assert listened.may_speak(-1, 10)  # again, but the bar stays
    assert listened.raised(-1) == 2
    listened.judge(-1, 7, "bob", good=True)
    assert listened.raised(-1) == 0  # ann's came first, then his

    listened.hush(-1)
    now += DAY - 1
    assert not listened.may_speak(-1, 10)
    now += 2
    assert listened.may_speak(-1, 10)
    listened.migrate(-1, -100)
    assert (listened.groups(), listened.listens(-1)) == ([-100], False)
    listened.prune(30)
    listened.judge(-100, 7, "cyd", good=False)
    assert listened.raised(-100) == 1
    now += 30 * DAY
    listened.prune(30)
    listened.judge(-100, 7, "dan", good=False)
    assert listened.raised(-100) == 1  # that answer is no longer kept; its verdicts count
    assert (listened.end(-100), listened.end(-100)) == (True, False)
    assert (listened.forget(-100), listened.forget(-100)) == (True, False)
    assert listened.raised(-100) == 0


def test_while_its_file_cannot_be_read_it_listens_nowhere(tmp_path: Path) -> None:
    database = state.connect(tmp_path / "bot.sqlite")
    listened = Listened(database)
    listened.start(-1)
    database.close()
    assert (listened.listens(-1), listened.groups(), listened.may_speak(-1, 10)) == (False, [], False)


ME = User(123456, "Docent", True, username="docent_test_bot")
ANN = {"id": 7, "is_bot": False, "first_name": "Ann"}
OTHER = {"message_id": 2, "date": 0, "chat": {"id": -1, "type": "group"}, "from": ANN, "text": "Well?"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"text": "x" * 301}, False),
        ({"text": "why???"}, False),
        ({"text": None, "caption": MEETING, "photo": []}, False),
        ({"chat": {"id": 7, "type": "private", "first_name": "Ann"}}, False),
        ({"from": ANN | {"is_bot": True}}, False),
        ({"sender_chat": {"id": -1, "type": "group", "title": "Club"}}, False),
        ({"forward_origin": FORWARDED}, False),
        ({"via_bot": ANN | {"is_bot": True}}, False),
        ({"reply_to_message": OTHER}, False),
        ({"reply_to_message": OTHER | {"forum_topic_created": {"name": "A", "icon_color": 7322096}}}, True),
        ({"entities": [{"type": "text_mention", "offset": 0, "length": 5, "user": ANN}]}, False),
        ({"entities": [{"type": "mention", "offset": 0, "length": 5}]}, False),
        ({"entities": [{"type": "bold", "offset": 0, "length": 5}]}, True),
        ({"text": f"/ask {MEETING}"}, False),
        (
            {
                "text": f"/roll@dice_bot {MEETING}",
                "entities": [{"type": "bot_command", "offset": 0, "length": 14}],
            },
            False,
        ),
    ],
)
def test_what_is_meant_for_somebody_is_no_question_to_all(fields: dict[str, Any], expected: bool) -> None:
    chat = {"id": -1, "type": "supergroup", "title": "Club"}
    raw = {"message_id": 3, "date": 0, "chat": chat, "from": ANN, "text": MEETING} | fields
    message = Message.de_json({name: value for name, value in raw.items() if value is not None}, None)
    assert message is not None
    assert is_to_all(message, ME) is expected
