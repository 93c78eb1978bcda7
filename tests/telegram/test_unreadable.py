"""What the bot cannot read does not make it deaf: updates from Telegram, and its own index."""

import json
import shutil
from pathlib import Path

from tests.telegram.chats import User
from tests.telegram.conftest import Start
from tests.telegram.desk import WHO, Canned, ask, attended
from tests.telegram.server import BotApi
from tests.telegram.talks import press


def test_polls_with_updates_without_numbers_do_not_make_the_bot_deaf(api: BotApi, start: Start) -> None:
    running = start(DOCENT_TELEGRAM__ACCESS="open")
    chat = api.private(api.user("Ann"))
    bad = [{"update_id": "x"}, {"message": {}}, "no object", {"update_id": None}]
    body = json.dumps({"ok": True, "result": bad})
    api.faults.add(Canned("getUpdates", "502", 1, None, {}, 200, body))
    api.updates.wake()
    running.wait_line("unreadable")
    running.wait_line("poll_failed reason=TelegramError")
    assert attended(ask(chat).text)
    assert sum("unreadable" in line for line in running.log) == 4
    assert "Traceback" not in running.text


def test_an_index_that_is_deleted_meanwhile_is_said_in_a_line(
    api: BotApi, start: Start, owner: User, tmp_path: Path
) -> None:
    bob = api.user("Bob")
    running = start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]", DOCENT_TELEGRAM__ALLOWED=f"[{bob.id}]")
    office, chat = api.private(owner), api.private(bob)
    answer = ask(office)
    (pointer,) = (tmp_path / "docs").parent.rglob("current*")
    shutil.rmtree(pointer.parent)
    assert "There is no index" in ask(office).text
    assert ask(chat).text.startswith("I cannot look into the documents just now.")
    assert "There is no index" in press(api, answer, "[1]").text
    assert "There is no index" in ask(office, "/sources").text
    assert api.inline(bob, WHO)["results"] == []
    lines = [line for line in running.log if "unanswered" in line]
    assert len(lines) == 5
    assert all("error=IndexMissing reason=" in line for line in lines)
    assert "Traceback" not in running.text
