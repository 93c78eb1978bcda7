"""Files that have become something else since they were indexed: the bot sends only what it may read."""

import os
from pathlib import Path

import pytest

from tests.telegram.chats import User
from tests.telegram.conftest import Start
from tests.telegram.server import BotApi
from tests.telegram.talks import ATTENDED, CROSSING, CROSSING_ANSWER, STOCK, press, say

GONE = "The file {} is gone or cannot be read."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no fifos here")
def test_links_out_of_the_folder_and_pipes_are_neither_sent_nor_waited_for(
    start: Start, api: BotApi, owner: User, docs: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The launch code is 0000.")
    (docs / "secret.txt").symlink_to(secret)
    running = start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")
    assert "secret.txt" in running.text  # named as passed over
    chat = api.private(owner)
    assert say(chat, "/sources").text.startswith("3 documents")

    letter, minutes, soup = (say(chat, question) for question in (CROSSING, ATTENDED, STOCK))
    for source in ("letters/ferry.txt", "minutes.md", "soup.txt"):
        (docs / source).unlink()
    os.mkfifo(docs / "letters" / "ferry.txt")
    (docs / "minutes.md").symlink_to(secret)
    (docs / "soup.txt").symlink_to("/dev/zero")
    for answer, source in ((letter, "letters/ferry.txt"), (minutes, "minutes.md"), (soup, "soup.txt")):
        passage = press(api, answer, "[1]")
        assert f"⚠ {source}" in passage.text
        assert press(api, passage, "📄 Send the file").text == GONE.format(source)
    assert CROSSING_ANSWER.partition("\n")[0] in say(chat, CROSSING).html
    assert not api.count("sendDocument")
    assert "launch code" not in str([call.params for call in api.calls])
