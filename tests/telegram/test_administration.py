"""Who becomes administrator, whom administrators let in, and what outsiders get to see."""

import json
import re
from pathlib import Path

from tests.telegram.chats import Chat, Sent, User
from tests.telegram.conftest import Running, Start
from tests.telegram.server import BotApi
from tests.telegram.talks import (
    ATTENDED,
    CROSSING,
    CROSSING_ANSWER,
    UNKNOWN_COMMAND,
    heard,
    reply,
    say,
    turn,
)

ASKED = (
    "This is a private bot; I have passed your request on to its administrators and will tell you "
    "what they decide."
)
WAITING = (
    "Your request waits for my administrators. I will tell you what they decide, and if they let you in, "
    "answer what you have asked."
)
PRIVATE = "This is a private bot, which answers only people whom its administrators have allowed."
BOT = "A bot wrote this. Bots cannot ask me, so there is nobody to decide on."
ANONYMOUS = (
    "An administrator of this group who stays anonymous wrote this, so I do not know whom you mean. "
    "Send the command alone, not as a reply, and it means the whole group."
)
CHANNEL = "This was written in the name of a channel or group, so I do not know whom you mean."
LAST = (
    "You are my only administrator. Without one nobody can let people in or renew the index from here; "
    "I print a new pairing link only when I am started anew."
)
MAY = "You may ask now: just write your question."
MAY_NOT = "The administrators have decided not to let you in."
WHOM = (
    "Reply to somebody's message with /allow, or give an id: /allow 12345. "
    "In a group, /allow alone means the group."
)
WELCOME = "You are my administrator now."
OF_THE_DOCUMENTS = re.compile(
    r"minutes|soup|ferry|letters|garden|archer|baker|crossing|iceland|miriam|paragraph|3 documents|\bdocs\b",
    re.I,
)


def told(api: BotApi, user: User, chat: Chat | None = None) -> str:
    """Everything that was sent to a chat and to a person's clicks and inline queries."""
    chat = chat or api.private(user)
    return json.dumps([call.params for call in api.calls if call.chat in (None, chat.id)], ensure_ascii=False)


def request_in(desk: Chat, who: str) -> Sent:
    """The request of that person or group, which an administrator has not decided on."""
    (request,) = desk.wait_until(
        lambda messages: [
            sent for sent in messages if sent.buttons == [["Allow", "Deny"]] and who in sent.text
        ]
    )
    return request


def test_the_first_to_use_the_printed_link_becomes_administrator(start: Start, api: BotApi) -> None:
    first, second = api.private(api.user("First", last_name="La\ndy")), api.private(api.user("Second"))
    running = start()
    old = running.wait_line("this code: ").rpartition(" ")[2]
    assert say(second, "/start").text == PRIVATE
    assert say(second, "/start wrong").text == PRIVATE
    assert running.stop() == 0

    running = start()
    code = running.wait_line("https://t.me/docent_test_bot?start=").rpartition("=")[2]
    assert running.wait_line(f"or to send the bot this code: {code}")
    assert len(code) == len(old) == 16
    assert code != old
    for wrong in (old, code[:-1], f"/help {code}", f"{code} {code}"):
        assert say(second, wrong).text == PRIVATE
    group = api.group("Group", first.members)
    group.send(f"/start@docent_test_bot {code}", first.members[0])
    assert group.wait()[0].text == PRIVATE
    assert say(first, f"/start {code}").text.startswith(WELCOME)
    assert say(first, f"/start {code}").text.startswith("I answer questions from 3 documents, ")
    third = api.private(api.user("Third"))
    assert say(third, f"/start {code}").text == ASKED
    assert say(third, code).text == WAITING
    assert request_in(first, "Third").text == f"Third (id {third.id}) asks for access."
    api.wait_call("setMyCommands", 7)
    offered = api.commands[json.dumps({"chat_id": first.id, "type": "chat"})]
    assert {"add", "reindex", "status", "allow", "deny", "forget", "listen", "quiet"} <= offered.keys()
    assert say(first, CROSSING).html == CROSSING_ANSWER
    assert f"admin: First La dy ({first.id})" in say(first, "/status").text.split("\n")
    assert code not in "\n".join(running.log)
    assert running.stop() == 0

    running = start()
    running.wait_line("started")
    assert "start=" not in running.text
    assert "You are my administrator: send me a file, " in say(first, "/help").text
    status = say(first, "/status").text
    assert status.startswith("Documents: ")
    assert re.search(r"\nBuilt: 20\d\d-\d\d-\d\d \d\d:\d\d UTC \(", status)
    assert say(third, f"/start {code}").text == WAITING


