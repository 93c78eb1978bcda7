"""A bot that the tests of a module share, and what holds of all that it did."""

import sys
from collections.abc import Iterator

import pytest

from tests.conftest import LETTER, MINUTES, RECIPE
from tests.telegram.conftest import Running, environment
from tests.telegram.desk import (
    FOXES,
    LONG_NAME,
    MOODY,
    PEOPLE,
    Desk,
)
from tests.telegram.server import WRITES, BotApi

METHODS = {
    "answerCallbackQuery",
    "answerInlineQuery",
    "deleteMessage",
    "deleteMyCommands",
    "deleteWebhook",
    "editMessageReplyMarkup",
    "editMessageText",
    "getMe",
    "getUpdates",
    "sendChatAction",
    "sendDocument",
    "sendMessage",
    "setMyCommands",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    docs, gate = folder / "docs", folder / "gate"
    docs.mkdir()
    gate.touch()
    texts = {"minutes.md": MINUTES, "soup.txt": RECIPE, "ferry.txt": LETTER, "foxes.txt": FOXES}
    texts |= {"big.txt": "The giraffe Geraldine ate a lemon.\n", LONG_NAME: "Prunella planted parsnips.\n"}
    for name, text in texts.items():
        (docs / name).write_text(text, encoding="utf-8")
    with BotApi() as api:
        owner = api.user("Olga", id=900)
        api.private(owner)  # a chat that exists, so that its commands can be set
        given = environment(
            api,
            docs,
            folder / "state",
            GATE=str(gate),
            DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]",
            DOCENT_TELEGRAM__ALLOWED=str(list(range(PEOPLE[0], PEOPLE[1] + 1))),
            DOCENT_TELEGRAM__QUESTIONS_PER_MINUTE="1000",
        )
        running = Running([sys.executable, *MOODY, "telegram"], given)
        try:
            running.wait_line("Answering as")
            desk = Desk(api, owner, running, gate, docs, given)
            yield desk
            only_known_methods_were_called_and_no_group_got_more_than_its_pace(desk)
        finally:
            running.stop()


def only_known_methods_were_called_and_no_group_got_more_than_its_pace(desk: Desk) -> None:
    calls = desk.api.calls
    assert {made.method for made in calls} <= METHODS
    assert not [made for made in calls if made.status == 404]
    pace = desk.api.pace(60, WRITES)
    assert {chat: most for chat, most in pace.items() if chat and chat < 0 and most > 20} == {}
    assert desk.api.token not in desk.running.text
    for chat in desk.api.chats.values():
        for sent in chat.messages:
            for button in (button for row in sent.keyboard for button in row):
                assert len(button["callback_data"].encode()) <= 64


@pytest.fixture
def desk(shared: Desk) -> Iterator[Desk]:
    """The shared bot; afterwards, every call has passed the strict server, and no traceback was logged."""
    calls, lines = len(shared.api.calls), len(shared.running.log)
    shared.refusals, shared.broken = set(), False
    yield shared
    shared.api.clear_faults()
    shared.gate.touch()
    refused = {(made.method, made.status) for made in shared.api.calls[calls:] if made.status in (400, 404)}
    assert refused <= shared.refusals, shared.running.text
    log = "\n".join(shared.running.log[lines:])
    assert shared.broken or "Traceback" not in log, log
    assert shared.running.process.poll() is None
