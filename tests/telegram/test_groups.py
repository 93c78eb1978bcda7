"""What the bot says in groups, and when it keeps quiet."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.telegram.chats import Chat, User
from tests.telegram.conftest import Running, Start
from tests.telegram.server import BotApi
from tests.telegram.talks import (
    ATTENDED,
    ATTENDED_ANSWER,
    CROSSING,
    CROSSING_ANSWER,
    STOCK,
    STOCK_QUOTE,
    UNKNOWN_COMMAND,
    heard,
    press,
    reply,
    say,
    turn,
)

HOW = "Write your question after the command, as in: /ask Who attended?"
ASKED = (
    "This is a private bot; I have passed your request on to its administrators and will tell you "
    "what they decide."
)
IN_PRIVATE = (
    "You may ask me in a private chat. Here everybody would read the answers, so an administrator of mine "
    "has to allow this group first."
)
OFFER = (
    "This group may not ask yet. You are my administrator: if you allow it, everybody here can ask me "
    "and read the answers."
)
HELLO = "Hello! Ask me with /ask, as in: /ask Who attended? You may also mention me, or reply to my answers."
OUTSIDE = "Hello! I answer questions from documents, once an administrator of mine has allowed this group."
PRIVATE = "This is a private bot, which answers only people whom its administrators have allowed."
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
PHOTO = {"photo": [{"file_id": "p", "file_unique_id": "u", "width": 9, "height": 9}]}
STICKER = {
    "sticker": {
        "file_id": "s",
        "file_unique_id": "v",
        "type": "regular",
        "width": 9,
        "height": 9,
        "is_animated": False,
        "is_video": False,
    }
}


@pytest.fixture
def ann(api: BotApi) -> User:
    """A person on whom nothing was decided."""
    return api.user("Ann")


@pytest.fixture
def group(api: BotApi, owner: User, ann: User) -> Chat:
    """A group of theirs."""
    return api.group("Garden", [owner, ann])


@pytest.fixture
def kitchen(api: BotApi, owner: User, ann: User) -> Chat:
    """Another."""
    return api.group("Kitchen", [owner, ann])


@pytest.fixture
def forum(api: BotApi, owner: User, ann: User) -> Chat:
    """One with topics."""
    return api.group("Forum", [owner, ann], topics=True)


@pytest.fixture
def allowed(start: Start, owner: User, group: Chat, kitchen: Chat, forum: Chat) -> Running:
    """A bot that answers in these groups."""
    groups = f"{group.id}, {kitchen.id}, {forum.id}"
    return start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]", DOCENT_TELEGRAM__ALLOWED=groups)


def test_the_bot_answers_in_groups_what_is_meant_for_it(
    allowed: Running, api: BotApi, group: Chat, kitchen: Chat, forum: Chat, ann: User, owner: User
) -> None:
    for text in (
        f"/ask {CROSSING}",
        f"/ask@docent_test_bot {CROSSING}",
        f"/ASK@Docent_Test_Bot\n{CROSSING}",
        f"/ask: {CROSSING}",
        f"@docent_test_bot, {CROSSING}",
        f"👩‍🌾😀 @Docent_test_bot: {CROSSING}",
    ):
        asked = group.send(text, ann)
        (answer,) = group.wait()
        assert answer.marked("blockquote")[0] == "[1] The crossing takes two days.", text
        assert (answer.reply_to, answer.thread) == (asked["message_id"], None)
    assert answer.buttons == [["[1]"], ["Other passages", "👍", "👎"]]

    follow_up = group.send(ATTENDED, ann, reply_to=answer)
    (answer,) = group.wait()
    assert (answer.html, answer.reply_to) == (ATTENDED_ANSWER, follow_up["message_id"])
    assert press(api, answer, "[1]", by=ann).reply_to == answer.id
    assert api.click(answer, "👍", by=ann) == "Thank you."

    # In the middle, after characters of two units, by name; bare, in reply to somebody's message.
    group = kitchen
    middle = say(group, "How long does 😀 the crossing, @docent_test_bot take?", by=ann)
    assert middle.marked("blockquote")[0] == "[1] The crossing takes two days."
    by_name = {
        "text": f"Docent {CROSSING}",
        "entities": [{"type": "text_mention", "offset": 0, "length": 6, "user": api.me_user}],
    }
    api.me["can_read_all_group_messages"] = True
    group.send_raw(by_name, ann)
    assert group.wait()[0].html == CROSSING_ANSWER
    api.me["can_read_all_group_messages"] = False

    original = group.send(CROSSING, owner)
    for text in ("/ask", "/ask@docent_test_bot", "@docent_test_bot"):
        bare = group.send(text, ann, reply_to=original)
        (answer,) = group.wait()
        assert (answer.html, answer.reply_to) == (CROSSING_ANSWER, bare["message_id"])
    assert say(group, "/ask", by=ann).text == HOW
    assert say(group, "@docent_test_bot", by=ann).text == HOW
    assert say(group, "/ask", by=ann, reply_to=answer).text == HOW

    # Edited.
    group = forum
    asked = group.send(f"/ask {ATTENDED}", ann)
    (answer,) = group.wait()
    group.edit(asked, f"/ask {CROSSING}")
    assert group.wait_edit(answer).html == CROSSING_ANSWER
    talk = group.send(STOCK, ann)
    group.edit(talk, f"@docent_test_bot {STOCK}")
    (answer,) = group.wait()
    assert answer.reply_to == talk["message_id"]
    assert answer.marked("blockquote")[0] == f"[1] {STOCK_QUOTE}"


def test_the_bot_keeps_quiet_in_groups_otherwise(
    allowed: Running, api: BotApi, group: Chat, ann: User, owner: User
) -> None:
    api.me["can_read_all_group_messages"] = True
    via_bot = {"text": f"@docent_test_bot {ATTENDED}", "via_bot": api.me_user}
    group.send(ATTENDED, ann)
    group.send(CROSSING, ann, reply_to=group.send("Well?", owner))
    group.send(f"/ask@other_bot {ATTENDED}", ann)
    group.send(f"@docent_test_bot_2 {ATTENDED}", ann)
    group.send(f"mail@docent_test_bot {ATTENDED}", ann)
    group.send("/nonsense", ann)
    group.send("/nonsense@docent_test_bot", ann)
    group.send("/help@other_bot", ann)
    group.send_raw(via_bot, ann)
    group.send_raw(PHOTO | {"caption": "Look!"}, ann)
    group.send_raw(STICKER, ann)
    group.send_raw({"pinned_message": group.send("Well?", owner)}, ann)
    for command in ("/status", "/reindex", f"/allow {ann.id}", f"/deny {owner.id}"):
        group.send(command, ann)
    last = group.send(f"/ask {CROSSING}", ann)
    (answer,) = group.wait()
    assert answer.reply_to == last["message_id"]
    assert heard(group, api) == [answer.text]
    assert {call.chat for call in api.calls if call.method.startswith("send")} == {group.id}

    assert say(group, "/start", by=ann).buttons == []
    assert say(group, "/help", by=ann).text.startswith("Just write your question")
    assert say(group, "/sources@docent_test_bot", by=ann).text.startswith("3 documents\n")


def test_in_a_topic_everything_stays_in_the_topic(
    allowed: Running, api: BotApi, forum: Chat, ann: User
) -> None:
    soup = forum.topic("Soup", ann)
    opening = {"forum_topic_created": {"name": "Bots", "icon_color": 7322096}, "from": api.me_user}
    opened = forum.send_raw(opening, ann)
    forum.topics[opened["message_id"]] = opened

    api.me["can_read_all_group_messages"] = True
    forum.send(
        ATTENDED, ann, thread=opened["message_id"]
    )  # "replies" to the topic's first message, the bot's
    asked = forum.send(f"/ask {STOCK}", ann, thread=soup)
    (answer,) = forum.wait()
    assert (answer.thread, answer.reply_to) == (soup, asked["message_id"])
    shown = press(api, answer, "[1]", by=ann)
    assert (shown.thread, shown.reply_to) == (soup, answer.id)
    file = press(api, shown, "📄 Send the file", by=ann)
    assert (file.thread, file.reply_to) == (soup, shown.id)
    assert press(api, answer, "Other passages", by=ann).thread == soup
    actions = {call.params["message_thread_id"] for call in api.calls if call.method == "sendChatAction"}
    assert actions <= {str(soup)}

    bare = say(forum, "/ask", by=ann, thread=soup)
    assert (bare.text, bare.thread) == (HOW, soup)
    general = say(forum, f"/ask {CROSSING}", by=ann)
    assert (general.html, general.thread) == (CROSSING_ANSWER, None)


def test_a_group_is_let_in_as_a_whole_and_people_only_where_they_are(
    bot: Running, api: BotApi, group: Chat, owner: User, ann: User
) -> None:
    desk = api.private(owner)
    say(desk, f"/allow {ann.id}")
    assert say(api.private(ann), CROSSING).html == CROSSING_ANSWER
    group.send(CROSSING, ann)
    asked = group.send(f"/ask {CROSSING}", ann)
    (refusal,) = group.wait()
    passed_on = f"{IN_PRIVATE} I have passed the request on to them."
    assert (refusal.text, refusal.reply_to) == (passed_on, asked["message_id"])
    assert say(group, f"/ask {ATTENDED}", by=ann).text == IN_PRIVATE
    (request,) = desk.wait_until(lambda messages: [sent for sent in messages if sent.buttons])
    assert request.text == f"The group “Garden” (id {group.id}) asks for access."
    assert request.buttons == [["Allow", "Deny"]]

    # The administrator lets the group in from inside it; then what was asked there is answered.
    group.send("/allow@other_bot", owner)
    group.send("/allow", ann)
    assert say(group, "/allow", by=owner).text == "Garden may ask now."
    assert reply(group, asked["message_id"], after=refusal.id).html == CROSSING_ANSWER
    assert desk.wait_edit(request).text == f"Garden (id {group.id}) may ask now. Olga allowed it."
    group.wait_until(lambda messages: messages[-1].html == ATTENDED_ANSWER)
    assert say(group, f"/ask {CROSSING}", by=ann).html == CROSSING_ANSWER
    ben = api.user("Ben")
    assert say(group, f"/ask {CROSSING}", by=ben).html == CROSSING_ANSWER
    assert say(api.private(ben), CROSSING).text == ASKED

    assert say(group, "/deny", by=owner).text == "Garden may not ask."
    assert say(group, f"/ask {CROSSING}", by=ann).text == PRIVATE
    # A reply to the bot's own message does not mean the bot.
    (refusal,) = [sent for sent in group.messages if sent.text == PRIVATE]
    assert say(group, "/allow", by=owner, reply_to=refusal).text == "Garden may ask now."
    # A reply to somebody's message means who wrote it, in private.
    theirs = group.send("May I?", ben)
    assert say(group, "/allow", by=owner, reply_to=theirs).text == "Ben may ask now."
    api.private(ben).wait_until(lambda messages: messages[-1].html == CROSSING_ANSWER)  # what waited
    assert say(api.private(ben), CROSSING).html == CROSSING_ANSWER

    # Who was refused by name is not answered in a group that may ask either.
    say(desk, f"/deny {ben.id}")
    assert say(group, f"/ask {CROSSING}", by=ben).text == PRIVATE
    assert say(group, f"/ask {CROSSING}", by=ann).html == CROSSING_ANSWER
    assert api.click(group.messages[-1], "[1]", by=ben) == PRIVATE


def test_an_administrator_lets_a_group_in_by_a_button(
    bot: Running, api: BotApi, group: Chat, owner: User, ann: User
) -> None:
    asked = group.send(f"/ask {CROSSING}", owner)
    offer = reply(group, asked["message_id"])
    assert (offer.text, offer.buttons) == (OFFER, [["Allow this group"]])
    assert api.click(offer, "Allow this group", by=ann) == PRIVATE
    group.edit(asked, f"/ask {ATTENDED}")  # what waits is answered as it reads now
    bot.wait_line("outsider")
    decided = turn(api, offer, "Allow this group", by=owner)
    now = f"Garden (id {group.id}) may ask now. Olga allowed it.\n\n{HELLO}"
    assert (decided.text, decided.buttons) == (now, [])
    assert reply(group, asked["message_id"], after=offer.id).html == ATTENDED_ANSWER
    assert say(group, f"/ask {CROSSING}", by=ann).html == CROSSING_ANSWER
    assert f"allowed: Garden ({group.id})" in say(api.private(owner), "/status").text


def test_the_bot_greets_a_group_that_it_is_added_to(
    start: Start, api: BotApi, owner: User, ann: User
) -> None:
    known = api.group("Known", [owner, ann])
    start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]", DOCENT_TELEGRAM__ALLOWED=f"{known.id}")
    desk = api.private(owner)
    say(desk, "/help")

    mine = api.group("Mine", [owner, ann], added_by=owner)
    (hello,) = mine.wait()
    assert (hello.text, hello.buttons) == (f"{HELLO}\n\n{OFFER}", [["Allow this group"]])
    assert turn(api, hello, "Allow this group", by=owner).text.endswith(f"allowed it.\n\n{HELLO}")
    assert say(mine, f"/ask {CROSSING}", by=ann).html == CROSSING_ANSWER

    theirs = api.group("Theirs", [ann], added_by=ann)
    (hello,) = theirs.wait()
    assert (hello.text, hello.buttons) == (f"{OUTSIDE} I have passed the request on to them.", [])
    (request,) = desk.wait_until(lambda messages: [sent for sent in messages if sent.buttons])
    assert request.text == f"The group “Theirs” (id {theirs.id}) asks for access."
    assert turn(api, request, "Allow").text == f"Theirs (id {theirs.id}) may ask now. Olga allowed it."
    theirs.wait_until(lambda messages: messages[-1].text.startswith("This group may ask now"))
    assert say(theirs, f"/ask {CROSSING}", by=ann).html == CROSSING_ANSWER

    api.kick(known, ann)
    known.refusal = None
    api._membership(known, ann, "kicked", "member")
    assert known.wait()[0].text == HELLO
    assert say(known, f"/ask {CROSSING}", by=ann).html == CROSSING_ANSWER


def test_everybody_may_read_what_is_stored_and_administrators_delete_it(
    bot: Running, api: BotApi, owner: User, ann: User, tmp_path: Path
) -> None:
    desk, chat = api.private(owner), api.private(ann)
    told = say(chat, "/privacy").text
    assert told == say(desk, "/privacy").text
    assert "until an administrator removes them with /forget" in told
    assert say(desk, f"/forget {ann.id}").text == f"I keep nothing about {ann.id}."  # it was no request
    assert say(chat, CROSSING).text == ASKED
    assert say(desk, f"/allow {ann.id}").text == "Ann may ask now."
    chat.wait_until(lambda messages: messages[-1].html == CROSSING_ANSWER)
    forgotten = "I have deleted what I kept about Ann, who is a stranger to me now and may ask for access."
    assert say(desk, f"/forget {ann.id}").text == forgotten
    assert say(desk, "/status").text.endswith("Access: closed")
    (file,) = (tmp_path / "state" / "telegram").glob("*.sqlite")
    with closing(sqlite3.connect(file)) as database:
        for table in ("access", "requests", "waiting"):
            assert database.execute(f"SELECT * FROM {table}").fetchall() == [], table
        assert database.execute("SELECT chat FROM languages").fetchall() == [(owner.id,)]
        assert database.execute("SELECT * FROM answers WHERE chat = ?", [ann.id]).fetchall() == []
    assert api.click(chat.messages[-1], "[1]") == PRIVATE
    assert say(chat, CROSSING).text == ASKED


def test_in_private_what_is_no_text_gets_a_line(bot: Running, api: BotApi, owner: User) -> None:
    chat = api.private(owner)
    location = {"location": {"latitude": 1.0, "longitude": 2.0}}
    for content in (PHOTO, STICKER, location):
        sent = chat.send_raw(content)
        (answer,) = chat.wait()
        assert answer.text == "I can read only text: please type your question."
        assert answer.reply_to == sent["message_id"]
    chat.send_raw({"pinned_message": sent})
    assert say(chat, "/nonsense").text == UNKNOWN_COMMAND
    assert say(chat, "/help@other_bot").text == UNKNOWN_COMMAND
    assert say(chat, "/ask").text == HOW
    for text in (f"/ask: {CROSSING}", f"/etc/motd {CROSSING}"):
        assert say(chat, text).marked("blockquote")[0] == "[1] The crossing takes two days.", text
    chat.send_raw({"text": ATTENDED, "via_bot": api.me_user})
    assert say(chat, CROSSING).html == CROSSING_ANSWER
    assert ATTENDED_ANSWER not in [sent.html for sent in chat.messages]