def test_outsiders_learn_nothing_and_wait_for_an_administrator(
    start: Start, api: BotApi, owner: User
) -> None:
    second = api.user("Oscar")
    desk, other_desk = api.private(owner), api.private(second)
    settings = {"DOCENT_TELEGRAM__ADMINS": f"[{owner.id}, {second.id}]"}
    running = start(**settings)
    assert "start=" not in running.text
    answer = say(desk, CROSSING)
    say(other_desk, "/help")
    ann = api.user("<b>Ann</b>")
    chat = api.private(ann)
    asked = chat.send("/start")
    (polite,) = chat.wait()
    assert (polite.text, polite.reply_to, polite.buttons) == (ASKED, asked["message_id"], [])
    for text in (CROSSING, "/sources", "/status", "/nonsense"):
        assert say(chat, text).text == WAITING
    for text in ("/sources", "/help"):
        chat.send(text)  # no more than five replies an hour
    found = api.inline(ann, CROSSING)
    assert (found["results"], found["cache_time"], found["is_personal"]) == ([], 0, True)
    assert found["button"] == {"text": "This is a private bot", "start_parameter": "inline"}
    stolen = answer.keyboard[0][0]["callback_data"]
    for data in (stolen, "list:0", f"ask:{ATTENDED}", f"allow:{ann.id}", f"more:{stolen.split(':')[1]}"):
        assert api.click(polite, data=data) == PRIVATE
    assert not OF_THE_DOCUMENTS.search(told(api, ann)), told(api, ann)

    request, again = request_in(desk, "Ann"), request_in(other_desk, "Ann")
    assert request.text == again.text == f"<b>Ann</b> (id {ann.id}) asks for access."
    assert [(button["text"], button["style"]) for button in request.keyboard[0]] == [
        ("Allow", "success"),
        ("Deny", "danger"),
    ]
    assert say(desk, "/status").text.endswith(f"asked: <b>Ann</b> ({ann.id})")
    last = chat.messages[-1]
    decided = turn(api, request, "Allow")
    let_in = f"<b>Ann</b> (id {ann.id}) may ask now. Olga allowed it."
    assert (decided.text, decided.buttons) == (let_in, [])
    assert other_desk.wait_edit(again).text == let_in
    welcome, late = chat.wait(2, after=last)
    assert welcome.text == "You may ask now; I begin with what you asked."
    assert late.html == CROSSING_ANSWER
    assert chat.get(late.reply_to).text == CROSSING
    assert heard(chat, api) == [ASKED, WAITING, WAITING, WAITING, WAITING, welcome.text, late.text]
    assert say(chat, CROSSING).html == CROSSING_ANSWER
    texts = [str(call.params.get("text")) for call in api.calls if call.chat == desk.id]
    assert sum("asks for access" in text for text in texts) == 1

    # What administrators can do, others cannot, and they are not told that it exists.
    for command in ("/status", "/reindex", f"/allow {ann.id}", f"/deny {owner.id}", "/nonsense"):
        assert say(chat, command).text == UNKNOWN_COMMAND, command
    assert api.click(welcome, data=f"deny:{owner.id}") == "Only administrators decide on this."

    # What was decided, and what was asked for, holds over restarts.
    ben, carl = api.private(api.user("Ben")), api.private(api.user("Carl"))
    assert say(ben, CROSSING).text == ASKED
    of_ben = request_in(desk, "Ben")
    assert say(carl, CROSSING).text == ASKED
    last = carl.messages[-1]
    refused = f"Carl (id {carl.id}) may not ask. Olga refused it."
    assert turn(api, request_in(desk, "Carl"), "Deny").text == refused
    assert carl.wait(after=last)[0].text == MAY_NOT
    assert running.stop() == 0
    start(**settings)
    assert say(chat, CROSSING).html == CROSSING_ANSWER
    assert say(carl, CROSSING).text == PRIVATE
    assert say(ben, CROSSING).text == WAITING  # the request still stands
    last = ben.messages[-1]
    assert turn(api, of_ben, "Deny").text == f"Ben (id {ben.id}) may not ask. Olga refused it."
    assert ben.wait(after=last)[0].text == MAY_NOT
    fixed = f"{second.id} is an administrator by the settings (telegram.admins); change it there."
    assert say(desk, f"/deny {second.id}").text == fixed
    assert say(desk, f"/allow {ben.id}").text == "Ben may ask now."
    assert say(ben, CROSSING).html == CROSSING_ANSWER

    # The same for a group.
    dora = api.user("Dora")
    group = api.group("Garden", [dora])
    assert say(group, f"/ask {CROSSING}", by=dora).text == ASKED
    last = group.messages[-1]
    request = request_in(other_desk, "Garden")
    assert request.text == f"The group “Garden” (id {group.id}) asks for access."
    assert turn(api, request, "Allow").text == f"Garden (id {group.id}) may ask now. Oscar allowed it."
    let_in, late = group.wait(2, after=last)
    assert let_in.text == "This group may ask now, as in: /ask Who attended? I begin with what was asked."
    assert late.html == CROSSING_ANSWER
    assert say(group, f"/ask {CROSSING}", by=dora).html == CROSSING_ANSWER


