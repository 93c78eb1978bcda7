"""What the log tells and keeps to itself, the limit of questions, and receiving by webhook."""

import re
import socket

import httpx

from tests.telegram.chats import User
from tests.telegram.conftest import Start
from tests.telegram.desk import until
from tests.telegram.server import BotApi
from tests.telegram.talks import (
    ATTENDED,
    CROSSING,
    CROSSING_ANSWER,
    STOCK,
    STOCK_QUOTE,
    heard,
    press,
    say,
)

VERBOSE = "-c", "import sys; from tests.telegram.words_bot import main; sys.argv.append('-v'); main()"
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO "
SORRY = "Something went wrong on my side, and I have noted it. Please ask again."


def test_the_log_holds_chats_and_timings_but_neither_questions_nor_the_token(
    start: Start, api: BotApi, owner: User
) -> None:
    running = start(command=VERBOSE, DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")
    chat, group = api.private(owner), api.group("Garden", [owner])
    answer = say(chat, CROSSING)
    press(api, answer, "[1]")
    api.click(answer, "👎")
    say(chat, f"/allow {group.id}")
    say(group, f"/ask {STOCK}", by=owner)
    api.inline(owner, CROSSING)
    say(api.private(api.user("Ann")), "Who is the intruder?")
    say(chat, "/help")
    api.fault("sendMessage", "400", description="Bad Request: no such thing", chat=chat)
    api.fault("getUpdates", "502")
    assert say(chat, ATTENDED).text == SORRY
    running.wait_line("poll_failed reason=")
    for line in (
        rf"{STAMP}started bot=docent_test_bot waiting=0",
        rf"{STAMP}answered chat={chat.id} found=True quotes=1 messages=1 thinking_ms=\d+ ms=\d+",
        rf"{STAMP}answered chat={group.id} found=True quotes=1 messages=1 thinking_ms=\d+ ms=\d+",
        rf"{STAMP}pressed chat={chat.id} button=cite",
        rf"{STAMP}inline user={owner.id} found=True ms=\d+",
        rf"{STAMP}outsider chat=\d+",
    ):
        assert [row for row in running.log if re.fullmatch(line, row)], f"{line}\n{running.text}"
    assert any("failed error=BadRequest" in row for row in running.log)
    assert running.stop() == 0
    assert re.fullmatch(rf"{STAMP}stopped waiting=0", running.log[-1])
    for secret in (
        api.token,
        api.token.partition(":")[2],
        *CROSSING.split()[-1:],
        "beef",
        "intruder",
        "attend",
    ):
        assert secret not in running.text, secret
    assert "INFO answering from generation" in running.text  # -v was heard
    assert "HTTP Request" not in running.text


def test_questions_are_limited_by_person_and_logged_where_it_is_asked_for(
    start: Start, api: BotApi, owner: User
) -> None:
    ann, group, other = api.user("Ann"), api.group("Garden", [owner]), api.group("Other", [owner])
    running = start(
        DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]",
        DOCENT_TELEGRAM__ALLOWED=f"[{ann.id}, {group.id}, {other.id}]",
        DOCENT_TELEGRAM__QUESTIONS_PER_MINUTE="3",
        DOCENT_TELEGRAM__LOG_QUESTIONS="true",
        DOCENT_TELEGRAM__KEEP_DAYS="7",
    )
    chat = api.private(ann)
    asked = [chat.send(question) for question in (CROSSING, ATTENDED, STOCK, CROSSING, ATTENDED)]
    *answers, friendly = chat.wait(4)
    assert [answer.reply_to for answer in answers] == [message["message_id"] for message in asked[:3]]
    assert friendly.reply_to == asked[3]["message_id"]
    wait = re.fullmatch(r"You are faster than I am\. Please go on in (\d+) seconds?\.", friendly.text)
    assert wait and 50 <= int(wait[1]) <= 60
    chat.edit(asked[0], ATTENDED)
    group.send(f"/ask {CROSSING}", ann)
    assert say(api.private(owner), CROSSING).html == CROSSING_ANSWER  # others do not feel it
    privacy = say(chat, "/privacy").text
    assert "for 7 days or until /reset" in privacy
    assert "• the log: ids of chats and timings and the texts of questions." in privacy
    assert press(api, answers[0], "[1]").silent
    assert len(heard(chat, api)) == 6
    assert chat.get(answers[0]) == answers[0]
    assert running.wait_line(f'question="{CROSSING}"').count(f"chat={chat.id} ") == 1
    assert running.wait_line(f"limited chat={chat.id} user={ann.id}")

    # Administrators who hide behind their group share one id; each group counts for itself.
    for hidden in (group, other):
        anonymous = {"from": ANONYMOUS, "sender_chat": hidden.info}
        for _ in range(3):
            hidden.send_raw({"text": f"/ask {CROSSING}"} | anonymous, owner)
            assert hidden.wait()[0].html == CROSSING_ANSWER
    group.send_raw({"text": f"/ask {CROSSING}", "from": ANONYMOUS | {"id": 77}}, owner)  # some bot
    closed = api.group("Closed", [owner])
    closed.send_raw({"text": f"/ask {CROSSING}", "from": ANONYMOUS, "sender_chat": closed.info}, owner)
    assert closed.wait()[0].text.startswith("This is a private bot; ")
    assert len(heard(group, api)) == 3


