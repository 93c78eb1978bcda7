"""The bot about itself and its documents, and inline mode."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from tests.telegram.chats import User
from tests.telegram.conftest import Running, Start
from tests.telegram.server import BotApi
from tests.telegram.talks import (
    ATTENDED,
    CROSSING,
    CROSSING_ANSWER,
    UNKNOWN_COMMAND,
    heard,
    press,
    say,
    turn,
)

OF_EVERYBODY = ["start", "help", "ask", "sources", "changes", "reset", "privacy"]
OF_ADMINS = ["add", "reindex", "status", "allow", "deny", "collection", "forget", "listen", "quiet"]


def test_commands_tell_about_the_bot_and_offer_questions_to_try(
    bot: Running, api: BotApi, owner: User
) -> None:
    chat = api.private(owner)
    greeting = say(chat, "/start")
    assert "went wrong" not in greeting.text, bot.text
    head, invitation, *_ = greeting.text.split("\n\n")
    assert head == (
        "I answer questions from 3 documents, with sentences quoted word for word, each with the place "
        "where it stands. Where the documents do not hold the answer, I say so."
    )
    assert invitation == "Just write your question, or try one of these:"
    questions = [label for [label] in greeting.buttons]
    assert 1 <= len(questions) == len(set(questions)) <= 3
    for question in questions:
        answer = press(api, greeting, question)
        assert answer.marked("bold")[0] == question
        assert answer.text.startswith(question)
        assert int(re.search(r"confidence (\d+)%", answer.text)[1]) >= 60
        assert answer.reply_to == greeting.id
        assert answer.buttons[-1] == ["Other passages", "👍", "👎"]
        assert press(api, answer, "[1]").reply_to == answer.id
    assert say(chat, "/start inline").buttons == greeting.buttons

    helped = say(chat, "/help").text
    assert helped.startswith("Just write your question, as you would ask a person:\n• Who attended")
    for_all, administering = helped.split("\n\nYou are my administrator: ")
    assert (len(for_all) < 700, len(administering) < 300) == (True, True)
    privacy = say(chat, "/PRIVACY").text
    assert privacy.split("\n")[0] == "What is stored on the machine that runs me:"
    assert "for 30 days or until /reset" in privacy
    assert "• the log: ids of chats and timings, but no texts." in privacy
    assert say(chat, "/nonsense").text == UNKNOWN_COMMAND
    for typed, meant in (
        ("/sourcs", "sources"),
        ("/hepl", "help"),
        ("/stat", "start"),
        ("/reindx", "reindex"),
    ):
        assert say(chat, typed).text == f"I do not know this command. Did you mean /{meant}?"

    api.wait_call("setMyCommands", 5)
    shown = {scope: list(commands) for scope, commands in api.commands.items() if "language" not in scope}
    assert shown == {
        json.dumps({"type": "default"}): OF_EVERYBODY,
        json.dumps({"type": "all_private_chats"}): OF_EVERYBODY,
        json.dumps({"type": "all_group_chats"}): ["ask", "help", "sources", "changes", "reset", "privacy"],
        json.dumps({"chat_id": owner.id, "type": "chat"}): OF_EVERYBODY + OF_ADMINS,
    }
    default = api.commands[json.dumps({"type": "default"})]
    assert default["sources"] == "the documents I answer from"


def test_the_documents_are_listed_page_by_page(start: Start, api: BotApi, owner: User, docs: Path) -> None:
    sign = "The sign said <b>Tom &amp; Jerry</b> & 😀 in letters of gold."
    title = "Sign <b>Tom&amp;Jerry</b> & 😀"
    (docs / "sign.txt").write_text(f"{title}\n\n{sign}", encoding="utf-8")
    for number in range(8):
        (docs / f"note {number}.txt").write_text(
            f"Note <{number}> & more\n\nIt rains a bit.", encoding="utf-8"
        )
    start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")
    chat = api.private(owner)
    first = say(chat, "/sources")
    rows = first.text.split("\n")
    today = datetime.fromtimestamp((docs / "minutes.md").stat().st_mtime, UTC).date().isoformat()
    assert rows[:3] == ["12 documents", "1. ferry", f"letters/ferry.txt · {today} · 168 bytes"]
    assert rows[3:7] == [
        "2. Minutes of the garden club",
        f"minutes.md · {today} · 289 bytes",
        "3. Note <0> & more",
        f"note 0.txt · {today} · 32 bytes",
    ]
    assert rows[-2:] == ["", "page 1 of 2 · /sources tax lists those with “tax” in their name"]
    assert first.buttons == [["▶"]]
    second = turn(api, first, "▶")
    assert second.id == first.id
    assert second.text.split("\n") == [
        "12 documents",
        f"11. {title}",
        f"sign.txt · {today} · {len(f'{title}  {sign}'.encode())} bytes",
        "12. Onion soup",
        f"soup.txt · {today} · 172 bytes",
        "",
        rows[-1].replace("1 of", "2 of"),
    ]
    assert second.buttons == [["◀"]]
    assert turn(api, second, "◀").html == first.html
    assert api.click(first, data="list:0:") == ""  # nothing changes
    assert turn(api, first, "▶").html == second.html
    assert turn(api, second, "◀", inaccessible=True).html == first.html

    few = say(chat, "/sources NOTE 3")
    assert few.text.split("\n")[0] == "Documents with “NOTE 3” in their name: 1 of 12"
    assert (few.text.split("\n")[1], few.buttons) == ("1. Note <3> & more", [])
    nothing = say(chat, "/sources tax").text
    assert nothing == "No document has “tax” in its name. /sources lists all."

    (article, *_) = api.inline(owner, "What did the sign say in letters of gold?")["results"]
    assert article["title"] == sign
    assert article["description"] == f"{title}, paragraph 1"
    assert article["input_message_content"]["text"].startswith(f"{sign}\n")


def test_inline_mode_offers_quotes_to_send_anywhere(bot: Running, api: BotApi, owner: User) -> None:
    found = api.inline(owner, f" {CROSSING} ")
    (article,) = found["results"]
    assert article["title"] == "The crossing takes two days."
    assert article["description"] == "ferry, paragraphs 1–3"
    content = article["input_message_content"]
    assert content["message_text"] == (
        "<blockquote>The crossing takes two days.</blockquote>\n<b>letters/ferry.txt</b>\nparagraphs 1–3"
    )
    assert content["link_preview_options"] == {"is_disabled": True}
    assert (found["cache_time"], found["is_personal"], found["button"]) == (30, True, None)

    nothing = api.inline(owner, "Which planet has rings?")
    assert (nothing["results"], nothing["cache_time"]) == ([], 0)
    assert nothing["button"] == {"text": "The documents do not answer this", "start_parameter": "inline"}
    empty = api.inline(owner, "  ")
    assert (empty["results"], empty["button"]["text"]) == ([], "Type a question")
    assert heard(api.private(owner), api) == []
    assert not [call for call in api.calls if call.method == "sendMessage"]

    # Of what is typed quickly only the last is searched; others are not kept waiting.
    answered = api.count("answerInlineQuery")
    other = api.user("Ann")
    say(api.private(owner), f"/allow {other.id}")
    for end in range(4, len(CROSSING), 4):
        typed = {"id": f"{end}", "from": owner.json, "query": CROSSING[:end], "offset": ""}
        api.queue("inline_query", typed)
    last = api.inline(owner, CROSSING)
    assert last["results"][0]["title"] == "The crossing takes two days."
    assert len(api.inline(other, ATTENDED)["results"]) == 1
    assert api.count("answerInlineQuery") == answered + 2
    assert say(api.private(owner), CROSSING).html == CROSSING_ANSWER


def test_a_quote_longer_than_a_message_is_offered_shortened(
    bot: Running, api: BotApi, owner: User, docs: Path
) -> None:
    ode = "The ode to the porcupine" + f" {'prickle' * 12}" * 55  # as many words as are one sentence here
    (docs / "ode.txt").write_text(f"{ode}.\n", encoding="utf-8")
    say(api.private(owner), "/reindex")
    bot.wait_line("reindexed")
    (article, *_) = api.inline(owner, "What is the ode to the porcupine?")["results"]
    assert article["title"].startswith("The ode to the porcupine prickle")
    shown = article["input_message_content"]["text"]
    assert shown.startswith("The ode to the porcupine prickleprickle")
    assert "…\node.txt\n" in shown
    assert 4000 < len(shown) <= 4096
