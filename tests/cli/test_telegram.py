"""`docent telegram`, as far as it starts."""

import signal
from pathlib import Path

import pytest

from bot.telegram.errors import TelegramRefused
from bot.telegram.identity import token_from
from tests.cli.conftest import Ran, Run


@pytest.mark.parametrize("token", [None, "", "  "])
def test_telegram_without_a_token(run: Run, monkeypatch: pytest.MonkeyPatch, token: str | None):
    if token is not None:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", token)
    assert run("telegram") == Ran(
        1,
        "",
        "docent: There is no token. Get one from @BotFather in Telegram and set TELEGRAM_BOT_TOKEN in the "
        "environment.\n",
    )


def test_telegram_with_what_is_no_token(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "my secret")
    code, out, err = run("telegram")
    assert (code, out) == (1, "")
    assert err.startswith("docent: What stands in TELEGRAM_BOT_TOKEN is no token")
    assert "secret" not in err


def test_telegram_with_a_token_in_a_file(tmp_path: Path):
    file = tmp_path / "token"
    file.write_text("123456:from-a-file\n")
    assert token_from({"TELEGRAM_BOT_TOKEN_FILE": str(file)}) == "123456:from-a-file"
    assert token_from({"TELEGRAM_BOT_TOKEN_FILE": str(file), "TELEGRAM_BOT_TOKEN": "1:abc"}) == "1:abc"
    file.write_bytes(b"\xff\xfe secret")
    for place, reason in ((file, "it is no text"), (tmp_path / "none", "No such file or directory")):
        with pytest.raises(TelegramRefused) as error:
            token_from({"TELEGRAM_BOT_TOKEN": " ", "TELEGRAM_BOT_TOKEN_FILE": str(place)})
        assert str(error.value) == f"The file {place} of TELEGRAM_BOT_TOKEN_FILE cannot be read: {reason}."
    file.write_text("my secret")
    with pytest.raises(TelegramRefused) as error:
        token_from({"TELEGRAM_BOT_TOKEN_FILE": str(file)})
    assert str(error.value) == (
        "What stands in TELEGRAM_BOT_TOKEN_FILE is no token: one looks like 123456:ABC-def."
    )


def test_telegram_serves_with_an_index_built_now(run: Run, monkeypatch: pytest.MonkeyPatch):
    served = []
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", " 1:abc\n")
    monkeypatch.setattr("bot.telegram.run.serve", lambda *given: served.append(given))
    before = signal.getsignal(signal.SIGTERM)
    try:
        code, out, err = run("telegram")
    finally:
        signal.signal(signal.SIGTERM, before)
    ((engine, token, announce),) = served
    assert (code, out, token, engine.has_index()) == (0, "", "1:abc", True)
    assert err.startswith("There is no index yet: building it from ")
    announce("Answering.")