def test_ids_are_allowed_and_denied_by_command(bot: Running, api: BotApi, owner: User) -> None:
    desk, ann = api.private(owner), api.private(api.user("Ann"))
    assert say(desk, "/allow").text == WHOM
    for wrong in ("Ann", "@ann", "--5", "1.5", "-", "1 2", "9" * 30, "-" + "9" * 19):
        assert say(desk, f"/allow {wrong}").text == WHOM, wrong
    assert say(desk, "/deny x").text == WHOM.replace("/allow", "/deny")
    assert say(desk, f"/allow {ann.id}").text == f"{ann.id} may ask now."
    assert say(ann, CROSSING).html == CROSSING_ANSWER
    answer = ann.messages[-1]
    assert say(desk, f"/deny {ann.id}").text == f"{ann.id} may not ask."
    assert say(ann, CROSSING).text == PRIVATE
    assert api.click(answer, "[1]") == PRIVATE
    assert api.inline(ann.members[0], CROSSING)["results"] == []
    ann.edit(answer.reply_to, ATTENDED)
    assert say(ann, CROSSING).text == PRIVATE
    assert ann.get(answer) == answer
    fixed = f"{owner.id} is an administrator by the settings (telegram.admins); change it there."
    assert say(desk, f"/deny {owner.id}").text == fixed
    # In private, a reply to the bot's own message means nobody.
    assert say(desk, "/allow", reply_to=desk.messages[-1]).text == WHOM
    assert say(desk, CROSSING).html == CROSSING_ANSWER


def test_with_open_access_everybody_may_ask_but_who_was_denied(
    start: Start, api: BotApi, owner: User
) -> None:
    start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]", DOCENT_TELEGRAM__ACCESS="open")
    ann, ben = api.private(api.user("Ann")), api.private(api.user("Ben"))
    group = api.group("Garden", ann.members)
    assert say(ann, CROSSING).html == CROSSING_ANSWER
    assert say(group, f"/ask {CROSSING}", by=ann.members[0]).html == CROSSING_ANSWER
    assert len(api.inline(ben.members[0], CROSSING)["results"]) == 1
    assert say(ann, "/status").text == UNKNOWN_COMMAND
    say(api.private(owner), f"/deny {ben.id}")
    assert say(ben, CROSSING).text == PRIVATE
    assert say(ben, CROSSING).text == PRIVATE
    assert heard(api.private(owner), api) == [f"{ben.id} may not ask."]


