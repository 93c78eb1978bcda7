"""Files that people send, as the double gives them to a bot."""

import httpx

from tests.telegram.chats import Chat
from tests.telegram.double.conftest import Bot, poll
from tests.telegram.server import TOKEN, BotApi


def test_a_file_is_got_by_its_id_and_downloaded_by_its_path(
    bot: Bot, api: BotApi, chat: Chat, client: httpx.Client
) -> None:
    chat.send_file("plan.pdf", b"%PDF-1.4", caption="/add")
    (message,) = poll(bot)
    document = message["document"]
    assert (document["file_name"], document["file_size"]) == ("plan.pdf", 8)
    found = bot("getFile", file_id=document["file_id"])
    assert found["file_size"] == 8
    assert found["file_path"].endswith(".pdf")
    files = api.url.removesuffix("/bot") + f"/file/bot{TOKEN}"
    given = client.get(f"{files}/{found['file_path']}")
    assert (given.status_code, given.content) == (200, b"%PDF-1.4")
    assert given.headers["content-type"] == "application/octet-stream"
    assert client.get(f"{files}/documents/other.pdf").status_code == 404
    wrong = files.replace(TOKEN, TOKEN[:-1] + "x")
    assert client.get(f"{wrong}/{found['file_path']}").status_code == 401


def test_no_file_of_more_than_20_mb_is_given(bot: Bot, chat: Chat) -> None:
    chat.send_file("large.bin", bytes(20 * 1024 * 1024 + 1))
    (message,) = poll(bot)
    assert (
        bot.refused("getFile", file_id=message["document"]["file_id"]) == "400 Bad Request: file is too big"
    )
    assert bot.refused("getFile", file_id="nothing") == "400 Bad Request: invalid file_id"
