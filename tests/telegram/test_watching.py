"""The bot keeps its index fresh by itself, and asks before most of it goes."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.telegram.chats import Chat, Sent, User
from tests.telegram.conftest import Start
from tests.telegram.server import BotApi
from tests.telegram.talks import CROSSING, CROSSING_ANSWER, docent, say, turn

WATCHING = "-m", "tests.telegram.watching_bot"
ASK_PLUMS = "How many kilos does the plum tree bear?"
FORTY, FIFTY = (f"The plum tree bears {number} kilos of plums." for number in ("forty", "fifty"))
UNANSWERED = "The documents do not answer this"
QUESTION = re.compile("⚠ 3 files are gone from .*: more than half of what I answer from, at once\\.")
NO_DOCUMENTS = "There are no documents at the moment, so I have nothing to answer from."


def until(chat: Chat, question: str, true: Callable[[Sent], bool]) -> Sent:
    """Ask until it is answered as it should be."""
    for _ in range(60):
        if true(answer := say(chat, question)):
            return answer
        time.sleep(0.2)
    raise AssertionError(answer.html)


def question_in(chat: Chat) -> Sent:
    """The last question to an administrator about files that are gone, with its buttons."""
    return chat.wait_until(lambda sent: [one for one in sent if one.buttons and " gone from " in one.text])[
        -1
    ]


@pytest.mark.slow
def test_changes_are_taken_up_quietly_and_most_documents_go_only_with_consent(
    start: Start, api: BotApi, owner: User, docs: Path, tmp_path: Path
) -> None:
    other = api.user("Oscar")
    settings = {
        "DOCENT_TELEGRAM__ADMINS": f"[{owner.id}, {other.id}]",
        "DOCENT_TELEGRAM__QUESTIONS_PER_MINUTE": "1000",
        "DOCENT_DOCUMENTS__WATCH": "true",
        "HELD": str(tmp_path),
    }
    running = start(command=WATCHING, **settings)
    desk, second = api.private(owner), api.private(other)
    greeted = say(second, "/help")

    def quotes(text: str) -> Callable[[Sent], bool]:
        return lambda sent: f"[1] {text}" in sent.text

    # Added, changed, moved, deleted; nobody is told.
    (docs / "plums.txt").write_text(FORTY)
    assert "plums.txt" in until(desk, ASK_PLUMS, quotes(FORTY)).text
    (docs / "plums.txt").write_text(FIFTY)
    until(desk, ASK_PLUMS, quotes(FIFTY))
    (docs / "garden").mkdir()
    (docs / "plums.txt").rename(docs / "garden" / "trees.txt")
    moved = until(desk, ASK_PLUMS, lambda sent: "garden/trees.txt" in sent.text)
    assert FIFTY in moved.text
    assert "⚠" not in moved.text
    (docs / "broken.txt").write_bytes(b"\0\1\2\xff" * 100)
    (docs / "garden" / "trees.txt").unlink()
    until(desk, ASK_PLUMS, lambda sent: "trees.txt" not in sent.text)
    running.wait_line("renewed documents=3 new=0 removed=1 skipped=1")
    assert "• broken.txt (" in say(desk, "/status").text
    (docs / "broken.txt").unlink()
    assert second.messages[-1].id == greeted.id
    assert {sent.reply_to is not None for sent in desk.messages if sent.sender == api.me["id"]} == {True}

    # The disk is away: answers go on, and all administrators are asked, once.
    away = docs.with_name("away")
    docs.rename(away)
    docs.mkdir()
    asked, asked_too = question_in(desk), question_in(second)
    assert QUESTION.match(asked.text)
    assert asked.text == asked_too.text
    assert "letters/ferry.txt, minutes.md, soup.txt" in asked.text
    assert "[1] The crossing takes two days." in say(desk, CROSSING).text
    assert running.stop() == 0
    running = start(command=WATCHING, **settings)
    running.wait_line("(3 removed). The bot sees to it.")
    running.wait_line("started")

    # It is back: the question is withdrawn.
    docs.rmdir()
    away.rename(docs)
    for chat, sent in ((desk, asked), (second, asked_too)):
        assert chat.wait_edit(sent).text.startswith("Nothing is to be decided any more")
    assert say(desk, CROSSING).html == CROSSING_ANSWER

    # One decides to keep the index, and all see it; what is new is taken up all the same.
    docs.rename(away)
    asked, asked_too = (
        chat.wait_until(lambda sent, last=last: [one for one in sent if one.buttons and one.id > last.id])[-1]
        for chat, last in ((desk, desk.messages[-1]), (second, second.messages[-1]))
    )
    assert turn(api, asked, "Keep the index").text.startswith("Olga keeps the index")
    assert second.wait_edit(asked_too).text.startswith("Olga keeps the index")
    docs.mkdir()
    (docs / "plums.txt").write_text(FORTY)
    until(desk, ASK_PLUMS, quotes(FORTY))
    assert "[1] The crossing takes two days." in say(desk, CROSSING).text

    # Asked again, another has it taken up: what is gone is not answered from.
    last = second.messages[-1]
    done = desk.wait_edit(say(desk, "/reindex"))
    assert done.text.startswith("Nothing changed: 4 documents")
    assert done.text.endswith("3 files are gone, and stay in the index until that is decided.")
    asked = desk.wait_until(lambda sent: [one for one in sent if one.buttons and one.id > done.id])[-1]
    asked_too = second.wait_until(lambda sent: [one for one in sent if one.buttons and one.id > last.id])[-1]
    assert turn(api, asked_too, "Take it up").text.startswith("Oscar had me take it up")
    assert desk.wait_edit(asked).text.startswith("Oscar had me take it up")
    until(desk, CROSSING, lambda sent: "crossing" not in sent.text)

    # The last document is deleted, rightly: there is nothing to answer from, until there is again.
    last = desk.messages[-1]
    (docs / "plums.txt").unlink()
    asked = desk.wait_until(lambda sent: [one for one in sent if one.buttons and one.id > last.id])[-1]
    assert asked.text.startswith("⚠ 1 file is gone from ")
    turn(api, asked, "Take it up")
    assert until(desk, ASK_PLUMS, lambda sent: FORTY not in sent.text).text == NO_DOCUMENTS
    assert say(desk, "/sources").text.startswith("0 documents")
    assert "Holds: 0 documents" in say(desk, "/status").text
    assert "holds      0 documents" in docent(docs, tmp_path, "status")
    say(desk, "/start")
    assert running.stop() == 0
    running = start(command=WATCHING, **settings)
    assert say(desk, ASK_PLUMS).text == NO_DOCUMENTS
    (docs / "plums.txt").write_text(FIFTY)
    until(desk, ASK_PLUMS, quotes(FIFTY))
    assert "Traceback" not in running.text