def test_the_settings_alone_let_people_and_groups_in(start: Start, api: BotApi, tmp_path: Path) -> None:
    ann, ben = api.private(api.user("Ann")), api.private(api.user("Ben"))
    group = api.group("Garden", ben.members)
    running = start(DOCENT_TELEGRAM__ALLOWED=f"{ann.id}, {group.id}")
    assert running.wait_line("start=")
    assert say(ann, CROSSING).html == CROSSING_ANSWER
    assert say(group, f"/ask {CROSSING}", by=ben.members[0]).html == CROSSING_ANSWER
    assert say(ben, CROSSING).text == PRIVATE  # there is no administrator to ask
    code = running.wait_line("this code: ").rpartition(" ")[2]
    assert say(ann, code).text.startswith(WELCOME)
    assert say(ben, CROSSING).text == ASKED


def test_all_administrators_see_who_decided_what(start: Start, api: BotApi, owner: User) -> None:
    oscar = api.user("Oscar")
    start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}, {oscar.id}]")
    desk, other = api.private(owner), api.private(oscar)
    ann, ben = api.private(api.user("Ann")), api.private(api.user("Ben"))
    for chat in (desk, other):
        say(chat, "/help")

    # By a command, with whatever the request says.
    say(ann, CROSSING)
    requests = request_in(desk, "Ann"), request_in(other, "Ann")
    assert say(other, "/allow", reply_to=requests[1]).text == "Ann may ask now."
    for request, chat in zip(requests, (desk, other), strict=True):
        shown = chat.wait_until(lambda _, r=request, c=chat: (now := c.get(r)) and now.edits and now)
        assert (shown.text, shown.buttons) == (f"Ann (id {ann.id}) may ask now. Oscar allowed it.", [])

    # A button that was pressed on both sides at once decides once.
    say(ben, CROSSING)
    late = request_in(other, "Ben")
    refused = f"Ben (id {ben.id}) may not ask. Olga refused it."
    assert turn(api, request_in(desk, "Ben"), "Deny").text == refused
    assert other.wait_edit(late).text == refused
    assert api.click(late, data=f"allow:{ben.id}") == refused
    assert say(ben, CROSSING).text == PRIVATE

    # A reply to a request that was decided still means who asked.
    assert say(desk, "/allow", reply_to=requests[0]).text == "Ann may ask now."
    assert say(desk, "/deny", reply_to=requests[0]).text == "Ann may not ask."
    assert other.get(requests[1]).text == f"Ann (id {ann.id}) may ask now. Oscar allowed it."


def test_everybody_reads_in_their_own_language_what_others_do(start: Start, api: BotApi) -> None:
    greta, olga = api.user("Greta", language_code="de-at"), api.user("Olga")
    given = {"DOCENT_TELEGRAM__ADMINS": f"[{greta.id}, {olga.id}]"}
    running = start(**given)
    german, english = api.private(greta), api.private(olga)
    boris = api.private(api.user("Boris", language_code="ru"))
    say(german, "/help")
    say(english, "/help")
    assert say(boris, "привет").text.startswith("Это закрытый бот; я передал вашу просьбу")
    asks = f"Boris (ID {boris.id}) bittet um Zugang."
    german.wait_until(lambda messages: messages[-1].text == asks)
    request = request_in(english, "Boris")
    assert running.stop() == 0
    start(**given)
    assert turn(api, request, "Allow").text == f"Boris (id {boris.id}) may ask now. Olga allowed it."
    allowed = f"Boris (ID {boris.id}) darf jetzt fragen. Olga hat es erlaubt."
    german.wait_until(lambda messages: messages[-1].text == allowed)
    boris.wait_until(lambda messages: any(one.text.startswith("Теперь вы можете спраш") for one in messages))


