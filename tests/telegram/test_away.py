"""Questions that come while the server of the index is away are kept, and answered when it is back."""

import signal
from pathlib import Path

import pytest

from tests.telegram.conftest import Start
from tests.telegram.desk import MOODY, attended, said
from tests.telegram.server import BotApi

pytestmark = pytest.mark.slow
AWAY = "My index is out of reach just now. I keep your question, and answer it when the index is back."


def test_a_question_waits_for_the_index_even_beyond_the_end_of_the_bot(
    api: BotApi, start: Start, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    given = {"command": MOODY, "GATE": str(gate), "DOCENT_TELEGRAM__ACCESS": "open"}
    one, other = (api.private(api.user(name)) for name in ("Dora", "Kim"))
    running = start(**given)
    for chat in (one, other):
        chat.send("away now: who attended the meeting?")
        chat.wait_until(lambda _, chat=chat: said(chat) == [AWAY])
    running.wait_line("index_away")
    assert running.stop(signal.SIGTERM) == 0
    running = start(**given)
    one.wait_until(lambda _: said(one) == [AWAY, AWAY])
    gate.touch()
    for chat in (one, other):
        chat.wait_until(lambda _, chat=chat: len(said(chat)) == 3)
        assert attended(said(chat)[-1])
