"""The bot as a real process against the double of the Bot API, over real HTTP."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.telegram.persistence import state
from bot.telegram.persistence.state import Memory
from tests.answering import profiles
from tests.conftest import ROOT, UNTRACED
from tests.telegram.chats import User
from tests.telegram.server import BotApi

WORDS = "-m", "tests.telegram.words_bot"  # no model: it starts in a second


class Running:
    """A process of the bot, with what it has written so far."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=pipe, stderr=pipe, text=True
        )
        self.out: list[str] = []
        self.log: list[str] = []
        self._news = threading.Condition()
        streams = (self.process.stdout, self.out), (self.process.stderr, self.log)
        self._readers = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in streams]
        for reader in self._readers:
            reader.start()

    def wait_line(self, part: str, timeout: float = 30) -> str:
        """The first line written, or to be written, on either stream that holds the part."""

        def found() -> str | None:
            return next((line for line in [*self.out, *self.log] if part in line), None)

        with self._news:
            over = self._news.wait_for(lambda: found() or self.process.poll() is not None, timeout)
            line = found()
        assert line, f"no '{part}' ({'ended' if over else 'late'})\n{self.text}"
        return line

    @property
    def text(self) -> str:
        """Everything written."""
        return "\n".join([*self.out, "--", *self.log])

    def stop(self, number: int = signal.SIGTERM, timeout: float = 20) -> int:
        """Send a signal and wait for the end; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait(timeout)

    def wait(self, timeout: float = 20) -> int:
        """Wait for the end; the exit code."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"it did not end in {timeout} s\n{self.text}") from None
        for reader in self._readers:
            reader.join(5)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        return code

    def _read(self, stream: object, lines: list[str]) -> None:
        for line in stream:  # type: ignore[attr-defined]
            with self._news:
                lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            time.sleep(0)
            self._news.notify_all()


def environment(api: BotApi, docs: Path, state: Path, **variables: str) -> dict[str, str]:
    """What a process of the bot is started with."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "offline")]),
        "HF_HUB_OFFLINE": "1",
        "TELEGRAM_BOT_TOKEN": api.token,
        "DOCENT_TELEGRAM__BASE_URL": api.url,
        "DOCENT_DOCUMENTS__FOLDER": str(docs),
        "DOCENT_STATE__FOLDER": str(state),
        "DOCENT_ENCODER__MODEL": "all-MiniLM-L6-v2",
        "DOCENT_READER__MODEL": "none",
        "DOCENT_DOCUMENTS__WATCH": "false",  # tests change documents and see that the bot does not
        "DOCENT_ANSWER__THRESHOLD": "0.14",  # the words' cosines are lower than a model's
        **UNTRACED,  # a bot starts in half the time; tests that cover much are given TRACED
        **variables,
    }


@pytest.fixture(autouse=True)
def fixed_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is fitted anew, confidence here stays what it is; ``words_bot`` does the same."""
    profiles.use(monkeypatch)


Start = Callable[..., Running]


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A Bot API server of the test's own."""
    with BotApi() as server:
        yield server


@pytest.fixture
def owner(api: BotApi) -> User:
    """The administrator whom ``bot`` knows from the settings."""
    return api.user("Olga")


@pytest.fixture
def start(api: BotApi, docs: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts ``docent telegram`` over three small documents; settings are given by their variables."""
    started: list[Running] = []

    def start(*, ready: bool = True, command: tuple[str, ...] = WORDS, **variables: str) -> Running:
        given = environment(api, docs, tmp_path / "state", **variables)
        running = Running([sys.executable, *command, "telegram"], given)
        started.append(running)
        if ready:
            running.wait_line("Answering as")
        return running

    yield start
    for running in started:
        running.stop()  # in good order, however the test left it


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Memory]:
    """What a bot keeps, still empty."""
    with closing(state.connect(tmp_path / "bot.sqlite")) as database:
        yield database


@pytest.fixture
def bot(start: Start, owner: User) -> Running:
    """A bot that is ready, administered by ``owner``, closed to others."""
    return start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole processes are slow, however quick each of them is."""
    for item in items:
        if not {"start", "desk"}.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