def test_the_last_administrator_is_asked_before_he_leaves(start: Start, api: BotApi) -> None:
    first, second = api.private(api.user("First")), api.private(api.user("Second"))
    running = start()
    say(first, running.wait_line("this code: ").rpartition(" ")[2])
    asked = say(first, f"/deny {first.id}")
    assert (asked.text, asked.buttons) == (LAST, [["Stay administrator"], ["Leave all the same"]])
    assert say(first, CROSSING).html == CROSSING_ANSWER
    assert turn(api, asked, "Stay administrator").text == "You are still my administrator."
    say(first, f"/forget {first.id}")
    assert heard(first, api)[-1] == "First is an administrator. Use /deny first."

    turned_away = say(second, CROSSING)
    assert api.click(turned_away, data=f"leave:{first.id}") == PRIVATE
    say(first, f"/allow {second.id}")
    shown = say(second, CROSSING)
    assert api.click(shown, data=f"leave:{first.id}") == "Only administrators decide on this."

    left = turn(api, say(first, "/deny", reply_to=first.send("me")), "Leave all the same")
    assert left.text == "You are no longer my administrator, and may not ask."
    assert say(first, CROSSING).text == PRIVATE
    running.stop()
    running = start()
    say(second, running.wait_line("this code: ").rpartition(" ")[2])  # somebody else takes over
    assert say(second, f"/allow {first.id}").text == "First may ask now."


def test_allow_means_who_wrote_what_it_replies_to(bot: Running, api: BotApi, owner: User) -> None:
    desk, ann = api.private(owner), api.user("Ann", last_name="Archer")
    group = api.group("Garden", [owner, ann])
    robot = {"id": 77, "is_bot": True, "first_name": "Robot"}
    channel = {"id": -1009, "type": "channel", "title": "News"}
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}

    def forwarded(**origin: object) -> dict[str, object]:
        return {"text": "May I ask?", "forward_origin": {"date": 1, **origin}}

    person = forwarded(type="user", sender_user=ann.json)
    assert say(desk, "/allow", reply_to=desk.send_raw(person)).text == "Ann Archer may ask now."
    assert say(desk, "/deny", reply_to=desk.send_raw(person)).text == "Ann Archer may not ask."
    hidden = forwarded(type="hidden_user", sender_user_name="{Ben}")
    assert say(desk, "/allow", reply_to=desk.send_raw(hidden)).text == (
        "{Ben} does not let forwarded messages tell who wrote them. Ask {Ben} to write to me; "
        "I pass the request on to you."
    )
    nobody = {
        BOT: forwarded(type="user", sender_user=robot),
        CHANNEL: forwarded(type="channel", chat=channel, message_id=5),
    }
    for told, content in nobody.items():
        assert say(desk, "/allow", reply_to=desk.send_raw(content)).text == told

    # In a group, what somebody forwards is theirs; what the administrator forwards is not.
    theirs = forwarded(type="user", sender_user=robot)
    assert say(group, "/allow", by=owner, reply_to=group.send_raw(theirs, ann)).text == (
        "Ann Archer may ask now.\n\n"
        "In this group, Ann Archer may ask once you allow the group: send /allow alone, not as a reply."
    )
    assert say(group, "/deny", by=owner, reply_to=group.send_raw(person, owner)).text == (
        "Ann Archer may not ask."
    )
    for told, content in {
        BOT: {"from": robot},
        ANONYMOUS: {"from": anonymous, "sender_chat": group.info},
        CHANNEL: {"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}, "sender_chat": channel},
    }.items():
        original = group.send_raw({"text": "Hello", **content}, ann)
        assert say(group, "/allow", by=owner, reply_to=original).text == told
        assert say(group, "/deny", by=owner, reply_to=original).text == told
    # Somebody without a username, picked from the list of members.
    text = f"/allow {ann.first_name}"
    mention = [
        {"type": "bot_command", "offset": 0, "length": 6},
        {"type": "text_mention", "offset": 7, "length": 3, "user": ann.json},
    ]
    command = group.send_raw({"text": text, "entities": mention}, owner)
    assert reply(group, command["message_id"]).text.startswith("Ann Archer may ask now.")
    assert f"({robot['id']})" not in say(desk, "/status").text
    assert f"({group.id})" not in say(desk, "/status").text


def test_an_outsider_to_whom_no_refusal_gets_through_is_not_answered_instead(
    bot: Running, api: BotApi
) -> None:
    ann = api.user("Ann")
    chat = api.private(ann)
    for _ in range(2):
        api.fault("sendMessage", "400", chat=chat, description="Bad Request: the message is not liked")
    chat.send(CROSSING)
    bot.wait_line("failed error=BadRequest")
    say(chat, "/nonsense")
    assert not OF_THE_DOCUMENTS.search(told(api, ann)), told(api, ann)
