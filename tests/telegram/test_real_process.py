"""The true command with the embedded model over the seeds: what a newcomer runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, TRACED
from tests.telegram.chats import User
from tests.telegram.conftest import Start, environment
from tests.telegram.server import BotApi

DOCENT = str(Path(sys.executable).with_name("docent"))


@pytest.mark.slow
def test_the_true_command_answers_a_conversation_and_the_doctor_finds_it_well(
    api: BotApi, owner: User, start: Start, tmp_path: Path
) -> None:
    settings = {
        "DOCENT_DOCUMENTS__FOLDER": str(ROOT / "seeds"),
        "DOCENT_TELEGRAM__ADMINS": f"[{owner.id}]",
        **TRACED,
    }

    def doctor() -> tuple[int, str]:
        given = environment(api, ROOT / "seeds", tmp_path / "state", **settings)
        done = subprocess.run(
            [DOCENT, "doctor"],
            env=given,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert "WRONG" not in done.stdout or done.returncode == 1
        return done.returncode, done.stdout

    chat = api.private(owner)
    running = start(ready=False, command=(DOCENT,), **settings)
    running.wait_line("Answering as", timeout=120)

    chat.send("/start")
    welcome = chat.wait(timeout=30)[0]
    assert 1 <= len(welcome.buttons) <= 3
    api.click(welcome, welcome.buttons[0][0])
    example = chat.wait(2, timeout=30)[-1]
    assert example.marked("blockquote") or example.marked("expandable_blockquote")
    assert "confidence" in example.text

    question = chat.send("who attended?")
    answer = chat.wait(timeout=30)[0]
    quotes = answer.marked("blockquote") + answer.marked("expandable_blockquote")
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "seeds").iterdir()))
    assert quotes
    assert all(quote.partition("] ")[2] in " ".join(text.split()) for quote in quotes)
    assert any("Lavrov" in quote or "Taliban" in quote for quote in quotes)
    assert answer.reply_to == question["message_id"]
    api.click(answer, "[1]")
    passage = chat.wait(2, timeout=30)[-1]
    assert quotes[0].partition("] ")[2] in [" ".join(bold.split()) for bold in passage.marked("bold")]
    api.click(passage, "📄 Send the file")
    sent = chat.wait(3, timeout=30)[-1].document
    assert sent.content == (ROOT / "seeds" / sent.name).read_bytes()
    assert api.click(answer, "👍") == "Thank you."

    chat.send("How many moons does Jupiter have?")
    assert "do not answer this" in chat.wait(timeout=30)[0].text

    code, found = doctor()
    assert "bot: it runs on this machine" in found
    assert code == 0, found

    assert running.stop() == 0
    assert "Traceback" not in running.text
    assert api.token not in running.text

    code, found = doctor()
    assert "it runs on this machine" not in found
    assert "polling: no other program polls with this token" in found
    assert code == 0, found
    assert {made.status for made in api.calls} <= {200, 0}
