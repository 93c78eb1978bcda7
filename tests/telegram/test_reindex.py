"""Administrators renew the index from the chat, while the bot goes on answering from the old one."""

import re
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.telegram.chats import User
from tests.telegram.conftest import Running, Start
from tests.telegram.server import BotApi
from tests.telegram.talks import CROSSING, CROSSING_ANSWER, docent, say

HELD = "-m", "tests.telegram.held_bot"
BEGUN = "Renewing the index …"
PLUMS = "The plum tree bears forty kilos of plums."
ASK_PLUMS = "How many kilos does the plum tree bear?"


def quote(chat: object, question: str) -> str:
    """The first quote of an answer."""
    return say(chat, question).marked("blockquote")[0]  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_index_is_renewed_while_the_bot_answers_from_the_old_one(
    start: Start, api: BotApi, owner: User, docs: Path, tmp_path: Path
) -> None:
    running = start(command=HELD, HELD=str(tmp_path), DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")
    chat, held = api.private(owner), tmp_path / "build"
    (docs / "plums.txt").write_text(PLUMS, encoding="utf-8")
    held.touch()
    begun = say(chat, "/reindex")
    assert begun.text == BEGUN
    assert quote(chat, ASK_PLUMS) != f"[1] {PLUMS}"
    assert say(chat, CROSSING).html == CROSSING_ANSWER
    assert say(chat, "/reindex").text == "Already at it: encoding texts 0 of 1."
    progress = chat.wait_edit(begun)
    assert progress.text == "Renewing the index: encoding texts 0 of 1 …"
    held.unlink()
    done = chat.wait_edit(progress)
    assert re.fullmatch(
        r"The index is renewed: 4 documents, 14 sentences \(1 of them new\) in \d+\.\d s\.", done.text
    )
    assert quote(chat, ASK_PLUMS) == f"[1] {PLUMS}"
    assert say(chat, "/sources").text.startswith("4 documents\n")
    again = say(chat, "/reindex")
    assert re.fullmatch(
        r"Nothing changed: 4 documents, 14 sentences \(0 of them new\) in \d+\.\d s\.",
        chat.wait_edit(again).text,
    )
    assert api.count("editMessageText") == 3
    running.wait_line("reindexed chat=")


def test_where_the_index_cannot_be_renewed_the_old_one_stays(
    bot: Running, api: BotApi, owner: User, docs: Path, tmp_path: Path
) -> None:
    chat = api.private(owner)
    for _ in range(3):
        say(chat, CROSSING)
    first, second, third = say(chat, "/status").text.split("\n\n")
    rows = dict(row.split(": ", 1) for row in first.split("\n"))
    assert rows["Documents"] == str(docs)
    assert rows["Holds"].startswith("3 documents · 5 passages · 13 sentences · ")
    assert rows["Model"] == "words"
    assert re.fullmatch(
        r"3 questions answered since \d{4}-\d\d-\d\d \d\d:\d\d UTC"
        r" · half of them within \d+ ms · 0 waiting",
        second,
    )
    assert third == "Access: closed"
    assert say(chat, "/status@docent_test_bot").text.split("\n\n")[0] == first

    shutil.rmtree(docs)
    away = say(chat, "/status").text.split("\n")
    assert [row for row in away if row.startswith("⚠")] == [
        f"⚠ The documents folder {docs} is not there: its disk may be away, or it was moved or renamed. "
        "Until it is back, I answer from what was indexed."
    ]
    docs.mkdir()
    last = chat.messages[-1]
    failed = chat.wait_edit(say(chat, "/reindex"))
    assert failed.text.startswith("Nothing changed: 3 documents, 13 sentences (0 of them new) in ")
    asked = chat.wait_until(lambda sent: [one for one in sent if one.buttons and one.id > last.id])[0]
    assert asked.text.startswith(f"⚠ 3 files are gone from {docs}: ")
    assert quote(chat, CROSSING) == "[1] The crossing takes two days."
    status = say(chat, "/status").text.split("\n")
    assert status[status.index("Removed files (3)") + 1 :][:1] == ["• letters/ferry.txt"]
    assert "⚠ The documents changed. Run `docent index`." in status

    # What another process indexes is taken up without a restart.
    (docs / "plums.txt").write_text(PLUMS, encoding="utf-8")
    (docs / "broken.txt").write_bytes(b"\0\1\2\xff" * 100)
    docent(docs, tmp_path, "index")
    assert quote(chat, ASK_PLUMS) == f"[1] {PLUMS}"
    assert say(chat, "/sources").text.startswith("1 document\n1. ")
    (docs / "pears.txt").write_text("The pears rot.", encoding="utf-8")
    renewed = chat.wait_edit(say(chat, "/reindex"))
    assert chat.wait_edit(asked).text.startswith("Nothing is to be decided any more: ")
    assert renewed.text.startswith("The index is renewed: 2 documents, 2 sentences (1 of them new) in ")
    assert renewed.text.endswith(" s. 1 file could not be read (/status names it).")
    assert [row for row in say(chat, "/status").text.split("\n") if row.startswith("• broken.txt (")]


def test_a_bot_that_has_to_stop_breaks_off_and_says_so(
    start: Start, api: BotApi, owner: User, docs: Path, tmp_path: Path
) -> None:
    admins = f"[{owner.id}]"
    running = start(command=HELD, HELD=str(tmp_path), DOCENT_TELEGRAM__ADMINS=admins)
    chat, held = api.private(owner), tmp_path / "build"
    (docs / "plums.txt").write_text(PLUMS, encoding="utf-8")
    held.touch()
    begun = say(chat, "/reindex")
    say(chat, "/help")
    stopped = time.monotonic()
    assert running.stop(signal.SIGTERM) == 0
    assert time.monotonic() - stopped < 3
    told = chat.get(begun)
    assert told
    assert told.text == "I was stopped before the index was renewed. The old one is still in use."

    held.unlink()
    start(command=HELD, HELD=str(tmp_path), DOCENT_TELEGRAM__ADMINS=admins)
    assert say(chat, CROSSING).html == CROSSING_ANSWER
    assert quote(chat, ASK_PLUMS) != f"[1] {PLUMS}"
    say(chat, "/reindex")
    chat.wait_until(lambda messages: messages[-1].text.startswith("The index is renewed: 4 documents,"))
    assert quote(chat, ASK_PLUMS) == f"[1] {PLUMS}"