def test_updates_come_by_webhook_from_telegram_alone(start: Start, api: BotApi, owner: User) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "DOCENT_TELEGRAM__ADMINS": f"[{owner.id}]",
        "DOCENT_TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/hook",
        "DOCENT_TELEGRAM__WEBHOOK_PORT": str(port),
    }
    running = start(**settings)
    running.wait_line("started")
    assert api.webhook
    assert api.webhook["url"] == settings["DOCENT_TELEGRAM__WEBHOOK_URL"]
    assert api.webhook["allowed_updates"] == [
        "message",
        "edited_message",
        "callback_query",
        "inline_query",
        "my_chat_member",
    ]
    secret = api.webhook["secret_token"]
    assert len(secret) >= 32
    chat = api.private(owner)
    answer = say(chat, CROSSING)
    assert answer.html == CROSSING_ANSWER
    assert press(api, answer, "[1]").silent
    assert api.count("getUpdates") == 0

    forged = {"update_id": 900_000_001, "message": chat.messages[0].raw | {"message_id": 99, "text": STOCK}}
    assert api.push(forged, "wrong") == 403
    assert api.push(forged, "") == 403
    assert say(chat, ATTENDED).marked("blockquote")[0].startswith("[1] Alice")
    last = chat.messages[-1]
    assert api.push(forged) == 200
    assert api.push(forged) == 200
    (pushed,) = chat.wait(after=last)
    assert pushed.marked("blockquote")[0] == f"[1] {STOCK_QUOTE}"
    running.wait_line("duplicate update=900000001")
    for unreadable in (
        {"update_id": 900_000_002, "message": {"message_id": "x", "chat": 5}},
        {"update_id": "x", "message": forged["message"]},
        ["no", "object"],
    ):
        assert api.push(unreadable) == 200, "else Telegram would send it for ever"
    running.wait_line("unreadable update=900000002")
    until(lambda: sum("unreadable reason=" in row for row in running.log) == 2)
    secret_header = {"X-Telegram-Bot-Api-Secret-Token": secret}
    broken = httpx.post(api.webhook["url"], content=b"{", headers=secret_header, trust_env=False)
    assert broken.status_code == 400
    assert "Traceback" not in running.text
    assert heard(chat, api, last.id) == [pushed.text]
    assert secret not in running.text
    assert running.stop() == 0

    chat.send(CROSSING)  # Telegram tries again until the bot is back
    start(**settings)
    assert chat.wait()[0].html == CROSSING_ANSWER
    assert api.webhook["secret_token"] != secret
